"""huaweicloud-sdk-java-dis: every call it has, in every body encoding, against the built server."""

import base64
import contextlib
import itertools
import re

import pytest
import requests

from support.delivery import wait_delivered
from support.dis import Dis
from support.java import JavaError, Jvm
from support.names import fresh, shard
from support.objects import make_bucket
from support.wait import wait_for

ENCODINGS = [
    {"body.serialize.type": body, "body.compress.enabled": str(bool(compression)).lower(),
     **({"body.compress.type": compression} if compression else {})}
    for body, compression in itertools.product(["json", "protobuf"], [None, "lz4", "snappy", "zstd"])
]  # fmt: skip


def encoding_name(config):
    return f"{config['body.serialize.type']}-{config.get('body.compress.type', 'plain')}"


@pytest.fixture(scope="module")
def jvm(server):
    running = Jvm(server, "sdk")
    yield running
    running.close()


@pytest.fixture(scope="module")
def sdk(jvm):
    return jvm.open("sdk")


@pytest.fixture
def stream(sdk):
    name = fresh("java")
    sdk.createStream({"stream_name": name, "partition_count": 2})
    yield name
    with contextlib.suppress(JavaError):
        sdk.deleteStream({"stream_name": name})


def record(payload, partition=None, **more):
    place = {} if partition is None else {"partition_id": shard(partition)}
    return {"data": base64.b64encode(payload).decode(), **place, **more}


def put(sdk, stream, payloads, partition=0):
    """Puts payloads into one partition, all of which must be taken; returns the answer."""
    request = {"stream_name": stream, "records": [record(payload, partition) for payload in payloads]}
    answer = sdk.putRecords(request)
    assert answer["failed_record_count"] == 0, answer
    return answer


def cursor(sdk, stream, kind="TRIM_HORIZON", partition=0, **more):
    request = {"stream-name": stream, "partition-id": shard(partition), "cursor-type": kind, **more}
    return sdk.getPartitionCursor(request)["partition_cursor"]


def page(sdk, at, **more):
    """One read: payloads, and the cursor of the next one."""
    answer = sdk.getRecords({"partition-cursor": at, **more})
    return [base64.b64decode(r["data"]) for r in answer["records"]], answer["next_partition_cursor"]


def read(sdk, at):
    """Payloads from a cursor to the end of the partition."""
    found, at = page(sdk, at)
    while found:
        more, at = page(sdk, at)
        if not more:
            break
        found += more
    return found


def refused(call, *arguments):
    """What the client threw."""
    with pytest.raises(JavaError) as caught:
        call(*arguments)
    return caught.value


# -- streams -----------------------------------------------------------------------------------------


def test_streams(sdk, stream):
    detail = sdk.describeStream({"stream_name": stream})
    assert (detail["stream_name"], detail["status"], detail["stream_type"]) == (stream, "RUNNING", "COMMON")
    assert (detail["retention_period"], detail["has_more_partitions"]) == (24, False)
    assert [p["partition_id"] for p in detail["partitions"]] == [shard(0), shard(1)]
    assert {p["sequence_number_range"] for p in detail["partitions"]} == {"[0 : 0]"}
    listing = sdk.listStreams({"limit": 100})
    assert stream in listing["stream_names"]
    assert stream not in sdk.listStreams({"limit": 100, "start_stream_name": stream})["stream_names"]


def test_a_stream_is_found_by_its_id_alone(sdk, stream):
    ident = sdk.describeStream({"stream_name": stream})["stream_id"]
    assert re.fullmatch("[A-Za-z0-9]{19}", ident)
    by_id = sdk.describeStream({"stream_id": ident, "limit_partitions": 1})
    assert (by_id["stream_name"], by_id["has_more_partitions"]) == (stream, True)
    by_path = sdk.describeStream({"stream_name": ident})
    assert by_path["stream_name"] == stream
    for named in ({}, {"stream_name": ""}):
        answer = sdk.putRecords({**named, "stream_id": ident, "records": [record(b"x", 0)]})
        assert answer["failed_record_count"] == 0
    at = sdk.getPartitionCursor({"stream-id": ident, "partition-id": "0", "cursor-type": "TRIM_HORIZON"})
    assert read(sdk, at["partition_cursor"]) == [b"x", b"x"]


