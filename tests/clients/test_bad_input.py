"""What nobody should send: refused with the contract's error, bounded in time and memory, and nothing is lost."""

import base64
import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support import names
from support.dis import Dis
from support.names import fresh
from support.raw import exchange, request
from support.server import password_login
from support.signature import signed_headers, v11_headers
from support.wait import wait_for

MIB = 1024 * 1024
BASE = f"/v2/{names.PROJECT_ID}"
# Tidemill's own memory beside what one test sends: far above what it needs, far below what a bomb would take.
MEMORY_BYTES_MAX = 700 * MIB


@pytest.fixture(scope="module")
def dis(server):
    return Dis(server)


@pytest.fixture(scope="module")
def stream(dis):
    name = fresh("bad")
    dis.create_stream(name)
    dis.put(name, [b"precious"])
    return name


@pytest.fixture(autouse=True)
def nothing_is_harmed(server, dis, stream):
    """After every test: the record is still the only one, the server is healthy and its memory bounded."""
    yield
    assert dis.read_all(stream) == [(0, b"precious")]
    assert server.healthy()
    assert server.memory_bytes() < MEMORY_BYTES_MAX


def send(server, method, target, body=b"", headers=None, **more):
    fields = {"X-Auth-Token": server.token(), "Content-Type": "application/json", **(headers or {})}
    return exchange(server, request(method, target, fields, body, **more))


def assert_error(answer, status, code):
    """Four members, the same pair twice, one line, in the contract's media type."""
    assert answer.status == status, (answer.status, answer.body[:300])
    assert answer.headers["content-type"].startswith("application/json")
    error = answer.json()
    assert set(error) == {"errorCode", "message", "error_code", "error_msg"}
    assert (error["errorCode"], error["message"]) == (error["error_code"], error["error_msg"])
    assert error["error_code"] == code, error
    assert "\n" not in error["error_msg"] and error["error_msg"]
    assert answer.headers["x-request-id"]


def put_body(stream, *records, **more):
    return json.dumps({"stream_name": stream, "records": list(records), **more}).encode()


DATA = base64.b64encode(b"x").decode()

