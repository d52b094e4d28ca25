"""Records put and read in both formats, plain and in gzip: what the tables, which are JSON, cannot say."""

import base64
import gzip
import json

import pytest
import requests

from kit.play import Play
from support.names import PROJECT_ID

PROTOBUF = "application/x-protobuf"


# Answers are packed from 8 KiB on.
PAYLOAD = b"\x00\xffpayload \n" * 1000


def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def field(number, content):
    """A field of protobuf."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def as_json(stream, payload):
    return json.dumps({"stream_name": stream, "records": [{"data": base64.b64encode(payload).decode()}]}).encode()


def as_protobuf(stream, payload):
    return field(1, stream.encode()) + field(2, field(3, payload))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind,written", [("application/json", as_json), (PROTOBUF, as_protobuf)])
def test_what_is_put_in_one_form_is_read_in_both(world, kind, written, packed):
    play = Play(world)
    try:
        play.step({"do": "createStream"})
        play.step({"do": "getCursor", "query": {"stream-name": "$new"}, "keep": {"cursor": "partition_cursor"}})
        body = written(play.variables["new"], PAYLOAD)
        headers = {"Content-Type": kind, "Accept-Encoding": "gzip" if packed else "identity"}
        coding = {"Content-Encoding": "gzip"} if packed else {}
        put = call(world, "POST", headers | coding, data=gzip.compress(body) if packed else body)
        assert put.headers["Content-Type"].split(";")[0] == kind
        for form, read in (("application/json", from_json), (PROTOBUF, from_protobuf)):
            cursor = {"partition-cursor": play.variables["cursor"]}
            answer = call(world, "GET", {**headers, "Content-Type": form}, params=cursor)
            assert answer.headers["Content-Type"].split(";")[0] == form
            assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)
            assert read(answer) == PAYLOAD
    finally:
        play.clean()


def call(world, method, headers, **more):
    headers = {"X-Auth-Token": world.server.token(), **headers}
    answer = requests.request(
        method, f"{world.server.api}/v2/{PROJECT_ID}/records", headers=headers, timeout=20, **more
    )
    assert answer.status_code == 200, answer.text
    return answer


def from_json(answer):
    (record,) = answer.json()["records"]
    return base64.b64decode(record["data"])


def from_protobuf(answer):
    """The payload of the only record: field 19."""
    _, found = answer.content.split(varint(19 << 3 | 2) + varint(len(PAYLOAD)))
    return found[: len(PAYLOAD)]