def test_partitions_come_in_pages_and_the_page_after_the_last_is_empty(sdk, stream):
    def partitions(**where):
        return [p["partition_id"] for p in sdk.describeStream({"stream_name": stream, **where})["partitions"]]

    assert partitions(limit_partitions=1) == [shard(0)]
    assert partitions(start_partitionId=shard(0)) == [shard(1)]
    assert partitions(start_partitionId=shard(1)) == []
    assert partitions(start_partitionId="") == [shard(0), shard(1)]


def test_scaling(sdk, stream):
    scaled = sdk.updatePartitionCount({"stream_name": stream, "target_partition_count": 4})
    assert (scaled["stream_name"], scaled["target_partition_count"]) == (stream, 4)
    detail = sdk.describeStream({"stream_name": stream})
    assert (detail["writable_partition_count"], detail["readable_partition_count"]) == (4, 4)
    assert [c["target_partition_count"] for c in detail["update_partition_counts"]] == [4]
    sdk.updatePartitionCount({"stream_name": stream, "target_partition_count": 3})
    states = [p["status"] for p in sdk.describeStream({"stream_name": stream})["partitions"]]
    assert states == ["ACTIVE", "ACTIVE", "ACTIVE", "DELETED"]
    error = refused(sdk.updatePartitionCount, {"stream_name": stream})
    assert "Invalid request. [Invalid target_partition_count null.]" in error.message


def test_the_old_form_of_updating_a_stream(sdk, stream):
    answer = sdk.updateStream({"update_type": "DATA_TYPE", "stream_name": stream, "data_type": "JSON"})
    assert (answer["stream_name"], answer["target_data_type"]) == (stream, "JSON")
    assert sdk.describeStream({"stream_name": stream})["data_type"] == "JSON"
    scale = {"auto_scale_enabled": True, "auto_scale_min_partition_count": 1, "auto_scale_max_partition_count": 4}
    sdk.updateStream({"update_type": "AUTO_SCALE", "stream_name": stream, **scale})
    detail = sdk.describeStream({"stream_name": stream})
    assert {key: detail[key] for key in scale} == scale


def test_a_stream_with_all_it_can_be_created_with(sdk):
    name = fresh("java")
    schema = '{"type":"record","name":"r","fields":[{"name":"a","type":"string"}]}'
    tags = [{"key": "team", "value": "blue"}]
    more = {"stream_type": "ADVANCED", "data_duration": 48, "data_type": "JSON", "data_schema": schema, "tags": tags}
    sdk.createStream({"stream_name": name, "partition_count": 1, **more})
    detail = sdk.describeStream({"stream_name": name})
    assert (detail["stream_type"], detail["retention_period"], detail["data_type"]) == ("ADVANCED", 48, "JSON")
    assert (detail["data_schema"], detail["tags"]) == (schema, tags)
    sdk.deleteStream({"stream_name": name})
    assert refused(sdk.describeStream, {"stream_name": name}).type == "DISStreamNotExistsException"


# -- records -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", ENCODINGS, ids=encoding_name)
def test_records_in_every_body_encoding(jvm, stream, config):
    sdk = jvm.open("sdk", **config)
    payloads = [b"\x00\xff\xfe binary", "t\u00e9xt \u6c34".encode(), b"long " * 200]
    records = [record(payload, 0, partition_key="k\u00e9y") for payload in payloads]
    answer = sdk.putRecords({"stream_name": stream, "records": records})
    assert [r["sequence_number"] for r in answer["records"]] == ["0", "1", "2"]
    assert {r["partition_id"] for r in answer["records"]} == {shard(0)}
    found = sdk.getRecords({"partition-cursor": cursor(sdk, stream)})
    assert [base64.b64decode(r["data"]) for r in found["records"]] == payloads
    assert {r["partition_key"] for r in found["records"]} == {"k\u00e9y"}
    assert {r["timestamp_type"] for r in found["records"]} == {"CreateTime"}
    by_hash = {"explicit_hash_key": "9223372036854775807", "timestamp": 1234567890123}
    sent = sdk.putRecords({"stream_name": stream, "records": [record(b"last", **by_hash)]})
    assert sent["records"][0]["partition_id"] == shard(1)
    last = sdk.getRecords({"partition-cursor": cursor(sdk, stream, partition=1)})["records"]
    assert [(r["data"], r["timestamp"]) for r in last] == [("bGFzdA==", 1234567890123)]
    # what this client wrote any other reads
    assert read(jvm.open("sdk"), cursor(sdk, stream)) == payloads


