"""Dump tasks through real clients: what py-dis puts, boto3 finds in the bucket, once and in order."""

import gzip
import io
import json
import re
import time
import zipfile

import pytest
from dis_sdk_python.com.huaweicloud.dis.sdk.python.client import disclient as client_module

from support import names, objects
from support.delivery import flush, settle, wait_delivered
from support.dis import Dis
from support.names import fresh, shard
from support.objects import data_keys, delivered, make_bucket, open_uploads
from support.proof import download, verify
from support.server import Server
from support.wait import wait_for


@pytest.fixture
def dis(own_server):
    return Dis(own_server)


@pytest.fixture
def stream(dis):
    dis.create_stream("journey")
    return "journey"


@pytest.fixture
def bucket(own_server):
    return make_bucket(own_server, "bucket")


def lines(count, start=0):
    return [f"line {number} {'x' * (number % 80)}" for number in range(start, start + count)]


def joined(texts, delimiter="\n"):
    return "".join(text + delimiter for text in texts).encode()


def put_by_sdk(server, stream, texts):
    """Puts texts into partition 0 with the SDK, a hundred at a time."""
    sdk = client_module.disclient(
        server.api, names.ACCESS_KEY_ID, names.SECRET_ACCESS_KEY, names.PROJECT_ID, names.REGION
    )
    for begin in range(0, len(texts), 100):
        records = [{"data": text, "partition_id": shard(0)} for text in texts[begin : begin + 100]]
        assert sdk.put_records(stream, "", records).failedRecordCount == 0


def test_what_is_put_is_delivered_byte_for_byte(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket)
    texts = lines(1000)
    put_by_sdk(own_server, stream, texts)
    assert data_keys(own_server, bucket) == [], "nothing is delivered before the interval"
    wait_delivered(own_server, bucket, joined(texts))
    first = data_keys(own_server, bucket)

    settle(own_server)
    assert data_keys(own_server, bucket) == first, "no file without data"

    more = lines(50, start=1000)
    put_by_sdk(own_server, stream, more)
    wait_delivered(own_server, bucket, joined(texts + more))
    partition = dis.task(stream, "task")["partitions"][0]
    assert (partition["partition_id"], partition["discard"]) == (shard(0), 0)
    assert partition["last_transfer_timestamp"] > 0
    assert dis.read_all(stream) == [(n, text.encode()) for n, text in enumerate(texts + more)]
    wait_for(lambda: open_uploads(own_server, bucket) == [], "what is under way to end")


def test_names_sort_by_number_and_carry_the_task(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket, file_prefix="in/here", partition_format="yyyy/MM/dd/HH/mm")
    for begin in (0, 20):
        put_by_sdk(own_server, stream, lines(20, start=begin))
        wait_delivered(own_server, bucket, joined(lines(begin + 20)), prefix="in/here/")
    ident = dis.task(stream, "task")["task_id"]
    assert re.fullmatch(r"[A-Za-z0-9]{19}", ident)
    form = rf"in/here/\d{{4}}/\d\d/\d\d/\d\d/\d\d/journey-{ident}-{shard(0)}-(\d{{20}})-(\d{{20}})"
    ranges = [re.fullmatch(form, key).groups() for key in data_keys(own_server, bucket, "in/here/")]
    assert [(int(first), int(last)) for first, last in ranges] == [(0, 19), (20, 39)]


@pytest.mark.parametrize("given,meant", [(",", ","), (";", ";"), ("|", "|"), ("\\n", "\n"), ("NULL", ""), ("", "")])
def test_delimiters(own_server, dis, stream, bucket, given, meant):
    dis.create_task(stream, "task", bucket, record_delimiter=given)
    dis.put(stream, [b"one", b"two\nlines", bytes(range(256))])
    wait_delivered(own_server, bucket, meant.encode().join([b"one", b"two\nlines", bytes(range(256)), b""]))


def test_latest_leaves_out_what_was_there_before(own_server, dis, stream, bucket):
    dis.put(stream, [b"before"])
    dis.create_task(stream, "task", bucket, consumer_strategy="LATEST")
    dis.put(stream, [b"after"])
    wait_delivered(own_server, bucket, b"after\n")


def test_several_partitions_each_have_their_files(own_server, dis, bucket):
    dis.create_stream("wide", partitions=3)
    dis.create_task("wide", "task", bucket)
    for partition in (0, 2):
        dis.put("wide", [b"p%d" % partition] * 5, partition=partition)
    wait_delivered(own_server, bucket, b"p0\n" * 5 + b"p2\n" * 5)
    shards = [re.search(r"shardId-\d{10}", key)[0] for key in data_keys(own_server, bucket)]
    assert shards == [shard(0), shard(2)]


def test_a_partition_added_later_is_delivered_from_its_start(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket, consumer_strategy="LATEST")
    dis.call("PUT", f"/streams/{stream}", json={"stream_name": stream, "target_partition_count": 2}, expect=200)
    dis.put(stream, [b"new"], partition=1)
    wait_delivered(own_server, bucket, b"new\n")


def zipped(text):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("record", text)
    return archive.getvalue()


def snappy(text):
    """A Snappy block of one literal (format description, sections 1 and 2.1)."""
    assert len(text) <= 60
    return bytes([len(text), (len(text) - 1) << 2]) + text