BROKEN_BODIES = {
    "empty": (b"", "DIS.4202"),
    "blank": (b"   ", "DIS.4202"),
    "not JSON": (b"stream=1", "DIS.4300"),
    "cut short": (b'{"stream_name":"a","records":[{"data":', "DIS.4300"),
    "two values": (b"{} {}", "DIS.4300"),
    "not UTF-8": (b'{"stream_name":"\xff\xfe"}', "DIS.4300"),
    "NUL": (b"\x00" * 64, "DIS.4300"),
    "a list": (b"[]", "DIS.4200"),
    "a number": (b"7", "DIS.4200"),
    "null": (b"null", "DIS.4200"),
    "deep lists": (b"[" * 100_000, "DIS.4300"),
    "deep objects": (b'{"a":' * 100_000, "DIS.4300"),
    "deep in a known member": (b'{"stream_name":"a","records":' + b"[" * 100_000, "DIS.4300"),
    "deep in an unknown member": (b'{"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "DIS.4300"),
    "a huge number": (b'{"records":1' + b"0" * 100_000 + b"}", "DIS.4300"),
}


# What a path knows of the body is looked at first: a wrong type is told before the rest is found to be no JSON, and
# in a member it does not know, bytes and sizes of values do not matter.
TOLD_OTHERWISE = {
    ("/records", "deep lists"): "DIS.4200",
    ("/records", "deep in a known member"): "DIS.4200",
    ("/apps", "not UTF-8"): "DIS.4200",
    ("/apps", "a huge number"): "DIS.4200",
    ("/streams", "a huge number"): "DIS.4200",
    ("/checkpoints", "a huge number"): "DIS.4200",
}


@pytest.mark.parametrize("kind", BROKEN_BODIES)
@pytest.mark.parametrize("path", ["/records", "/streams", "/apps", "/checkpoints"])
def test_broken_bodies(server, path, kind):
    body, code = BROKEN_BODIES[kind]
    assert_error(send(server, "POST", BASE + path, body), 400, TOLD_OTHERWISE.get((path, kind), code))


WRONG_TYPES = {
    "records is text": {"records": "x"},
    "records is an object": {"records": {}},
    "record is text": {"records": ["x"]},
    "record is null": {"records": [None]},
    "data is a number": {"records": [{"data": 7}]},
    "data is a list": {"records": [{"data": ["eA=="]}]},
    "partition_id is an object": {"records": [{"data": DATA, "partition_id": {}}]},
    "timestamp is text": {"records": [{"data": DATA, "timestamp": "now"}]},
}


@pytest.mark.parametrize("change", WRONG_TYPES.values(), ids=WRONG_TYPES.keys())
def test_wrong_types(server, stream, change):
    answer = send(server, "POST", f"{BASE}/records", json.dumps({"stream_name": stream, **change}).encode())
    assert_error(answer, 400, "DIS.4200")


def test_records_missing_or_empty(server, stream):
    for body in ({"stream_name": stream}, {"stream_name": stream, "records": []}):
        assert_error(send(server, "POST", f"{BASE}/records", json.dumps(body).encode()), 400, "DIS.4202")


BAD_RECORDS = {
    "not base64": ({"data": "@@@@"}, "DIS.4200"),
    "cut base64": ({"data": "eA"}, "DIS.4200"),
    "newline in base64": ({"data": "eH\nh4"}, "DIS.4200"),
    "empty": ({"data": ""}, "DIS.4200"),
    "over 1 MiB": ({"data": base64.b64encode(b"x" * (MIB + 1)).decode()}, "DIS.4200"),
    "no such form of partition": ({"data": DATA, "partition_id": "shard-1"}, "DIS.4201"),
    "no such partition": ({"data": DATA, "partition_id": "9"}, "DIS.4302"),
    "a partition beyond all numbers": ({"data": DATA, "partition_id": "99999999999999999999"}, "DIS.4201"),
}


@pytest.mark.parametrize("record,code", BAD_RECORDS.values(), ids=BAD_RECORDS.keys())
def test_a_bad_record_is_told(server, dis, record, code):
    """Beside a good record it fails alone, or the request fails whole; a good one is never lost in silence."""
    name = fresh("mixed")
    dis.create_stream(name)
    body = put_body(name, {"data": DATA, "partition_id": "0"}, {"partition_id": "0", **record})
    answer = send(server, "POST", f"{BASE}/records", body)
    if answer.status == 200:
        good, bad = answer.json()["records"]
        assert answer.json()["failed_record_count"] == 1
        assert set(good) == {"partition_id", "sequence_number"}
        assert set(bad) == {"error_code", "error_message"} and bad["error_code"] == code
        assert dis.read_all(name) == [(0, b"x")]
    else:
        assert_error(answer, 400, code)
        assert dis.read_all(name) == []
    dis.delete_stream(name)


def test_a_body_over_the_limit(server):
    body = put_body("any", {"data": "A" * (5 * MIB + 4)})
    assert_error(send(server, "POST", f"{BASE}/records", body), 413, "DIS.4200")


def test_a_huge_announced_length_costs_nothing(server):
    before = server.memory_bytes()
    for length in (10**12, 2**63):
        assert_error(send(server, "POST", f"{BASE}/records", b"{}", length=length), 413, "DIS.4200")
    # No length that HTTP can have: refused before anyone knows which API it is for.
    answer = send(server, "POST", f"{BASE}/records", b"{}", length=10**30)
    assert (answer.status, answer.body) == (400, b"")
    assert server.memory_bytes() < before + 64 * MIB


def test_a_chunked_body_over_the_limit(server):
    fields = {"X-Auth-Token": server.token(), "Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    head = request("POST", f"{BASE}/records", fields)
    chunk = b"100000\r\n" + b" " * MIB + b"\r\n"
    answer = exchange(server, head + chunk * 8 + b"0\r\n\r\n")
    assert_error(answer, 413, "DIS.4200")


def test_a_body_that_never_comes(server):
    answer = exchange(
        server,
        request("POST", f"{BASE}/records", {"X-Auth-Token": server.token()}, b"{", length=1000),
        close_after_sending=True,
    )
    assert_error(answer, 400, "DIS.4300")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
        b"POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"\x00" * 1000,
    ],
    ids=["TLS", "no target", "version", "long target", "many headers", "length", "two lengths", "zeros"],
)
def test_what_is_not_http(server, raw):
    answer = exchange(server, raw, close_after_sending=True)
    assert answer.status == 0 or 400 <= answer.status < 506


