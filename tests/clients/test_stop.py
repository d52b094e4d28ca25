"""A stop by signal while a put is under way: answered and kept, cut when it is stuck, at once when asked twice."""

import base64
import contextlib
import json
import signal
import socket

import pytest

from support import raw
from support.dis import Dis
from support.names import PROJECT_ID, shard
from support.server import Server
from support.wait import wait_for

LINES = [f"line {number} {'x' * 1000}".encode() for number in range(500)]


@pytest.fixture
def begin():
    """Starts a server with an empty stream `s` and a short or long drain window."""
    with contextlib.ExitStack() as ends:

        def started(drain_window):
            server = Server(args=["--drain-window", drain_window]).start()
            ends.callback(server.close)
            Dis(server).create_stream("s")
            return server

        yield started


def put(server):
    """The bytes of a put of `LINES`."""
    records = [{"data": base64.b64encode(line).decode(), "partition_id": shard(0)} for line in LINES]
    body = json.dumps({"stream_name": "s", "records": records}).encode()
    headers = {"X-Auth-Token": server.token(), "Content-Type": "application/json"}
    return raw.request("POST", f"/v2/{PROJECT_ID}/records", headers, body)


@contextlib.contextmanager
def half_sent(server):
    """A connection that has sent all of a put but its second half, of which the server has read some."""
    data = put(server)
    host, port = server.api.split("//", 1)[1].split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(data[: len(data) // 2])
        wait_for(lambda: raw.unread(connection) == 0, "the server to read the first half")
        yield connection, data[len(data) // 2 :]


def stopping(server):
    """Sends SIGTERM and waits until the server acts upon it."""
    server.process.send_signal(signal.SIGTERM)
    wait_for(lambda: refuses(server), "the listener to close")


def refuses(server):
    host, port = server.api.split("//", 1)[1].split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def test_a_put_that_is_half_sent_at_the_stop_is_answered_and_kept(begin):
    server = begin("30s")
    with half_sent(server) as (connection, rest):
        stopping(server)
        assert server.process.poll() is None
        connection.sendall(rest)
        answer = raw.read(connection)
    assert answer.status == 200 and answer.json()["failed_record_count"] == 0
    assert server.process.wait(20) == 0
    server.start()
    assert [line for _, line in Dis(server).read_all("s")] == LINES


def test_the_drain_window_cuts_a_put_that_is_stuck(begin):
    server = begin("1s")
    with half_sent(server) as (connection, _):
        stopping(server)
        assert server.process.wait(20) == 0
        assert raw.read(connection).status == 0
    assert "requests still open after the drain time were cut" in server.log_tail()
    server.start()
    assert Dis(server).read_all("s") == []


def test_a_second_signal_ends_at_once(begin):
    server = begin("600s")
    with half_sent(server):
        stopping(server)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 130
    server.start()
    assert Dis(server).read_all("s") == []