@pytest.mark.parametrize("form,pack", [("gzip", gzip.compress), ("zip", zipped), ("snappy", snappy)])
def test_packed_payloads_are_delivered_unpacked(own_server, dis, bucket, tmp_path, form, pack):
    dis.create_stream("packed", compression_format=form)
    dis.create_task("packed", "task", bucket, file_prefix="in", record_delimiter="|")
    dis.put("packed", [pack(b"one"), b"not packed", pack(b"two, " * 12), b"neither"])
    flush(own_server)
    found = wait_for(lambda: len(found := objects.contents(own_server, bucket, "in/")) == 2 and found, "both objects")
    (error, raw), (_, data) = sorted(found.items())
    assert (data, raw) == (b"one|" + b"two, " * 12 + b"|", b"not packed|neither|")
    assert error.startswith("in/obs_error/packed-"), found.keys()
    detail = dis.task("packed", "task")
    assert (detail["state"], detail["partitions"][0]["discard"]) == ("RUNNING", 2)
    own_server.restart(kill=True)
    dis.put("packed", [pack(b"three")])
    flush(own_server)
    wait_for(lambda: len(data_keys(own_server, bucket)) == 3, "what came after the kill")
    settle(own_server, rounds=1)
    status, report = verify(own_server, download(own_server, bucket, tmp_path / "bucket"))
    assert (status, report["ok"]) == (0, True), report
    partition = report["tasks"][0]["partitions"][0]
    assert (partition["records"], partition["errors"]) == (5, 2)


def act(dis, stream, action):
    ident = dis.task(stream, "task")["task_id"]
    body = {"action": action, "tasks": [{"id": ident}]}
    dis.call("POST", f"/streams/{stream}/transfer-tasks/action", json=body, expect=200)


def test_a_stopped_task_keeps_its_position(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket)
    dis.put(stream, [b"one"])
    wait_delivered(own_server, bucket, b"one\n")
    act(dis, stream, "stop")
    dis.put(stream, [b"two"])
    settle(own_server)
    assert delivered(own_server, bucket) == b"one\n"
    assert dis.task(stream, "task")["state"] == "PAUSED"
    act(dis, stream, "start")
    wait_delivered(own_server, bucket, b"one\ntwo\n")


def test_a_lost_bucket_makes_the_task_abnormal_until_it_is_back(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket)
    dis.put(stream, [b"one"])
    store = objects.s3(own_server)
    for key in objects.keys(own_server, bucket):
        store.delete_object(Bucket=bucket, Key=key)
    store.delete_bucket(Bucket=bucket)
    flush(own_server)
    detail = wait_for(lambda: (d := dis.task(stream, "task"))["state"] == "ABNORMAL" and d, "the task to turn ABNORMAL")
    assert "bucket" in json.dumps(detail).lower().replace("obs_bucket_path", "").replace('"bucket"', ""), detail
    dis.put(stream, [b"two"])

    make_bucket(own_server, bucket)

    def recovered():
        flush(own_server)  # the next try waits for the clock, too
        return delivered(own_server, bucket) == b"one\ntwo\n"

    wait_for(recovered, "the task to deliver into the bucket that is back")
    wait_for(lambda: dis.task(stream, "task")["state"] == "RUNNING", "the task to be RUNNING again")


def test_a_killed_server_delivers_once(own_server, dis, stream, bucket):
    dis.create_task(stream, "task", bucket)
    expected = []
    for number in range(6):
        expected += [b"%d-%d" % (number, n) for n in range(200)]
        dis.put(stream, expected[-200:])
        flush(own_server)
        time.sleep(number * 0.01)  # ends it at another point of the delivery each time
        own_server.restart(kill=True)
    wait_delivered(own_server, bucket, b"".join(line + b"\n" for line in expected))
    settle(own_server)
    assert delivered(own_server, bucket) == b"".join(line + b"\n" for line in expected)
    wait_for(lambda: open_uploads(own_server, bucket) == [], "unfinished uploads to be swept")


def test_the_proof_of_a_bucket_notices_every_change(own_server, dis, stream, bucket, tmp_path):
    dis.create_task(stream, "task", bucket)
    expected = b""
    for number in range(3):
        dis.put(stream, [b"%d" % number] * 10)
        expected += b"%d\n" % number * 10
        wait_delivered(own_server, bucket, expected)
    settle(own_server, rounds=1)  # the ledger is sealed after the data
    folder = download(own_server, bucket, tmp_path / "bucket")
    status, report = verify(own_server, folder)
    assert (status, report["ok"]) == (0, True), report

    for key in objects.keys(own_server, bucket):
        path, body = folder / key, (folder / key).read_bytes()
        path.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
        assert verify(own_server, folder)[0] == 1, f"altered unnoticed: {key}"
        path.unlink()
        assert verify(own_server, folder)[0] == 1, f"removed unnoticed: {key}"
        path.write_bytes(body)
    twin = folder / re.sub(r"-(\d{20})$", "-" + "9" * 20, data_keys(own_server, bucket)[0])
    twin.write_bytes(b"once more\n")
    assert verify(own_server, folder)[0] == 1, "an object the ledger does not know went unnoticed"
    twin.unlink()
    assert verify(own_server, folder)[0] == 0


def test_the_real_clock_delivers_too():
    """No clock is moved here: thirty real seconds."""
    server = Server().start()
    try:
        dis, bucket = Dis(server), make_bucket(server, fresh("real"))
        dis.create_stream("real")
        dis.create_task("real", "task", bucket)
        began = time.monotonic()
        dis.put("real", [b"in real time"])
        wait_for(lambda: delivered(server, bucket) == b"in real time\n", "delivery in real time", seconds=60)
        assert time.monotonic() - began > 20, "the interval was 30 s"
        server.stop()
    finally:
        server.close()