@pytest.mark.parametrize("config", ENCODINGS, ids=encoding_name)
def test_a_long_record_in_every_body_encoding(jvm, stream, config):
    sdk = jvm.open("sdk", **config)
    put(sdk, stream, [b"long " * 20_000])
    assert read(sdk, cursor(sdk, stream)) == [b"long " * 20_000]


@pytest.mark.parametrize("config", ENCODINGS, ids=encoding_name)
def test_failed_records_in_every_body_encoding(jvm, stream, config):
    sdk = jvm.open("sdk", **{**config, "records.retries": "0"})
    records = [record(b"good", 0), record(b"bad", 9), record(b"good", 1)]
    answer = sdk.putRecords({"stream_name": stream, "records": records})
    assert answer["failed_record_count"] == 1
    good, bad, _ = answer["records"]
    assert good["partition_id"] == shard(0) and not good.get("error_code")
    assert bad["error_code"] == "DIS.4302" and not bad.get("partition_id")
    error = refused(sdk.putRecords, {"stream_name": "nobody", "records": records})
    assert (error.type, error.found["streamName"]) == ("DISStreamNotExistsException", "nobody")


def test_one_record_by_key(sdk, stream):
    request = {"StreamName": stream, "PartitionKey": "key", "Data": base64.b64encode(b"one").decode()}
    # the hash of "key" is 4354430579665871434: the lower half
    assert sdk.putRecord(request) == {"PartitionId": shard(0), "SequenceNumber": "0"}
    assert sdk.putRecord(request) == {"PartitionId": shard(0), "SequenceNumber": "1"}


@pytest.mark.parametrize("config", [
    {"data.compress.enabled": "true"},
    {"data.encrypt.enabled": "true", "data.password": "a long password"},
], ids=["compressed", "encrypted"])  # fmt: skip
def test_payloads_the_client_changed_are_kept_as_they_came(jvm, sdk, stream, config):
    sealed = jvm.open("sdk", **config)
    put(sealed, stream, [b"secret text " * 50])
    assert read(sealed, cursor(sealed, stream)) == [b"secret text " * 50]
    (raw,) = read(sdk, cursor(sdk, stream))
    assert raw != b"secret text " * 50


def test_payloads_the_client_packs_are_delivered_unpacked(own_server):
    running = Jvm(own_server, "sdk")
    try:
        sdk = running.open("sdk", **{"data.compress.enabled": "true"})
        sdk.createStream({"stream_name": "packed", "partition_count": 1, "compression_format": "snappy"})
        bucket = make_bucket(own_server, "packed-files")
        Dis(own_server).create_task("packed", "task", bucket)
        payloads = [b"%d " % n * n for n in (1, 100, 100_000)]
        put(sdk, "packed", payloads)
        wait_delivered(own_server, bucket, b"".join(payload + b"\n" for payload in payloads))
    finally:
        running.close()


def test_the_limits_of_a_put(sdk, stream):
    large = {"stream_name": stream, "records": [record(b"x" * 1_000_000, 0) for _ in range(6)]}
    assert refused(sdk.putRecords, large).type == "DISRequestEntityTooLargeException"
    mixed = {"stream_name": stream, "records": [record(b"x" * (1 << 20), 0), record(b"x" * ((1 << 20) + 1), 0)]}
    answer = sdk.putRecords(mixed)
    assert [r.get("error_code") for r in answer["records"]] == [None, "DIS.4200"]


