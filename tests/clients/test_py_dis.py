"""huaweicloud-sdk-python-dis: the whole flow, in both of its signature modes."""

import time

import pytest
from dis_sdk_python.com.huaweicloud.dis.sdk.python.client import disclient as client_module
from dis_sdk_python.com.huaweicloud.dis.sdk.python.models.disexception import DisException

from support import names
from support.dis import Dis
from support.names import fresh, shard
from support.objects import make_bucket

# 2100: a recording of these tests is replayed long after they ran.
FAR_FUTURE_MS = 4_102_444_800_000


@pytest.fixture(params=[True, False], ids=["V11-derived", "SDK-scoped"])
def dis(server, request):
    return client_module.disclient(
        server.api, names.ACCESS_KEY_ID, names.SECRET_ACCESS_KEY, names.PROJECT_ID, names.REGION,
        derivationKeySwitch=request.param,
    )  # fmt: skip


@pytest.fixture
def stream(dis):
    name = fresh("py")
    assert dis.createStream(name, 2, "BLOB", "COMMON", data_duration=24).statusCode == 201
    yield name
    dis.deleteStream(name)


def put(dis, stream, texts, partition=0):
    """Puts texts into one partition and returns the answer."""
    return dis.putRecords(stream, [{"data": text, "partition_id": shard(partition)} for text in texts])


def read(dis, cursor):
    """Payloads from a cursor to the end of the partition."""
    found = []
    while True:
        page = dis.getRecords(cursor)
        if not page.recordCount:
            return found
        found += [record["data"] for record in page.recordResult]
        cursor = page.nextPartitionCursor


def test_streams(dis, stream):
    detail = dis.describeStream(stream)
    assert (detail.streamName, detail.status, detail.streamType) == (stream, "RUNNING", "COMMON")
    assert detail.retentionPeriod == 24
    assert detail.hasMorePartitions is False
    assert isinstance(detail.createTime, int) and isinstance(detail.lastModifiedTime, int)
    assert [p["partition_id"] for p in detail.partitions] == [shard(0), shard(1)]
    assert [p["hash_range"] for p in detail.partitions] == [
        "[0 : 4611686018427387902]",
        "[4611686018427387903 : 9223372036854775807]",
    ]
    assert {p["sequence_number_range"] for p in detail.partitions} == {"[0 : 0]"}

    assert stream in dis.listStream().stream_names
    assert stream not in dis.listStream(startStreamName=stream).stream_names
    first = dis.describeStream(stream, limitPartitions=1)
    assert first.hasMorePartitions is True
    rest = dis.describeStream(stream, startPartitionId=shard(0))
    assert [p["partition_id"] for p in rest.partitions] == [shard(1)]


def test_an_existing_name_and_a_missing_one_are_told(dis, stream):
    with pytest.raises(DisException, match="DIS.4307"):
        dis.createStream(stream, 1, "BLOB", "COMMON")
    with pytest.raises(DisException, match=r"DIS.4301.*Stream does not exist. \[nobody\]\["):
        dis.describeStream("nobody")


def test_put_and_get_by_every_cursor(dis, stream):
    texts = [f"record {index}" for index in range(10)]
    before = int(time.time() * 1000)
    answer = put(dis, stream, texts)
    assert answer.failedRecordCount == 0
    assert [r["sequence_number"] for r in answer.recordResult] == [str(n) for n in range(10)]
    assert {r["partition_id"] for r in answer.recordResult} == {shard(0)}

    def of(kind, **more):
        return dis.getCursor(stream, "0", kind, **more).cursor

    assert read(dis, of("TRIM_HORIZON")) == texts
    assert read(dis, of("AT_SEQUENCE_NUMBER", startSeq="4")) == texts[4:]
    assert read(dis, of("AFTER_SEQUENCE_NUMBER", startSeq="4")) == texts[5:]
    assert read(dis, of("AT_TIMESTAMP", timestamp=before - 1000)) == texts
    assert read(dis, of("AT_TIMESTAMP", timestamp=FAR_FUTURE_MS)) == []
    latest = of("LATEST")
    assert read(dis, latest) == []
    put(dis, stream, ["late"])
    assert read(dis, latest) == ["late"]
    assert read(dis, dis.getCursor(stream, shard(0), "AT_SEQUENCE_NUMBER", startSeq="10").cursor) == ["late"]

    page = dis.getRecords(of("TRIM_HORIZON"), limit=3)
    assert page.recordCount == 3
    record = page.recordResult[0]
    assert (record["sequence_number"], record["partitionKey"], record["timestamp_type"]) == ("0", None, "CreateTime")
    assert before - 1000 <= record["timestamp"] <= before + 60_000