def test_unknown_routes_and_methods(server):
    for target in ("/v2", "/nothing", f"{BASE}/nothing", f"/v9/{names.PROJECT_ID}/streams", f"{BASE}/records/extra"):
        assert_error(send(server, "GET", target), 404, "APIGW.0101")
    for method, target in [
        ("PATCH", f"{BASE}/streams"),
        ("DELETE", f"{BASE}/records"),
        ("PUT", f"{BASE}/cursors"),
        ("POST", f"{BASE}/cursors"),
        ("BREW", f"{BASE}/apps"),
    ]:
        assert_error(send(server, method, target), 405, "APIGW.0103")


def test_paths_that_try_to_leave(server):
    for target in (
        f"{BASE}/streams/../../../etc/passwd",
        f"{BASE}/streams/%2e%2e%2fetc",
        f"{BASE}/streams/a%00b",
        f"{BASE}/streams/%ff%fe",
        f"{BASE}/streams/" + "a" * 5000,
    ):
        answer = send(server, "GET", target)
        assert answer.status in (400, 401, 404), (target, answer.status)
        assert set(answer.json()) == {"errorCode", "message", "error_code", "error_msg"}


def test_a_foreign_project(server):
    answer = send(server, "GET", f"/v2/{'f' * 32}/streams")
    assert_error(answer, 400, "DIS.4117")


@pytest.mark.parametrize(
    "query,code",
    [
        ("", "DIS.4301"),
        ("stream-name={}", "DIS.4201"),
        ("stream-name={}&partition-id=x", "DIS.4201"),
        ("stream-name={}&partition-id=-1", "DIS.4201"),
        ("stream-name={}&partition-id=5", "DIS.4302"),
        ("stream-name={}&partition-id=0&cursor-type=EARLIEST", "DIS.4215"),
        ("stream-name={}&partition-id=0&starting-sequence-number=x", "DIS.4216"),
        ("stream-name={}&partition-id=0&starting-sequence-number=-1", "DIS.4216"),
        ("stream-name={}&partition-id=0&starting-sequence-number=9223372036854775808", "DIS.4216"),
        ("stream-name={}&partition-id=0&starting-sequence-number=2", "DIS.4224"),
        ("stream-name={}&partition-id=0&cursor-type=AT_TIMESTAMP", "DIS.4200"),
        ("stream-name={}&partition-id=0&cursor-type=AT_TIMESTAMP&timestamp=1", "DIS.4300"),
        ("stream-name=nobody&partition-id=0&cursor-type=LATEST", "DIS.4301"),
    ],
)
def test_bad_cursor_requests(server, stream, query, code):
    answer = send(server, "GET", f"{BASE}/cursors?{query.format(stream)}")
    if not query:
        # Neither a stream nor a partition: either may be named first.
        code = answer.json()["error_code"]
        assert code in {"DIS.4301", "DIS.4200", "DIS.4201"}
    assert_error(answer, 400, code)