def test_a_large_backlog_comes_in_pages(unlimited_server):
    running = Jvm(unlimited_server, "sdk")
    try:
        sdk = running.open("sdk")
        sdk.createStream({"stream_name": "s", "partition_count": 1})
        payloads = [b"%06d" % n + b"." * 250_000 for n in range(24)]
        for begin in range(0, 24, 8):
            put(sdk, "s", payloads[begin : begin + 8])
        assert len(page(sdk, cursor(sdk, "s"))[0]) < 24
        assert read(sdk, cursor(sdk, "s")) == payloads
    finally:
        running.close()


def test_throttled_records_are_sent_again_in_order(jvm, sdk, stream):
    payloads = [b"%05d" % n for n in range(2500)]
    request = {"stream_name": stream, "records": [record(payload, 0) for payload in payloads]}
    answer = jvm.open("sdk", **{"records.retries": "0"}).putRecords(request)
    codes = [r.get("error_code") for r in answer["records"]]
    assert answer["failed_record_count"] == codes.count("DIS.4303") > 0
    assert {r["partition_id"] for r in answer["records"] if not r.get("error_code")} == {shard(0)}
    taken = [payload for payload, code in zip(payloads, codes, strict=True) if not code]
    patient = jvm.open("sdk", **{"records.retries": "200"})
    assert patient.putRecords(request)["failed_record_count"] == 0
    assert read(sdk, cursor(sdk, stream)) == taken + payloads


def test_the_size_of_a_page(sdk, stream):
    put(sdk, stream, [b"12345"] * 10)
    start = cursor(sdk, stream)
    assert len(page(sdk, start, max_fetch_bytes=12)[0]) == 2
    none, following = page(sdk, start, max_fetch_bytes=4)
    assert none == [], "smaller than the next record: nothing, and the position stays"
    assert len(page(sdk, following)[0]) == 10
    assert len(page(sdk, start, limit=3)[0]) == 3


# -- cursors -----------------------------------------------------------------------------------------


def test_every_kind_of_cursor(sdk, stream):
    put(sdk, stream, [b"a", b"b", b"c"])

    def from_(kind, **more):
        return read(sdk, cursor(sdk, stream, kind, **more))

    assert from_("TRIM_HORIZON") == [b"a", b"b", b"c"]
    assert from_("AT_SEQUENCE_NUMBER", **{"starting-sequence-number": "1"}) == [b"b", b"c"]
    assert from_("AFTER_SEQUENCE_NUMBER", **{"starting-sequence-number": "1"}) == [b"c"]
    assert from_("AT_SEQUENCE_NUMBER", **{"starting-sequence-number": "3"}) == []
    latest = cursor(sdk, stream, "LATEST")
    assert read(sdk, latest) == []
    at = sdk.getRecords({"partition-cursor": cursor(sdk, stream)})["records"][0]["timestamp"]
    assert from_("AT_TIMESTAMP", timestamp=at) == [b"a", b"b", b"c"]
    assert from_("AT_TIMESTAMP", timestamp=at + 3_600_000) == []
    put(sdk, stream, [b"d"])
    assert read(sdk, latest) == [b"d"]


def test_numbers_out_of_a_refused_cursor(sdk, stream):
    put(sdk, stream, [b"a", b"b"])
    request = {"stream-name": stream, "partition-id": shard(0), "cursor-type": "AT_SEQUENCE_NUMBER"}
    error = refused(sdk.getPartitionCursor, {**request, "starting-sequence-number": "5"})
    assert error.type == "DISSequenceNumberOutOfRangeException"
    numbers = [error.found[key + "SequenceNumber"] for key in ("invalid", "earliest", "latest")]
    assert numbers == [5, 0, 2]
    request["cursor-type"] = "AT_TIMESTAMP"
    error = refused(sdk.getPartitionCursor, {**request, "timestamp": 1000})
    assert error.type == "DISTimestampOutOfRangeException"
    again = sdk.getPartitionCursor({**request, "timestamp": error.found["earliestTimestamp"]})
    assert read(sdk, again["partition_cursor"]) == [b"a", b"b"]


