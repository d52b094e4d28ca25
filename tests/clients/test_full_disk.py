"""A disk that fills up under the built server: what goes on, what is refused, and that room mends it."""

import base64

import pytest
import requests

from support import objects
from support.delivery import flush
from support.dis import Dis
from support.disk import fill, make_room, small_disk
from support.names import shard
from support.proof import download, verify
from support.wait import wait_for

# Below the 64 MiB that objects leave free, and below --disk-full-below.
LEAVE = 8 << 20


@pytest.fixture
def server():
    arguments = ["--log-ring-size", "32MiB", "--disk-full-below", "16MiB", "--limits.throughput=false"]
    with small_disk("512m", *arguments) as server:
        yield server


class Producer:
    """Puts numbered lines of 256 KiB into `s` and remembers those that were acknowledged.

    The log looks at the free space when it moves records out of its ring: after 32 MiB, at the latest.
    """

    def __init__(self, server):
        self.dis, self.count, self.acknowledged = Dis(server), 0, []

    def put(self):
        """Four lines; returns the answers that were refusals."""
        texts = [b"%08d" % number * 32_768 for number in range(self.count, self.count + 4)]
        self.count += 4
        records = [{"data": base64.b64encode(text).decode(), "partition_id": shard(0)} for text in texts]
        answer = self.dis.call("POST", "/records", json={"stream_name": "s", "records": records}, expect=200).json()
        refused = [entry for entry in answer["records"] if "error_code" in entry]
        self.acknowledged += [t for t, entry in zip(texts, answer["records"]) if "error_code" not in entry]
        assert answer["failed_record_count"] == len(refused)
        return refused

    def kept(self):
        """What the stream has, which must be what was acknowledged."""
        return [text for _, text in self.dis.read_all("s")] == self.acknowledged

    def joined(self):
        return b"".join(text + b"\n" for text in self.acknowledged)


def readiness(server):
    answer = requests.get(f"{server.api}/readyz", timeout=10)
    return answer.status_code, answer.json()["log"]


def test_a_full_disk_refuses_puts_alone_and_room_mends_everything(server, tmp_path):
    dis, producer = Dis(server), Producer(server)
    bucket = objects.make_bucket(server, "bucket")
    for name in ("s", "other"):
        dis.create_stream(name)
        dis.create_task(name, "task", bucket, file_prefix=name)
    dis.put("other", [b"soon gone"])
    assert producer.put() == [] and readiness(server) == (200, "ready")
    flush(server)
    wait_for(lambda: objects.delivered(server, bucket, "s/") == producer.joined(), "the first delivery")

    fill(server, LEAVE)
    refused = wait_for(producer.put, "puts to be refused")
    fill(server, LEAVE)  # the log gave its reserve back
    for again in (refused, producer.put()):
        assert [entry["error_code"] for entry in again] == ["DIS.5250"] * 4
    assert readiness(server) == (503, "the disk is nearly full: records are refused")
    assert producer.kept()
    dis.delete_task("other", "task")
    dis.delete_stream("other")

    make_room(server)
    wait_for(lambda: producer.put() == [], "puts to be taken again")
    assert readiness(server) == (200, "ready")
    fill(server, 48 << 20)  # not too little for records, but for objects
    assert producer.put() == []
    flush(server)
    detail = wait_for(lambda: (d := dis.task("s", "task"))["state"] == "ABNORMAL" and d, "the task to be ABNORMAL")
    cause = str(detail).lower()
    assert "full" in cause or "space" in cause, detail
    fill(server, LEAVE)
    wait_for(producer.put, "puts to be refused again")

    server.restart(kill=True)
    assert producer.kept()
    make_room(server)
    wait_for(lambda: producer.put() == [], "puts to be taken again")

    def delivered():
        flush(server)  # the next try waits for the clock, too
        return objects.delivered(server, bucket, "s/") == producer.joined()

    wait_for(delivered, "the task to deliver what had to wait")
    wait_for(lambda: dis.task("s", "task")["state"] == "RUNNING", "the task to be RUNNING again")
    server.restart(kill=True)
    assert producer.kept() and readiness(server) == (200, "ready")
    status, report = verify(server, download(server, bucket, tmp_path / "bucket"))
    assert status == 0, report
