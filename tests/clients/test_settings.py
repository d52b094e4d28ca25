"""Settings given as flags of the built server that no other test needs."""

import contextlib
import queue
import socket
import threading

import pytest
import requests

from support import objects, raw
from support.delivery import flush
from support.dis import Dis
from support.names import PROJECT_ID
from support.proof import download, verify
from support.server import Server
from support.wait import wait_for

HOUR = 3600


@contextlib.contextmanager
def started(*args, listen=None):
    server = Server(args=args)
    if listen:
        server.listen[0] = listen
    try:
        yield server.start()
    finally:
        server.close()


@pytest.mark.parametrize("args,held", [((), True), (("--delivery-hold", "1h"), False),
                                       (("--delivery-hold-size", "1KiB"), False)])  # fmt: skip
def test_undelivered_records_are_held_past_their_retention_so_long_and_so_many(args, held, tmp_path):
    with started(*args) as server:
        dis, bucket = Dis(server), objects.make_bucket(server, "bucket")
        dis.create_stream("s", data_duration=24)
        dis.create_task("s", "task", bucket)
        objects.s3(server).delete_bucket(Bucket=bucket)
        early = [b"early %d " % number + bytes(1000) for number in range(10)]
        dis.put("s", early)
        server.restart(kill=False)  # records go to segments, which alone count for the size
        for _ in range(30):
            server.advance(HOUR)
        wait_for(lambda: dis.task("s", "task")["state"] == "ABNORMAL", "the task to miss its bucket")
        if not held:
            wait_for(lambda: dis.read_all("s") == [], "the records to go")
        objects.make_bucket(server, bucket)
        dis.put("s", [b"late"])
        wanted = b"".join(line + b"\n" for line in [*(early if held else []), b"late"])

        def delivered():
            flush(server)  # the next try waits for the clock, too
            return objects.delivered(server, bucket) == wanted

        wait_for(delivered, "the delivery")

        def gaps():
            flush(server)
            report = verify(server, download(server, bucket, tmp_path / "bucket"))[1]
            tasks = report.get("tasks")
            partitions = tasks[0]["partitions"] if tasks else []
            return [len(partition["gaps"]) for partition in partitions if partition["records"]]

        assert wait_for(gaps, "the ledger") == ([0] if held else [1])


def body_begun(server, length):
    """An open connection on which a put is announced, and begun, that does not come."""
    host, port = server.api.split("//", 1)[1].split(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    headers = {"X-Auth-Token": server.token(), "Content-Type": "application/json"}
    connection.sendall(raw.request("POST", f"/v2/{PROJECT_ID}/records", headers, b"{", length=length))
    wait_for(lambda: raw.unread(connection) == 0, "the server to read the head")
    return connection


@pytest.mark.parametrize("args,waits", [(("--request-bytes-max", "16MiB"), True), ((), False)])
def test_bodies_beyond_what_may_be_in_memory_wait_for_room(args, waits):
    with started(*args) as server, contextlib.ExitStack() as held:
        # Refused as soon as it is read: it is no put.
        headers = {"X-Auth-Token": server.token(), "Content-Type": "application/json"}
        data = raw.request("POST", f"/v2/{PROJECT_ID}/records", headers, b"[" + b" " * (4 << 20))
        stuck = [held.enter_context(body_begun(server, 5 << 20)) for _ in range(3)]
        connection = held.enter_context(body_begun(server, 1))
        assert raw.read(connection).status == 400, "a small one has room"
        answers = queue.Queue()
        threading.Thread(target=lambda: answers.put(raw.exchange(server, data)), daemon=True).start()
        if waits:
            with pytest.raises(queue.Empty):
                answers.get(timeout=0.5)  # those that are stuck are cut after two seconds of this
            for connection in stuck:
                connection.close()
        assert answers.get(timeout=20).status == 400


def test_a_project_sends_so_many_stream_requests_a_second():
    with started("--limits.stream-requests", "3") as server:
        dis = Dis(server)
        server.token()
        # A second of real time may end among these; not twice.
        answers = [dis.call("GET", "/streams") for _ in range(12)]
        assert 3 <= [answer.status_code for answer in answers].count(200) <= 9
        refusal = next(answer for answer in answers if answer.status_code != 200)
        assert refusal.json()["error_code"] == "DIS.4305"
        server.advance(2)
        dis.call("GET", "/streams", expect=200)


def own_address():
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


def test_an_address_that_fails_to_authenticate_too_often_is_blocked():
    address = own_address()
    with started("--limits.failed-authentications", "3", "--allow-plaintext", listen="0.0.0.0:0") as server:
        port = server.api.rsplit(":", 1)[1]

        def ask(host, token="wrong"):
            url = f"http://{host}:{port}/v2/{PROJECT_ID}/streams"
            answer = requests.get(url, headers={"X-Auth-Token": token}, timeout=10)
            return answer.status_code, answer.json().get("error_code")

        for _ in range(3):
            assert ask(address)[0] == 401
        assert ask(address)[1] == ask(address, server.token())[1] == "DIS.4309"
        assert [ask("127.0.0.1")[0] for _ in range(5)] == [401] * 5, "loopback is never blocked"
        server.advance(301)
        assert ask(address, server.token())[0] == 200


def test_a_stream_keeps_its_records_as_long_as_the_settings_allow():
    with started("--limits.retention-hours", "100", "--limits.retention-hours-updated", "200") as server:
        dis = Dis(server)
        dis.create_stream("s", data_duration=100)
        assert dis.describe("s")["retention_period"] == 100
        too_long = {"stream_name": "t", "partition_count": 1, "data_duration": 101}
        refused = dis.call("POST", "/streams", json=too_long, expect=400).json()
        assert refused["error_msg"] == "Invalid request. [data_duration must be 24 to 100 hours, got 101]"

        def changed(hours):
            url = f"{server.api}/v3/{PROJECT_ID}/streams/s"
            headers = {"X-Auth-Token": server.token()}
            return requests.put(url, json={"stream_name": "s", "data_duration": hours}, headers=headers, timeout=20)

        assert changed(200).status_code == 204
        assert dis.describe("s")["retention_period"] == 200
        assert changed(201).json()["error_code"] == "DIS.4200"
    refused = Server(args=["--limits.retention-hours", "23"])
    with pytest.raises(AssertionError, match="must be a number of hours from 24 to 87600"), contextlib.closing(refused):
        refused.start()


def test_partitions_change_as_often_in_an_hour_as_the_settings_allow():
    with started("--limits.scale-ups-per-hour", "2", "--limits.scale-downs-per-hour", "3") as server:
        dis = Dis(server)
        dis.create_stream("s")

        def statuses(*targets):
            bodies = [{"target_partition_count": target} for target in targets]
            return [dis.call("PUT", "/streams/s", json=body).status_code for body in bodies]

        assert statuses(4, 5, 6) == [200, 200, 400]
        assert statuses(4, 3, 2, 1) == [200, 200, 200, 400]
        server.advance(HOUR + 1)
        assert statuses(3, 1) == [200, 200]
