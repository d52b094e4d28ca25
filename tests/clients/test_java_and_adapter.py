"""What the Java SDK and the Kafka adapter on it send and read, replayed by hand: no JVM is needed here.

Java ends paths with a slash and queries with an ampersand, encodes no query value, repeats path values as
members, and takes answers apart with substring tests and regular expressions.
"""

import base64
import json
import re

import pytest

from support import names
from support.dis import Dis
from support.names import fresh, shard
from support.raw import exchange, request

BASE = f"/v2/{names.PROJECT_ID}"


@pytest.fixture(scope="module")
def dis(server):
    return Dis(server)


@pytest.fixture
def stream(dis):
    name = fresh("java")
    dis.create_stream(name)
    yield name
    dis.delete_stream(name)


def java(server, method, target, body=None):
    """One call as the Java SDK puts it on the wire."""
    headers = {
        "accept": "*/*; charset=utf-8",
        "Content-Type": "application/json; charset=utf-8",
        "X-Auth-Token": server.token(),
        "x-sdk-version": "1.3.17",
        "Accept-Encoding": "gzip,deflate,lz4,snappy,zstd",
        "x-project-id": names.PROJECT_ID,
    }
    content = json.dumps(body).encode() if body is not None else b""
    answer = exchange(server, request(method, f"{BASE}{target}", headers, content))
    if answer.body:
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers.get("content-encoding", "gzip") == "gzip"
    else:
        assert answer.status == 204 or answer.headers["content-length"] == "0"
        assert "transfer-encoding" not in answer.headers
    return answer


def test_a_stream_addressed_only_by_its_id(server, dis, stream):
    ident = dis.describe(stream)["stream_id"]
    assert re.fullmatch("[A-Za-z0-9]{19}", ident)
    for target in (
        f"/streams/?stream_id={ident}&limit_partitions=1&",
        f"/streams/{ident}/?limit_partitions=1&",
        f"/streams/{stream}/?start_partitionId=&limit_partitions=1&stream_name={stream}&",
    ):
        detail = java(server, "GET", target).json()
        assert (detail["stream_name"], detail["stream_id"]) == (stream, ident)
        assert detail["has_more_partitions"] is False


def test_the_page_after_the_last_partition_is_empty(server, stream):
    target = f"/streams/{stream}/?start_partitionId={shard(1)}&limit_partitions=100&"
    assert java(server, "GET", target).json()["partitions"] == []


def test_numbers_typed_as_text_are_text_and_the_others_are_not(server, dis, stream):
    dis.put(stream, [b"x"])
    detail = dis.describe(stream)
    for member in ("create_time", "last_modified_time", "retention_period", "writable_partition_count"):
        assert type(detail[member]) is int, member
    assert detail["partitions"][0]["sequence_number_range"] == "[0 : 1]"
    records, _ = dis.page(dis.cursor(stream))
    assert type(records[0]["sequence_number"]) is str and type(records[0]["timestamp"]) is int
    assert "partition_key" not in records[0]


def test_put_by_id_only_and_with_empty_names(server, dis, stream):
    ident = dis.describe(stream)["stream_id"]
    data = base64.b64encode(b"x").decode()
    for name_given in ({}, {"stream_name": ""}, {"stream_name": None}):
        record = {"data": data, "partition_id": "", "partition_key": "key", "explicit_hash_key": "", "timestamp": 123}
        answer = java(server, "POST", "/records/", {**name_given, "stream_id": ident, "records": [record]})
        assert answer.json()["failed_record_count"] == 0
    records, _ = dis.page(dis.cursor(stream))
    assert {(r["partition_key"], r["timestamp"]) for r in records} == {("key", 123)}


def test_the_text_of_a_failed_record_names_its_code(server, stream):
    records = [{"data": base64.b64encode(b"x").decode(), "partition_id": shard(8)}]
    answer = java(server, "POST", "/records/", {"stream_name": stream, "records": records})
    if answer.status == 200:
        entry = answer.json()["records"][0]
        assert set(entry) == {"error_code", "error_message"}
        assert entry["error_code"] in entry["error_message"]


def test_error_texts_java_takes_apart(server, dis, stream):
    missing = java(server, "GET", "/streams/nobody/?").json()
    assert missing["message"] == f"Stream does not exist. [nobody][{names.PROJECT_ID}]"
    no_count = java(server, "PUT", f"/streams/{stream}/", {"stream_name": stream}).json()
    assert no_count["message"] == "Invalid request. [Invalid target_partition_count null.]"
    query = f"stream-name={stream}&partition-id={shard(0)}&cursor-type=AT_SEQUENCE_NUMBER&starting-sequence-number=5&"
    outside = java(server, "GET", f"/cursors/?{query}").json()
    assert outside["message"] == "Sequence_number out of range. [5][ should be within ][0][ ][0]"


def test_a_time_before_retention_names_the_earliest_one(server, stream):
    query = f"stream-name={stream}&partition-id=0&cursor-type=AT_TIMESTAMP&timestamp="
    message = java(server, "GET", f"/cursors/?{query}1000&").json()["message"]
    earliest = re.fullmatch(r"Request error\. \[timestamp is expired, timestamp should be larger than (\d+)\]", message)
    again = java(server, "GET", f"/cursors/?{query}{earliest[1]}&")
    assert (again.status, set(again.json())) == (200, {"partition_cursor"})


def test_the_adapter_commits_and_asks_for_its_position(server, dis, stream):
    app = fresh("group")
    assert java(server, "GET", f"/apps/{app}/").json()["error_code"] == "DIS.4332"
    assert java(server, "POST", "/apps/", {"app_name": app}).status == 201
    query = f"stream_name={stream}&app_name={app}&partition_id={shard(0)}&checkpoint_type=LAST_READ&"
    nothing = java(server, "GET", f"/checkpoints/?{query}")
    assert (nothing.status, nothing.json()) == (200, {"sequence_number": "-1", "metadata": ""})
    dis.put(stream, [b"a", b"b"])
    for number in ("2", "0", "2"):  # the next number to read; and back; and again
        place = {"stream_name": stream, "partition_id": shard(0), "sequence_number": number}
        body = {"app_name": app, "checkpoint_type": "LAST_READ", "metadata": "", **place}
        assert java(server, "POST", "/checkpoints/", body).status == 201
        assert java(server, "GET", f"/checkpoints/?{query}").json()["sequence_number"] == number
    java(server, "DELETE", f"/apps/{app}/")


def test_a_body_on_a_get_is_ignored(server, dis, stream):
    cursor = dis.cursor(stream)
    answer = java(server, "GET", f"/records/?partition-cursor={cursor}&limit=10&", {"stream_name": "other"})
    assert answer.json()["records"] == []


def test_the_size_of_a_page(server, dis, stream):
    dis.put(stream, [b"12345"] * 10)
    cursor = dis.cursor(stream)
    assert len(dis.page(cursor, max_fetch_bytes=12)[0]) == 2
    records, following = dis.page(cursor, max_fetch_bytes=4)
    assert records == [], "smaller than the next record: nothing, and the position stays"
    assert len(dis.page(following)[0]) == 10
    assert len(dis.page(cursor, limit=3)[0]) == 3


def test_a_large_backlog_comes_in_pages(dis, stream):
    payloads = [b"%06d" % n + b"." * 250_000 for n in range(40)]
    for begin in range(0, 40, 10):
        dis.put(stream, payloads[begin : begin + 10])
    assert len(dis.page(dis.cursor(stream))[0]) < 40
    assert [payload for _, payload in dis.read_all(stream)] == payloads