def test_errors_become_the_clients_own(jvm, sdk, stream):
    missing = {"stream-name": stream, "partition-id": shard(7), "cursor-type": "LATEST"}
    assert refused(sdk.getPartitionCursor, missing).type == "DISPartitionNotExistsException"
    nobody = refused(sdk.describeStream, {"stream_name": "nobody"})
    assert (nobody.type, nobody.found["streamName"]) == ("DISStreamNotExistsException", "nobody")
    sdk.updatePartitionCount({"stream_name": stream, "target_partition_count": 1})
    answer = sdk.putRecords({"stream_name": stream, "records": [record(b"x", 1)]})
    assert answer["records"][0]["error_code"] == "DIS.4319"
    wrong = jvm.open("sdk", sk="wrong")
    assert refused(wrong.listStreams, {"limit": 1}).type == "DISAuthenticationException"


# -- apps and checkpoints ----------------------------------------------------------------------------


def test_apps_and_checkpoints(sdk, stream):
    app = fresh("app")
    assert "DIS.4332" in refused(sdk.describeApp, app).message
    sdk.createApp(app)
    assert sdk.describeApp(app)["app_name"] == app
    assert "DIS.4330" in refused(sdk.createApp, app).message
    assert app in [a["app_name"] for a in sdk.listApps({"limit": 100})["apps"]]
    place = {"app_name": app, "stream_name": stream, "partition_id": shard(0), "checkpoint_type": "LAST_READ"}
    assert sdk.getCheckpoint(place)["sequence_number"] == "-1"
    put(sdk, stream, [b"a", b"b"])
    for number in ("2", "0", "1"):  # the next number to read; and back; and forth
        sdk.commitCheckpoint({**place, "sequence_number": number, "metadata": "m" + number})
        held = sdk.getCheckpoint(place)
        assert (held["sequence_number"], held["metadata"]) == (number, "m" + number)
    error = refused(sdk.commitCheckpoint, {**place, "sequence_number": "3", "metadata": ""})
    assert (error.type, error.found["latestSequenceNumber"]) == ("DISSequenceNumberOutOfRangeException", 2)
    where = {"app_name": app, "stream_name": stream, "checkpoint_type": "LAST_READ"}
    states = sdk.listStreamConsumingState(where)["partition_consuming_states"]
    assert [(s["partition_id"], s["sequence_number"], s["latest_offset"]) for s in states] == [
        (shard(0), "1", 2),
        (shard(1), "-1", 0),
    ]
    sdk.deleteCheckpoint(place)
    assert sdk.getCheckpoint(place)["sequence_number"] == "-1"
    sdk.deleteApp(app)
    assert "DIS.4332" in refused(sdk.describeApp, app).message


# -- dump tasks --------------------------------------------------------------------------------------


def test_dump_tasks(server, sdk, stream):
    bucket, task = make_bucket(server, fresh("java")), fresh("task")
    place = {"stream_name": stream, "task_name": task}
    descriptor = {
        "task_name": task, "agency_name": "dis_admin_agency", "obs_bucket_path": bucket, "file_prefix": "in",
        "partition_format": "yyyy/MM", "deliver_time_interval": 30, "consumer_strategy": "TRIM_HORIZON",
        "destination_file_type": "text", "record_delimiter": "|",
    }  # fmt: skip
    request = {"stream_name": stream, "destination_type": "OBS", "obs_destination_descriptor": descriptor}
    sdk.createTransferTask(request)
    detail = sdk.describeTransferTask(place)
    assert (detail["state"], detail["destination_type"]) == ("RUNNING", "OBS")
    assert {p["partitionId"] for p in detail["partitions"]} == {shard(0), shard(1)}
    held = detail["obs_destination_description"]
    assert (held["obs_bucket_path"], held["deliver_time_interval"], held["record_delimiter"]) == (bucket, 30, "|")
    listing = sdk.listTransferTasks({"stream_name": stream})
    assert (listing["total_number"], [t["task_name"] for t in listing["tasks"]]) == (1, [task])

    def act(action):
        order = {"stream_name": stream, "action": action, "tasks": [{"id": detail["task_id"]}]}
        sdk.batchTransferTask(order)
        return sdk.describeTransferTask(place)["state"]

    assert (act("stop"), act("start")) == ("PAUSED", "RUNNING")
    sdk.deleteTransferTask(place)
    assert "DIS.4354" in refused(sdk.describeTransferTask, place).message