def encode(cursor):
    return base64.urlsafe_b64encode(json.dumps(cursor, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode(cursor):
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def test_a_cursor_is_what_the_adapters_decode(dis, stream):
    content = decode(dis.cursor(stream))
    assert set(content) == {"getIteratorParam", "generateTimestamp"}
    parameters = content["getIteratorParam"]
    assert (parameters["stream-name"], parameters["partition-id"]) == (stream, "shardId-0000000000")
    assert (parameters["cursor-type"], parameters["starting-sequence-number"]) == ("TRIM_HORIZON", "0")
    assert abs(content["generateTimestamp"] - time.time() * 1000) < 60_000


def test_forged_cursors(server, dis, stream):
    true = decode(dis.cursor(stream))
    forged = {
        "": None,
        "nothing": "AAAA",
        "not base64": "****",
        "too long": "A" * 600,
        "JSON of another kind": encode([1, 2]),
        "missing members": encode({"generateTimestamp": true["generateTimestamp"]}),
        "a later day": encode({**true, "generateTimestamp": true["generateTimestamp"] + 86_400_000}),
        "another position": encode(
            {**true, "getIteratorParam": {**true["getIteratorParam"], "starting-sequence-number": "-7"}}
        ),
        "another stream": encode({**true, "getIteratorParam": {**true["getIteratorParam"], "stream-name": "other"}}),
        "deep": base64.urlsafe_b64encode(b"[" * 300).rstrip(b"=").decode(),
    }
    for what, cursor in forged.items():
        target = f"{BASE}/records" + (f"?partition-cursor={cursor}" if cursor is not None else "")
        answer = send(server, "GET", target)
        assert answer.status == 400, (what, answer.status, answer.body)
        assert_error(answer, 400, answer.json()["error_code"])
        assert answer.json()["error_code"] in {"DIS.4217", "DIS.4200", "DIS.4301"}, what


def test_a_cursor_ends_after_five_minutes(own_server):
    dis = Dis(own_server)
    dis.create_stream("old")
    dis.put("old", [b"a"])
    cursor = dis.cursor("old")
    own_server.advance(295)
    records, fresher = dis.page(cursor)
    assert len(records) == 1
    own_server.advance(10)
    refused = dis.call("GET", "/records", params={"partition-cursor": cursor}, expect=400)
    assert refused.json()["error_code"] == "DIS.4225"
    assert dis.page(fresher)[0] == []


def test_a_token_ends_after_a_day(own_server):
    dis = Dis(own_server)
    dis.create_stream("day")
    own = {"X-Auth-Token": own_server.token()}
    own_server.advance(23 * 3600)
    dis.call("GET", "/streams/day", headers=own, expect=200)
    own_server.advance(2 * 3600)
    refused = dis.call("GET", "/streams/day", headers=own, expect=401)
    assert refused.json()["error_code"] == "APIGW.0301"


def test_records_end_with_their_retention(own_server):
    dis = Dis(own_server)
    dis.create_stream("short", data_duration=24)
    dis.put("short", [b"old"])
    own_server.advance(20 * 3600)
    dis.put("short", [b"young"])
    own_server.advance(3 * 3600)
    assert [number for number, _ in dis.read_all("short")] == [0, 1]
    own_server.advance(3 * 3600)
    wait_for(lambda: dis.read_all("short") == [(1, b"young")], "the record older than 24 h to be gone")
    assert dis.put("short", [b"next"]) == [2]


def signed(server, path="/streams", method="GET", **more):
    host = server.api.split("//", 1)[1]
    headers = signed_headers(method, BASE + path, host, **more)
    return exchange(server, request(method, BASE + path, headers))


def test_signatures(server):
    assert signed(server).status == 200
    refusals = {
        "wrong secret": {"secret": "wrong"},
        "unknown key": {"access": "NOBODY"},
        "16 minutes ahead": {"skew_seconds": 16 * 60},
        "16 minutes behind": {"skew_seconds": -16 * 60},
        "another query": {"query": "limit=1"},
        "another body": {"body": b"x"},
    }
    for what, change in refusals.items():
        answer = signed(server, **change)
        assert answer.status == 401, what
        assert_error(answer, 401, "APIGW.0301")
        assert answer.json()["error_msg"].startswith("Incorrect IAM authentication information"), what
    assert signed(server, skew_seconds=14 * 60).status == 200
    assert signed(server, skew_seconds=-14 * 60).status == 200


@pytest.mark.parametrize("sign", [signed_headers, v11_headers])
def test_one_flipped_character_anywhere_in_a_signed_request_is_refused(server, sign):
    host, path, body = server.api.split("//", 1)[1], f"{BASE}/streams/orders", b'{"target_partition_count":2}'
    good = sign("PUT", path, host, body)

    def status(path=path, body=body, **changed):
        return exchange(server, request("PUT", path, {**good, **changed}, body)).status

    assert status() == 400, "signed as it should be: there is no such stream"
    for name in ("X-Sdk-Date", "Authorization", "Host"):
        for index, flipped in flips(good[name], 5 if name == "Authorization" else 1):
            assert status(**{name: flipped}) == 401, (name, index, flipped)
    for index, flipped in flips("orders"):
        assert status(path=f"{BASE}/streams/{flipped}") == 401, (index, flipped)
    for index, flipped in flips(body.decode()):
        assert status(body=flipped.encode()) == 401, (index, flipped)


def flips(text, step=1):
    """The text with one character changed, at every `step`th place; case, which some parts ignore, aside."""
    for index in range(0, len(text), step):
        flipped = text[:index] + chr(ord(text[index]) ^ 1) + text[index + 1 :]
        if flipped.lower() != text.lower():
            yield index, flipped


@pytest.mark.parametrize(
    "authorization",
    [
        "SDK-HMAC-SHA256",
        "SDK-HMAC-SHA256 ",
        "SDK-HMAC-SHA256 Access=, SignedHeaders=, Signature=",
        "SDK-HMAC-SHA256 Access=x",
        "SDK-HMAC-SHA256 " + "A=b," * 5000,
        "SDK-HMAC-SHA256 Access=x, SignedHeaders=" + "a;" * 3000 + ", Signature=" + "0" * 64,
        "V11-HMAC-SHA256 Credential=////////, SignedHeaders=host, Signature=zz",
        "SDK-HMAC-SM3 Access=x, SignedHeaders=host, Signature=00",
        "Bearer abc",
        "Basic " + "x" * 3000,
    ],
)
def test_odd_authorization_headers(server, authorization):
    headers = {"Authorization": authorization, "X-Sdk-Date": "20260102T030405Z"}
    assert_error(exchange(server, request("GET", f"{BASE}/streams", headers)), 401, "APIGW.0301")


def test_streams_of_impossible_shape(server):
    for change in (
        {"stream_name": ""},
        {"stream_name": "a" * 65},
        {"stream_name": "with blank"},
        {"stream_name": "../up"},
        {"partition_count": 0},
        {"partition_count": -1},
        {"partition_count": 10**12},
        {"data_duration": 1},
        {"data_duration": 10**9},
        {"stream_type": "FAST"},
        {"data_type": "XML"},
    ):
        body = {"stream_name": fresh("odd"), "partition_count": 1, **change}
        answer = send(server, "POST", f"{BASE}/streams", json.dumps(body).encode())
        assert answer.status == 400, (change, answer.status, answer.body)
        assert answer.json()["error_code"] in {"DIS.4200", "DIS.4300", "DIS.4308"}, (change, answer.body)
    over = send(server, "POST", f"{BASE}/streams", put_body(fresh("odd"), partition_count=51))
    assert_error(over, 400, "DIS.4308")


def test_broken_logins(server):
    url = f"{server.api}/v3/auth/tokens"
    login = password_login()
    methods = b'{"auth":{"identity":{"methods":["magic"]}}}'
    for body in (b"", b"{}", b"[" * 10_000, b"[" * 100_000, b'{"auth":' * 1000, b'{"auth":{}}', methods):
        answer = requests.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=20)
        assert answer.status_code in (400, 401, 413), body[:40]
        assert answer.json()["error"]["code"] == answer.status_code
    login["auth"]["scope"] = {"project": {"id": "f" * 32}}
    assert requests.post(url, json=login, timeout=20).status_code in (401, 403)


def lz4_of_blanks(size):
    """A raw LZ4 block: one blank, then one match that repeats it."""
    rest = size - 1 - 4 - 15 - 5
    match = b"\x1f \x01\x00" + b"\xff" * (rest // 255) + bytes([rest % 255])
    return match + b"\x50     "


def varint(number):
    """An unsigned integer as Snappy and protobuf write it."""
    out = b""
    while number >= 0x80:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


LIMIT = 5 * MIB
PROTOBUF = {"Content-Type": "application/x-protobuf"}


def packed(coding, size=None):
    return {"Content-Encoding": coding} | ({f"x-dis-{coding}-content-length": str(size)} if size else {})


BOMBS = {
    "gzip": (packed("gzip"), gzip.compress(b" " * (64 * MIB), 9), 413, "DIS.4200"),
    "many gzip members": (packed("gzip"), gzip.compress(b" " * MIB, 9) * 1000, 413, "DIS.4200"),
    "lz4": (packed("lz4", 64 * MIB), lz4_of_blanks(64 * MIB), 413, "DIS.4200"),
    "lz4 that lies": (packed("lz4", 100), lz4_of_blanks(64 * MIB), 400, "DIS.4300"),
    "lz4 of blanks": (packed("lz4", LIMIT), lz4_of_blanks(LIMIT), 400, "DIS.4202"),
    "snappy": (packed("snappy"), varint(2**32 - 1) + b"\x00 ", 413, "DIS.4200"),
    "snappy that lies": (packed("snappy"), varint(LIMIT) + b"\x00 ", 400, "DIS.4300"),
    "zstd": (packed("zstd"), b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 7 + b"\x0f\x01\x00\x00", 413, "DIS.4200"),
    "zstd that lies": (packed("zstd", LIMIT), b"\x28\xb5\x2f\xfd" * 9, 400, "DIS.4300"),
    "protobuf length": (PROTOBUF, b"\x12" + varint(2**63 - 1), 400, "DIS.4300"),
    "protobuf records": (PROTOBUF, b"\x12\x00" * (2 * MIB), 400, "DIS.4200"),
    "protobuf groups": (PROTOBUF, b"\x53" * (4 * MIB), 400, "DIS.4300"),
}


@pytest.mark.parametrize("headers,body,status,code", BOMBS.values(), ids=BOMBS.keys())
def test_bombs(server, headers, body, status, code):
    """Twenty-four of each, twelve at once: refused with the documented error, and memory stays bounded."""
    before = server.memory_bytes()

    def one(_):
        assert_error(send(server, "POST", f"{BASE}/records", body, headers), status, code)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(one, range(24)))
    assert server.memory_bytes() < before + 200 * MIB


def test_many_bad_requests_at_once(server):
    """A hundred deep bodies, sixteen at a time: the answers come and memory stays bounded."""

    def one(_):
        return send(server, "POST", f"{BASE}/records", b"[" * (4 * MIB)).status

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(one, range(100))) == {400}


def test_logins_leave_no_memory_behind(server):
    """Hashing a password takes 19 MiB: two at a time, and what they took is given back, whoever asked."""
    before = server.memory_bytes()

    def one(n):
        body = password_login(password=names.PASSWORD if n % 2 else "wrong")
        return requests.post(f"{server.api}/v3/auth/tokens", json=body, timeout=60).status_code

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(one, range(64))) == {201, 401}
    wait_for(lambda: server.memory_bytes() < before + 48 * MIB, "the memory of the logins to be given back")