@pytest.fixture
def protobuf(server):
    return client_module.disclient(
        server.api, names.ACCESS_KEY_ID, names.SECRET_ACCESS_KEY, names.PROJECT_ID, names.REGION,
        bodySerializeType="protobuf",
    )  # fmt: skip


def test_protobuf(dis, protobuf, stream):
    texts = [f"record {index} " + "x" * 500 for index in range(100)]
    answer = protobuf.putRecords(stream, [{"data": text, "partition_key": "key"} for text in texts])
    assert answer.failedRecordCount == 0
    assert answer.recordResult == [{"partition_id": shard(0), "sequence_number": str(n)} for n in range(100)]
    cursor = protobuf.getCursor(stream, "0", "TRIM_HORIZON").cursor
    assert read(dis, cursor) == texts
    page = protobuf.getRecords(cursor)
    assert [record["data"].decode() for record in page.recordResult] == texts
    assert [record["sequence_number"] for record in page.recordResult] == [str(n) for n in range(100)]
    assert {(record["partitionKey"], record["timestamp_type"]) for record in page.recordResult} == {("key", "CreateTime")}
    assert abs(page.recordResult[0]["timestamp"] - time.time() * 1000) < 60_000
    put(dis, stream, ["by JSON"])
    last = protobuf.getRecords(page.nextPartitionCursor)
    assert [(r["data"], r["partitionKey"]) for r in last.recordResult] == [(b"by JSON", None)]
    assert protobuf.getRecords(last.nextPartitionCursor).recordCount == 0

    ident = dis.describeStream(stream).body["stream_id"]
    assert protobuf.put_records("", ident, [{"data": "by id"}]).failedRecordCount == 0
    refused = protobuf.put_records(stream, "", [{"data": "no", "partition_id": shard(7)}])
    assert (refused.failedRecordCount, refused.recordResult[0]["error_code"]) == (1, "DIS.4302")
    with pytest.raises(DisException, match="DIS.4217"):
        protobuf.getRecords("forged")


def test_a_key_decides_the_partition_and_comes_back(dis, stream):
    # By the published hash: "key" falls into the lower half of the range, "hello" into the upper one.
    answer = dis.putRecords(stream, [{"data": "a", "partition_key": "key"}, {"data": "b", "partition_key": "hello"}])
    assert [r["partition_id"] for r in answer.recordResult] == [shard(0), shard(1)]
    page = dis.getRecords(dis.getCursor(stream, "1", "TRIM_HORIZON").cursor)
    assert [(r["data"], r["partitionKey"]) for r in page.recordResult] == [("b", "hello")]


def test_a_stream_is_found_by_its_id(dis, stream):
    ident = dis.describeStream(stream).body["stream_id"]
    answer = dis.put_records("", ident, [{"data": "by id", "partition_id": "0"}])
    assert answer.failedRecordCount == 0
    cursor = dis.getCursor("", "0", "TRIM_HORIZON", streamId=ident).cursor
    assert read(dis, cursor) == ["by id"]


def test_a_cursor_outside_the_partition_is_refused(dis, stream):
    put(dis, stream, ["only"])
    with pytest.raises(DisException, match=r"DIS.4224.*\[9\]\[ should be within \]\[0\]\[ \]\[1\]"):
        dis.getCursor(stream, "0", "AT_SEQUENCE_NUMBER", startSeq="9")
    with pytest.raises(DisException, match="DIS.4302"):
        dis.getCursor(stream, "7", "TRIM_HORIZON")


