"""Dump tasks to Parquet: what clients put as JSON, pyarrow reads as rows."""

import datetime
import decimal
import gzip
import io
import json
import re
from pathlib import Path

import pyarrow.parquet
import pytest

from support.delivery import flush, settle
from support.dis import Dis
from support.objects import contents, data_keys, make_bucket
from support.proof import download, verify
from support.wait import wait_for


def record(*fields):
    return json.dumps({"type": "record", "name": "row", "fields": [{"name": n, "type": t} for n, t in fields]})


def logical(kind, name, **more):
    return {"type": kind, "logicalType": name, **more}


EVERY_TYPE = record(
    ("flag", "boolean"),
    ("small", "int"),
    ("large", "long"),
    ("single", "float"),
    ("number", "double"),
    ("text", "string"),
    ("raw", "bytes"),
    ("code", {"type": "fixed", "name": "code", "size": 2}),
    ("kind", {"type": "enum", "name": "kind", "symbols": ["A", "B"]}),
    ("day", logical("int", "date")),
    ("clock", logical("int", "time-millis")),
    ("fine_clock", logical("long", "time-micros")),
    ("at", logical("long", "timestamp-millis")),
    ("fine", logical("long", "timestamp-micros")),
    ("local", logical("long", "local-timestamp-millis")),
    ("local_fine", logical("long", "local-timestamp-micros")),
    ("price", logical("bytes", "decimal", precision=9, scale=2)),
    ("huge", {**logical("fixed", "decimal", precision=38, scale=0), "name": "huge", "size": 16}),
    ("maybe", ["null", "long"]),
    ("list", {"type": "array", "items": ["null", "int"]}),
    ("map", {"type": "map", "values": "string"}),
    ("inner", ["null", {"type": "record", "name": "inner", "fields": [
        {"name": "points", "type": {"type": "array", "items": {"type": "record", "name": "point", "fields": [
            {"name": "x", "type": "double"}, {"name": "tag", "type": ["null", "string"]}]}}}]}]),
)  # fmt: skip

PUT = {
    "flag": True, "small": -(2**31), "large": 2**63 - 1, "single": 0.5, "number": 0.1, "text": "\u00e4\U0001f30a",
    "raw": "\u0000\u00ff", "code": "ab", "kind": "B", "day": 20_000, "clock": 1, "fine_clock": 2,
    "at": 1_767_323_045_678, "fine": 1_767_323_045_678_901, "local": 0, "local_fine": -1, "price": "-1234567.89",
    "huge": 0, "maybe": 7, "list": [1, None, 3], "map": {"k": "v", "": "w"},
    "inner": {"points": [{"x": 1.5, "tag": "t"}, {"x": -2}]}, "of no column": {"a": [1]},
}  # fmt: skip

UTC = datetime.timezone.utc
READ = {
    **{name: PUT[name] for name in ("flag", "small", "large", "single", "number", "text", "kind", "maybe", "list")},
    "raw": b"\x00\xff",
    "code": b"ab",
    "day": datetime.date(2024, 10, 4),
    "clock": datetime.time(microsecond=1000),
    "fine_clock": datetime.time(microsecond=2),
    "at": datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, UTC),
    "fine": datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
    "local": datetime.datetime(1970, 1, 1),
    "local_fine": datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
    "price": decimal.Decimal("-1234567.89"),
    "huge": decimal.Decimal(10**38 - 1),
    "map": [("k", "v"), ("", "w")],
    "inner": {"points": [{"x": 1.5, "tag": "t"}, {"x": -2.0, "tag": None}]},
}


@pytest.fixture
def dis(own_server):
    return Dis(own_server)


@pytest.fixture
def bucket(own_server):
    return make_bucket(own_server, "bucket")


def tables(server, bucket):
    """The Parquet objects of a bucket, in name order."""
    found = contents(server, bucket)
    return [pyarrow.parquet.read_table(io.BytesIO(found[key])) for key in sorted(found) if key.endswith(".parquet")]


def wait_rows(server, bucket, count):
    flush(server)

    def reading():
        return [row for table in tables(server, bucket) for row in table.to_pylist()]

    return wait_for(lambda: len(rows := reading()) == count and rows, f"{count} rows")


def json_stream(dis, schema, **more):
    dis.create_stream("rows", data_type="JSON", data_schema=schema, **more)
    return "rows"


def payload(value):
    # A number of 38 digits is more than JSON libraries keep; it is put as it is.
    return json.dumps(value).replace('"huge": 0', f'"huge": {10**38 - 1}').encode()


def test_every_type_comes_back_as_it_was_put(own_server, dis, bucket):
    stream = json_stream(dis, EVERY_TYPE)
    dis.create_task(stream, "task", bucket, destination_file_type="parquet", file_prefix="in")
    sparse = {**PUT, "maybe": None, "inner": None, "list": [], "map": {}}
    del sparse["of no column"]
    dis.put(stream, [payload(PUT), payload(sparse), payload({k: v for k, v in sparse.items() if k != "inner"})])
    empty = {**READ, "maybe": None, "inner": None, "list": [], "map": []}
    assert wait_rows(own_server, bucket, 3) == [READ, empty, empty]
    (key,) = data_keys(own_server, bucket)
    assert key.startswith("in/rows-") and key.endswith(f"{0:020}-{2:020}.parquet")
    (table,) = tables(own_server, bucket)
    kinds = {name: str(table.schema.field(name).type) for name in ("at", "local", "price", "huge", "day", "clock")}
    assert kinds == {"at": "timestamp[ms, tz=UTC]", "local": "timestamp[ms]", "price": "decimal128(9, 2)",
                     "huge": "decimal128(38, 0)", "day": "date32[day]", "clock": "time32[ms]"}  # fmt: skip
    assert [f.name for f in table.schema if f.nullable] == ["maybe", "inner"]