def test_updating_a_dump_task(server, sdk, stream):
    bucket, task = make_bucket(server, fresh("java")), fresh("task")
    descriptor = {"task_name": task, "agency_name": "dis_admin_agency", "obs_bucket_path": bucket,
                  "deliver_time_interval": 30, "consumer_strategy": "LATEST"}  # fmt: skip
    request = {"stream_name": stream, "destination_type": "OBS", "obs_destination_descriptor": descriptor}
    sdk.createTransferTask(request)
    descriptor["deliver_time_interval"] = 60
    sdk.updateTransferTask(request)
    detail = sdk.describeTransferTask({"stream_name": stream, "task_name": task})
    assert detail["obs_destination_description"]["deliver_time_interval"] == 60
    sdk.deleteTransferTask({"stream_name": stream, "task_name": task})


OTHER_DESTINATIONS = {
    "MRS": {"mrs_cluster_name": "c", "mrs_cluster_id": "i", "mrs_hdfs_path": "/user/dis"},
    "DLI": {"dli_database_name": "d", "dli_table_name": "t"},
    "DWS": {"dws_cluster_name": "c", "dws_cluster_id": "i", "dws_database_name": "d", "dws_schema": "s",
            "dws_table_name": "t", "dws_delimiter": ";", "user_name": "u", "user_password": "secret",
            "kms_user_key_name": "k", "kms_user_key_id": "ki"},
    "CLOUDTABLE": {"cloudtable_cluster_name": "c", "cloudtable_cluster_id": "i", "cloudtable_table_name": "t",
                   "cloudtable_schema": {"row_key": [{"value": "id", "type": "String"}], "columns": [
                       {"column_family_name": "f", "column_name": "c", "value": "v", "type": "Bigint"}]}},
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHER_DESTINATIONS)
def test_dump_tasks_to_the_other_destinations(server, sdk, kind):
    name, task, bucket = fresh("java"), fresh("task"), make_bucket(server, fresh("java"))
    schema = '{"type":"record","name":"r","fields":[{"name":"id","type":"string"}]}'
    sdk.createStream({"stream_name": name, "partition_count": 1, "data_type": "JSON", "data_schema": schema})
    asked = OTHER_DESTINATIONS[kind]
    common = {"task_name": task, "agency_name": "dis_admin_agency", "consumer_strategy": "LATEST"}
    if kind == "CLOUDTABLE":
        common["obs_backup_bucket_path"] = bucket
    else:
        common.update(obs_bucket_path=bucket, deliver_time_interval=60)
    descriptor = {f"{kind.lower()}_destination_descriptor": {**common, **asked}}
    sdk.createTransferTask({"stream_name": name, "destination_type": kind, **descriptor})
    detail = sdk.describeTransferTask({"stream_name": name, "task_name": task})
    assert (detail["destination_type"], detail["state"]) == (kind, "ERROR")
    shown = detail[f"{kind.lower()}_destination_description"]
    for member in set(asked) - {"user_password", "cloudtable_schema"}:
        assert shown[member] == asked[member], member
    assert not shown.get("user_password")
    sdk.deleteTransferTask({"stream_name": name, "task_name": task})
    sdk.deleteStream({"stream_name": name})


# -- the other clients of the SDK --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sdk-async", "sdk-non-blocking"])
@pytest.mark.parametrize("body", ["json", "protobuf"])
def test_clients_with_futures(jvm, stream, kind, body):
    sdk, app = jvm.open(kind, **{"body.serialize.type": body}), fresh("app")
    answer = sdk.putRecordsAsync({"stream_name": stream, "records": [record(b"future", 0)]})
    assert answer["failed_record_count"] == 0
    place = {"stream-name": stream, "partition-id": shard(0), "cursor-type": "TRIM_HORIZON"}
    at = sdk.getPartitionCursorAsync(place)["partition_cursor"]
    assert [r["data"] for r in sdk.getRecordsAsync({"partition-cursor": at})["records"]] == ["ZnV0dXJl"]
    assert sdk.describeStreamAsync({"stream_name": stream})["stream_name"] == stream
    sdk.createAppAsync(app)
    checkpoint = {"app_name": app, "stream_name": stream, "partition_id": shard(0), "checkpoint_type": "LAST_READ"}
    sdk.commitCheckpointAsync({**checkpoint, "sequence_number": "1", "metadata": ""})
    assert sdk.getCheckpointAsync(checkpoint)["sequence_number"] == "1"
    if kind == "sdk-async":  # the other one deletes, but loses its own future of a DELETE
        sdk.deleteAppAsync(app)


