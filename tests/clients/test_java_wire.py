"""What answers to the Java SDK look like on the wire, where its own types would hide a difference.

The SDK turns texts into numbers and back, drops what it does not know and reads an empty answer in two ways; other
clients of the same answers do not. What the SDK itself makes of them is in test_java_sdk.py.
"""

import base64
import json

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


def test_numbers_typed_as_text_are_text_and_the_others_are_not(server, dis, stream):
    dis.put(stream, [b"x"])
    detail = dis.describe(stream)
    for member in ("create_time", "last_modified_time", "retention_period", "writable_partition_count"):
        assert type(detail[member]) is int, member
    assert detail["partitions"][0]["sequence_number_range"] == "[0 : 1]"
    records, _ = dis.page(dis.cursor(stream))
    assert type(records[0]["sequence_number"]) is str and type(records[0]["timestamp"]) is int
    assert "partition_key" not in records[0]


def test_a_body_on_a_get_is_ignored(server, dis, stream):
    cursor = dis.cursor(stream)
    answer = java(server, "GET", f"/records/?partition-cursor={cursor}&limit=10&", {"stream_name": "other"})
    assert answer.json()["records"] == []


def test_answers_without_content_say_so(server, dis, stream):
    app = fresh("app")
    created = java(server, "POST", "/apps/", {"app_name": app})
    assert (created.status, created.body) == (201, b"")
    deleted = java(server, "DELETE", f"/apps/{app}/")
    assert (deleted.status, deleted.body) == (204, b"")


def test_a_failed_record_has_its_code_in_its_text_and_no_place(server, stream):
    records = [{"data": base64.b64encode(b"x").decode(), "partition_id": shard(8)}]
    answer = java(server, "POST", "/records/", {"stream_name": stream, "records": records})
    (entry,) = answer.json()["records"]
    assert set(entry) == {"error_code", "error_message"}
    assert entry["error_code"] in entry["error_message"]


def test_an_empty_and_a_null_stream_name_are_none(server, dis, stream):
    record = {"data": base64.b64encode(b"x").decode(), "partition_id": "", "partition_key": "key", "explicit_hash_key": ""}
    for name_given in ({"stream_name": ""}, {"stream_name": None}):
        body = {**name_given, "stream_id": dis.describe(stream)["stream_id"], "records": [record]}
        assert java(server, "POST", "/records/", body).json()["failed_record_count"] == 0
    assert len(dis.read_all(stream)) == 2
