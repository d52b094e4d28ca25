"""Waiting for a dump task's files."""

from support import objects
from support.dis import Dis
from support.wait import wait_for

INTERVAL_SECONDS = 30


def flush(server, seconds=INTERVAL_SECONDS + 1):
    """Moves the clock past one delivery interval."""
    server.advance(seconds)


def wait_delivered(server, bucket, expected, prefix=""):
    """Moves the clock by an interval and waits until the delivered data is exactly `expected`."""
    flush(server)
    wait_for(
        lambda: objects.delivered(server, bucket, prefix) == expected,
        lambda: f"{len(expected)} bytes in {bucket}; there are {objects.contents(server, bucket, prefix)}"[:2000],
    )


def settle(server, rounds=3):
    """Lets several intervals pass, so that whatever still wants to appear has had its chance.

    A task of its own shows that each interval has really been acted upon.
    """
    dis, canary = Dis(server), "canary"
    if canary not in dis.call("GET", "/streams", params={"limit": 100}, expect=200).json()["stream_names"]:
        dis.create_stream(canary)
        dis.create_task(canary, canary, objects.make_bucket(server, canary))
    expected = objects.delivered(server, canary)
    for _ in range(rounds):
        dis.put(canary, [b"tick"])
        expected += b"tick\n"
        wait_delivered(server, canary, expected)