@pytest.mark.parametrize("ordered", ["false", "true"])
def test_the_batching_producer_keeps_the_order_of_a_key(jvm, sdk, stream, ordered):
    producer = jvm.open("sdk-producer", **{"order.by.partition": ordered, "batch.count": "7", "linger.ms": "20"})
    payloads = [b"%04d" % n for n in range(100)]
    results = producer.putRecords(stream, [record(payload, partition_key="key") for payload in payloads])
    assert {r["partition_id"] for r in results} == {shard(0)}
    found = read(sdk, cursor(sdk, stream))
    assert sorted(found) == payloads
    if ordered == "true":
        assert found == payloads
    producer.close()


def test_a_token_instead_of_keys(server, jvm, stream):
    sdk = jvm.open("sdk", **{"auth.type": "authtoken", "auth.token": server.token()})
    put(sdk, stream, [b"with a token"])
    assert read(sdk, cursor(sdk, stream)) == [b"with a token"]
    wrong = jvm.open("sdk", **{"auth.type": "authtoken", "auth.token": "forged"})
    assert refused(wrong.listStreams, {"limit": 1}).type == "DISAuthenticationException"


def test_temporary_keys(server, jvm, stream):
    identity = {"methods": ["token"], "token": {"id": server.token(), "duration_seconds": 900}}
    answer = requests.post(
        f"{server.api}/v3.0/OS-CREDENTIAL/securitytokens",
        json={"auth": {"identity": identity}}, headers={"X-Auth-Token": server.token()}, timeout=30,
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    keys = answer.json()["credential"]
    sdk = jvm.open("sdk", ak=keys["access"], sk=keys["secret"], **{"security.token": keys["securitytoken"]})
    put(sdk, stream, [b"for a while"])
    assert read(sdk, cursor(sdk, stream)) == [b"for a while"]


def numbers(server, stream):
    """The sequence numbers that partition 0 has, as the server shows them."""
    return Dis(server).describe(stream)["partitions"][0]["sequence_number_range"]


def test_positions_that_retention_took(own_server):
    running, at = Jvm(own_server, "sdk"), {"stream-name": "s", "partition-id": shard(0)}

    def client():
        # keys would sign with this machine's time, which the server is ahead of
        return running.open("sdk", **{"auth.type": "authtoken", "auth.token": own_server.token()})

    try:
        sdk = client()
        sdk.createStream({"stream_name": "s", "partition_count": 1})
        put(sdk, "s", [b"old"] * 3)
        own_server.advance(24 * 3600 - 60)
        sdk = client()
        place = cursor(sdk, "s")
        own_server.advance(120)
        put(sdk, "s", [b"new"])
        wait_for(lambda: numbers(own_server, "s") == "[3 : 4]", "retention to trim the old records")
        assert refused(page, sdk, place).type == "DISSeqNumberOutOfRangeGettingRecordsException"
        gone = {**at, "cursor-type": "AT_SEQUENCE_NUMBER", "starting-sequence-number": "1"}
        error = refused(sdk.getPartitionCursor, gone)
        assert (error.type, error.found["earliestSequenceNumber"]) == ("DISSequenceNumberOutOfRangeException", 3)
        assert read(sdk, cursor(sdk, "s")) == [b"new"]
    finally:
        running.close()


def test_the_client_outlasts_a_killed_server(own_server):
    running = Jvm(own_server, "sdk")
    try:
        sdk = running.open("sdk")
        sdk.createStream({"stream_name": "s", "partition_count": 1})
        put(sdk, "s", [b"before"])
        own_server.kill()
        sdk.start("putRecords", {"stream_name": "s", "records": [record(b"after", 0)]})
        own_server.restart()
        assert sdk.finish()["failed_record_count"] == 0
        assert read(sdk, cursor(sdk, "s")) == [b"before", b"after"]
    finally:
        running.close()