def test_the_command_line_makes_such_a_stream_and_such_a_task(own_server, dis, tmp_path):
    schema = tmp_path / "rows.avsc"
    schema.write_text(record(("n", "long")))

    def tidemill(*arguments, status=0):
        done = own_server.command(*arguments, "--endpoint", own_server.api, "--objects-endpoint", own_server.objects)
        assert done.returncode == status, done.stderr
        return done.stderr

    tidemill("stream", "create", "rows", "--schema", str(schema))
    tidemill("dump", "create", "rows", "task", "--bucket", "bucket", "--create-bucket", "--format", "parquet",
             "--interval", "30")  # fmt: skip
    dis.put("rows", [b'{"n": 1}', b'{"n": 2}'])
    assert wait_rows(own_server, "bucket", 2) == [{"n": 1}, {"n": 2}]
    assert "cannot read the schema" in tidemill("stream", "create", "other", "--schema", "/nowhere", status=1)


def test_what_does_not_fit_is_delivered_as_it_came_also_around_a_kill(own_server, dis, bucket, tmp_path):
    stream = json_stream(dis, record(("n", "int"), ("text", ["null", "string"])), compression_format="gzip")
    dis.create_task(stream, "task", bucket, destination_file_type="parquet", partition_format="yyyy")
    expected, raw = [], []
    for number in range(4):
        rows = [{"n": n, "text": "x" * n if n % 2 else None} for n in range(number * 100, number * 100 + 100)]
        broken = gzip.compress(b'{"n": "%d"}' % number)
        dis.put(stream, [gzip.compress(json.dumps(row).encode()) for row in rows] + [broken])
        expected, raw = expected + rows, raw + [broken]
        flush(own_server)
        own_server.restart(kill=True)
    assert wait_rows(own_server, bucket, 400) == expected
    settle(own_server, rounds=1)
    errors = {key: body for key, body in contents(own_server, bucket).items() if key.startswith("obs_error/")}
    assert b"".join(body for _, body in sorted(errors.items())) == b"".join(one + b"\n" for one in raw)
    assert dis.task(stream, "task")["partitions"][0]["discard"] == 4
    status, report = verify(own_server, download(own_server, bucket, tmp_path / "bucket"))
    assert (status, report["ok"]) == (0, True), report
    assert report["tasks"][0]["partitions"][0]["errors"] == 4


def test_schemas_that_are_no_columns_are_refused(dis, bucket):
    def refused(stream):
        descriptor = {"task_name": "t", "agency_name": "dis_admin_agency", "deliver_time_interval": 30, "obs_bucket_path": bucket,
                      "destination_file_type": "parquet"}  # fmt: skip
        body = {"destination_type": "OBS", "obs_destination_descriptor": descriptor}
        return dis.call("POST", f"/streams/{stream}/transfer-tasks", json=body, expect=400).json()

    dis.create_stream("blob")
    assert refused("blob")["error_code"] == "DIS.4200"
    dis.create_stream("bare", data_type="JSON")
    assert refused("bare")["error_code"] == "DIS.4360"
    dis.create_stream("union", data_type="JSON", data_schema=record(("f", ["int", "string"])))
    answer = refused("union")
    assert answer["error_code"] == "DIS.4360" and "null and one type only" in answer["error_msg"]


EVENT = record(
    ("id", "long"),
    ("at", logical("long", "timestamp-millis")),
    ("user", "string"),
    ("action", "string"),
    ("amount", ["null", "double"]),
    ("tags", {"type": "array", "items": "string"}),
    ("note", ["null", "string"]),
)


def event(n):
    return {"id": n, "at": 1_767_323_045_000 + n, "user": f"user-{n % 977}", "action": ("view", "buy")[n % 2],
            "amount": n / 8 if n % 3 else None, "tags": [f"t{n % 7}"] * (n % 4), "note": f"note {n} " * 12}  # fmt: skip


def peak_megabytes(server):
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1000


def test_a_hundred_thousand_events_take_less_than_270_megabytes(unlimited_server, record_property):
    server, dis = unlimited_server, Dis(unlimited_server)
    bucket = make_bucket(server, "events")
    dis.create_stream("events", data_type="JSON", data_schema=EVENT)
    dis.create_task("events", "task", bucket, destination_file_type="parquet")
    for begin in range(0, 100_000, 5_000):
        dis.put("events", [json.dumps(event(n)).encode() for n in range(begin, begin + 5_000)])
    flush(server)
    wait_for(lambda: sum(table.num_rows for table in tables(server, bucket)) == 100_000, "all events")
    assert [row["id"] for table in tables(server, bucket) for row in table.to_pylist()] == list(range(100_000))
    peak = peak_megabytes(server)
    record_property("peak_megabytes", peak)
    assert peak < 270, peak