def test_apps_checkpoints_and_consumption(dis, stream):
    app = fresh("app")
    assert dis.createApp(app).statusCode == 201
    with pytest.raises(DisException, match="DIS.4330"):
        dis.createApp(app)
    assert dis.describeApp(app).body["app_name"] == app
    assert app in [entry["app_name"] for entry in dis.listApp("").apps]

    put(dis, stream, ["a", "b", "c"])
    assert dis.getCheckpoint(stream, app, "0").seqNumber == "-1"
    assert dis.commitCheckpoint(stream, app, "0", "2", metaData="note").statusCode == 201
    committed = dis.getCheckpoint(stream, app, shard(0))
    assert (committed.seqNumber, committed.body["metadata"]) == ("2", "note")
    with pytest.raises(DisException, match="DIS.4224"):
        dis.commitCheckpoint(stream, app, "0", "99")

    # This client asks for the partitions after 0 unless told otherwise.
    assert [s["partition_id"] for s in dis.streamConsume(stream, app).partition_consuming_states] == [shard(1)]
    states = dis.streamConsume(stream, app, start_partition_id="").partition_consuming_states
    assert [(s["partition_id"], s["sequence_number"]) for s in states] == [(shard(0), "2"), (shard(1), "-1")]
    assert (states[0]["earliest_offset"], states[0]["latest_offset"]) == (0, 3)
    assert dis.describeApp(app).body["commit_checkpoint_stream_names"] == [stream]

    assert dis.deleteCheckpoint(stream, app).statusCode == 204
    assert dis.getCheckpoint(stream, app, "0").seqNumber == "-1"
    assert dis.deleteApp(app).statusCode == 204
    with pytest.raises(DisException, match="DIS.4332"):
        dis.describeApp(app)


def test_dump_tasks(dis, server, stream):
    bucket, task = make_bucket(server, fresh("bucket")), fresh("task")
    settings = {
        "obs_bucket_path": bucket,
        "agency_name": "dis_admin_agency",
        "deliver_time_interval": 300,
        "consumer_strategy": "TRIM_HORIZON",
        "file_prefix": "in",
    }
    assert dis.add_dump_task(stream, task, "OBS", dict(settings)).statusCode == 201
    with pytest.raises(DisException, match="DIS.4355"):
        dis.add_dump_task(stream, task, "OBS", dict(settings))
    listed = dis.list_dump_task(stream)
    assert (listed.total_number, [t["task_name"] for t in listed.tasks]) == (1, [task])
    detail = dis.describe_dump_task(stream, task)
    assert (detail.taskName, detail.streamName, detail.body["state"]) == (task, stream, "RUNNING")
    assert detail.body["obs_destination_description"]["obs_bucket_path"] == bucket
    assert detail.body["obs_destination_description"]["deliver_time_interval"] == 300
    assert [p["partitionId"] for p in detail.partitions] == [shard(0), shard(1)]
    with pytest.raises(DisException, match="DIS.4306"):
        dis.add_dump_task(stream, fresh("task"), "OBS", {**settings, "obs_bucket_path": fresh("nobody")})
    assert dis.delete_dump_task(stream, task).statusCode == 204
    assert dis.list_dump_task(stream).tasks == []
    with pytest.raises(DisException, match="DIS.4354"):
        dis.describe_dump_task(stream, task)


SCHEMA = '{"type": "record", "name": "row", "fields": [{"name": "id", "type": "string"}]}'


def other_destinations(bucket):
    common = {"agency_name": "dis_admin_agency", "deliver_time_interval": "60", "retry_duration": "30"}
    staged = {**common, "obs_bucket_path": bucket}
    cluster = {"cloudtable_cluster_name": "c", "cloudtable_cluster_id": "i"}
    column = {"column_family_name": "f", "column_name": "c", "value": "v", "type": "Bigint"}
    return {
        "MRS": {**staged, "mrs_cluster_name": "c", "mrs_cluster_id": "i", "mrs_hdfs_path": "/user/dis"},
        "DLI": {**staged, "dli_database_name": "d", "dli_table_name": "t"},
        "DWS": {
            **staged, "dws_cluster_name": "c", "dws_cluster_id": "i", "dws_database_name": "d", "dws_schema": "s",
            "dws_table_name": "t", "dws_delimiter": "|", "user_name": "u", "user_password": "not to be shown",
            "kms_user_key_name": "k", "kms_user_key_id": "ki",
        },
        "CloudTable_HBase": {
            **common, **cluster, "cloudtable_table_name": "t",
            "row_key": [{"value": "id", "type": "String"}], "columns": [column],
        },
        "CloudTable_OpenTSDB": {
            **common, **cluster, "metric": [{"type": "Constant", "value": "m"}],
            "timestamp": {"type": "Timestamp", "value": "at"}, "value": {"type": "Double", "value": "v"}, "tags": [],
        },
    }  # fmt: skip


def test_dump_tasks_to_other_destinations_are_kept_and_say_that_they_do_not_deliver(dis, server):
    bucket, stream = make_bucket(server, fresh("bucket")), fresh("py")
    # This client cannot give a new stream a schema.
    Dis(server).create_stream(stream, data_type="JSON", data_schema=SCHEMA)
    for called, settings in other_destinations(bucket).items():
        kind, task = called.split("_")[0].upper(), fresh("task")
        assert dis.add_dump_task(stream, task, called, settings).statusCode == 200
        detail = dis.describe_dump_task(stream, task).body
        assert (detail["state"], detail["destination_type"]) == ("ERROR", kind)
        assert "not offered" in detail["cause"]
        shown = detail[f"{kind.lower()}_destination_description"]
        assert (shown["deliver_time_interval"], shown["retry_duration"]) == ("60", "30")
        assert "not to be shown" not in str(detail)
        assert dis.delete_dump_task(stream, task).statusCode == 204
    dis.deleteStream(stream)


def test_scaling_up_and_down(dis, stream):
    assert dis.changepartitionQuantity(stream, 3).statusCode == 200
    assert [p["status"] for p in dis.describeStream(stream).partitions] == ["ACTIVE"] * 3
    put(dis, stream, ["kept"], partition=2)
    assert dis.changepartitionQuantity(stream, 1).statusCode == 200
    partitions = dis.describeStream(stream).partitions
    assert [p["status"] for p in partitions] == ["ACTIVE", "DELETED", "DELETED"]
    assert read(dis, dis.getCursor(stream, "2", "TRIM_HORIZON").cursor) == ["kept"]
    refused = dis.put_records(stream, "", [{"data": "no", "partition_id": shard(2)}])
    assert refused.failedRecordCount == 1
    assert refused.recordResult[0]["error_code"] == "DIS.4319"
    with pytest.raises(DisException, match="DIS.4200"):
        dis.changepartitionQuantity(stream, 1)


def test_a_deleted_stream_is_gone_and_its_name_free(dis):
    name = fresh("gone")
    dis.createStream(name, 1, "BLOB", "COMMON")
    put(dis, name, ["old"])
    assert dis.deleteStream(name).statusCode == 204
    with pytest.raises(DisException, match="DIS.4301"):
        dis.getCursor(name, "0", "TRIM_HORIZON")
    dis.createStream(name, 1, "BLOB", "COMMON")
    assert read(dis, dis.getCursor(name, "0", "TRIM_HORIZON").cursor) == []
    dis.deleteStream(name)


def test_a_wrong_secret_is_refused(server):
    stranger = client_module.disclient(
        server.api, names.ACCESS_KEY_ID, "not the secret", names.PROJECT_ID, names.REGION
    )
    with pytest.raises(DisException, match="APIGW.0301"):
        stranger.listStream()
