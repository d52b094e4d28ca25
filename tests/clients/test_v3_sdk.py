"""huaweicloudsdkdis, the generated SDK: the whole flow, with plain and with derived credentials."""

import base64
import time

import pytest
import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials, DerivedCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkdis.v2 import (
    BatchCreateTagsReq,
    BatchCreateTagsRequest,
    BatchDeleteTagsReq,
    BatchDeleteTagsRequest,
    BatchStartTransferTaskReq,
    BatchStartTransferTaskRequest,
    BatchStopTransferTaskReq,
    BatchStopTransferTaskRequest,
    BatchTransferTask,
    CommitCheckpointReq,
    CommitCheckpointRequest,
    ConsumeRecordsRequest,
    CreateAppReq,
    CreateAppRequest,
    CreateObsTransferTaskRequest,
    CreateStreamReq,
    CreateStreamRequest,
    CreateTagReq,
    CreateTagRequest,
    CreateTransferTaskReq,
    DeleteAppRequest,
    DeleteCheckpointRequest,
    DeleteStreamRequest,
    DeleteTagRequest,
    DeleteTransferTaskRequest,
    DisClient,
    ListAppRequest,
    ListPoliciesRequest,
    ListResourceInstancesReq,
    ListResourcesByTagsRequest,
    ListStreamsRequest,
    ListTagsRequest,
    ListTransferTasksRequest,
    OBSDestinationDescriptorRequest,
    PutRecordsRequest,
    PutRecordsRequestEntry,
    SendRecordsRequest,
    ShowAppRequest,
    ShowCheckpointRequest,
    ShowConsumerStateRequest,
    ShowCursorRequest,
    ShowPartitionMetricsRequest,
    ShowStreamMetricsRequest,
    ShowStreamRequest,
    ShowStreamTagsRequest,
    ShowTransferTaskRequest,
    Tag,
    Tags,
    UpdatePartitionCountReq,
    UpdatePartitionCountRequest,
    UpdateStreamReq,
    UpdateStreamRequest,
)

from support import names
from support.names import fresh, shard
from support.objects import make_bucket


def client(server, derived, project=names.PROJECT_ID, secret=names.SECRET_ACCESS_KEY, iam=None):
    """A client with one of the two kinds of signature this SDK knows."""
    credentials = BasicCredentials(names.ACCESS_KEY_ID, secret, project).with_iam_endpoint(iam)
    if derived:
        credentials.with_derived_predicate(DerivedCredentials.get_default_derived_predicate())
    config = HttpConfig.get_default_config()
    config.ignore_ssl_verification = True
    builder = DisClient.new_builder().with_http_config(config).with_credentials(credentials)
    # This package leaves the service's name for derived keys to the caller.
    builder._with_derived_auth_service_name("dis")
    return builder.with_region(Region(names.REGION, server.api)).build()


@pytest.fixture(params=[False, True], ids=["SDK-plain", "V11-derived"])
def dis(server, request):
    return client(server, request.param)


@pytest.fixture
def stream(dis):
    name = fresh("v3")
    body = CreateStreamReq(stream_name=name, partition_count=2, stream_type="COMMON", data_type="BLOB")
    assert dis.create_stream(CreateStreamRequest(body=body)).status_code == 201
    yield name
    dis.delete_stream(DeleteStreamRequest(stream_name=name))


def put(dis, stream, texts, partition=0):
    entries = [
        PutRecordsRequestEntry(data=base64.b64encode(text.encode()).decode(), partition_id=shard(partition))
        for text in texts
    ]
    return dis.send_records(SendRecordsRequest(body=PutRecordsRequest(stream_name=stream, records=entries)))


def read(dis, cursor):
    """Payloads from a cursor to the end of the partition."""
    found = []
    while True:
        page = dis.consume_records(ConsumeRecordsRequest(partition_cursor=cursor))
        if not page.records:
            return found
        found += [base64.b64decode(record.data).decode() for record in page.records]
        cursor = page.next_partition_cursor


def cursor(dis, stream, kind, **more):
    request = ShowCursorRequest(stream_name=stream, partition_id="0", cursor_type=kind, **more)
    return dis.show_cursor(request).partition_cursor


def refused(code):
    """The call must fail with this code, which this SDK reads from the second pair of error members."""
    return pytest.raises(ClientRequestException, match=f"error_code:{code}")


def test_streams(dis, stream):
    detail = dis.show_stream(ShowStreamRequest(stream_name=stream))
    assert (detail.stream_name, detail.status, detail.stream_type) == (stream, "RUNNING", "COMMON")
    assert (detail.writable_partition_count, detail.readable_partition_count) == (2, 2)
    assert [p.partition_id for p in detail.partitions] == [shard(0), shard(1)]
    assert stream in dis.list_streams(ListStreamsRequest(limit=100)).stream_names
    one = dis.show_stream(ShowStreamRequest(stream_name=stream, limit_partitions=1, start_partition_id=shard(0)))
    assert [p.partition_id for p in one.partitions] == [shard(1)]
    with refused("DIS.4301"):
        dis.show_stream(ShowStreamRequest(stream_name="nobody"))


def test_settings_of_a_stream(dis, stream):
    body = UpdateStreamReq(stream_name=stream, data_duration=168, data_type="JSON", data_schema='"string"')
    assert dis.update_stream(UpdateStreamRequest(stream_name=stream, body=body)).status_code == 204
    body = UpdateStreamReq(
        stream_name=stream,
        auto_scale_enabled=True,
        auto_scale_min_partition_count=1,
        auto_scale_max_partition_count=3,
    )
    assert dis.update_stream(UpdateStreamRequest(stream_name=stream, body=body)).status_code == 204
    detail = dis.show_stream(ShowStreamRequest(stream_name=stream))
    assert (detail.retention_period, detail.data_type, detail.data_schema) == (168, "JSON", '"string"')
    assert (detail.auto_scale_enabled, detail.auto_scale_max_partition_count) == (True, 3)
    with refused("DIS.4200"):
        body = UpdateStreamReq(stream_name=stream, data_duration=169)
        dis.update_stream(UpdateStreamRequest(stream_name=stream, body=body))


def test_policies_of_a_stream(server, dis, stream):
    assert dis.list_policies(ListPoliciesRequest(stream_name=stream)).rules == []
    body = {"principal_name": f"{names.DOMAIN}.*", "action_type": "putRecords", "effect": "accept"}
    url = f"{server.api}/v2/{names.PROJECT_ID}/streams/{stream}/policies"
    assert requests.post(url, json=body, headers={"X-Auth-Token": server.token()}, timeout=10).status_code == 200
    listed = dis.list_policies(ListPoliciesRequest(stream_name=stream))
    assert listed.stream_id == dis.show_stream(ShowStreamRequest(stream_name=stream)).stream_id
    rules = [(rule.principal_name, rule.action_type, rule.effect) for rule in listed.rules]
    assert rules == [(f"{names.DOMAIN}.*", "putRecords", "accept")]


def test_put_and_get_by_every_cursor(dis, stream):
    texts = [f"record {index}" for index in range(10)]
    before = int(time.time() * 1000)
    answer = put(dis, stream, texts)
    assert answer.failed_record_count == 0
    assert [(r.partition_id, r.sequence_number) for r in answer.records] == [(shard(0), str(n)) for n in range(10)]
    assert read(dis, cursor(dis, stream, "TRIM_HORIZON")) == texts
    assert read(dis, cursor(dis, stream, "AT_SEQUENCE_NUMBER", starting_sequence_number="4")) == texts[4:]
    assert read(dis, cursor(dis, stream, "AFTER_SEQUENCE_NUMBER", starting_sequence_number="4")) == texts[5:]
    assert read(dis, cursor(dis, stream, "AT_TIMESTAMP", timestamp=before - 1000)) == texts
    latest = cursor(dis, stream, "LATEST")
    put(dis, stream, ["late"])
    assert read(dis, latest) == ["late"]
    first = cursor(dis, stream, "TRIM_HORIZON")
    page = dis.consume_records(ConsumeRecordsRequest(partition_cursor=first, max_fetch_bytes=20))
    assert [record.sequence_number for record in page.records] == ["0", "1"]
    with refused("DIS.4217"):
        dis.consume_records(ConsumeRecordsRequest(partition_cursor="bm8"))


def test_apps_checkpoints_and_consumption(dis, stream):
    app = fresh("app")
    dis.create_app(CreateAppRequest(body=CreateAppReq(app_name=app)))
    assert dis.show_app(ShowAppRequest(app_name=app)).app_name == app
    assert app in [entry.app_name for entry in dis.list_app(ListAppRequest(limit=100)).apps]
    put(dis, stream, ["a", "b"])
    show = ShowCheckpointRequest(stream_name=stream, partition_id="0", app_name=app, checkpoint_type="LAST_READ")
    assert dis.show_checkpoint(show).sequence_number == "-1"
    body = CommitCheckpointReq(
        app_name=app,
        checkpoint_type="LAST_READ",
        stream_name=stream,
        partition_id="0",
        sequence_number="2",
        metadata="m",
    )
    dis.commit_checkpoint(CommitCheckpointRequest(body=body))
    committed = dis.show_checkpoint(show)
    assert (committed.sequence_number, committed.metadata) == ("2", "m")
    consumer = ShowConsumerStateRequest(app_name=app, stream_name=stream, checkpoint_type="LAST_READ")
    states = dis.show_consumer_state(consumer).partition_consuming_states
    assert [(s.partition_id, s.sequence_number) for s in states] == [(shard(0), "2"), (shard(1), "-1")]
    assert (states[0].earliest_offset, states[0].latest_offset) == (0, 2)
    dis.delete_checkpoint(
        DeleteCheckpointRequest(stream_name=stream, app_name=app, checkpoint_type="LAST_READ", partition_id="0")
    )
    assert dis.show_checkpoint(show).sequence_number == "-1"
    dis.delete_app(DeleteAppRequest(app_name=app))
    with refused("DIS.4332"):
        dis.show_app(ShowAppRequest(app_name=app))


def test_dump_tasks_stop_and_start(dis, server, stream):
    bucket, task = make_bucket(server, fresh("bucket")), fresh("task")
    descriptor = OBSDestinationDescriptorRequest(
        task_name=task, agency_name="dis_admin_agency", deliver_time_interval=300, obs_bucket_path=bucket,
        consumer_strategy="TRIM_HORIZON", destination_file_type="text", record_delimiter="\n",
    )  # fmt: skip
    body = CreateTransferTaskReq(destination_type="OBS", obs_destination_descriptor=descriptor)
    assert dis.create_obs_transfer_task(CreateObsTransferTaskRequest(stream_name=stream, body=body)).status_code == 201
    listed = dis.list_transfer_tasks(ListTransferTasksRequest(stream_name=stream))
    assert (listed.total_number, [t.task_name for t in listed.tasks]) == (1, [task])

    show = ShowTransferTaskRequest(stream_name=stream, task_name=task)
    detail = dis.show_transfer_task(show)
    assert (detail.task_name, detail.state, detail.destination_type) == (task, "RUNNING", "OBS")
    assert [p.partition_id for p in detail.partitions] == [shard(0), shard(1)]
    assert detail.obs_destination_description.obs_bucket_path == bucket

    # The answer this SDK models has no task id; the server takes the name as well.
    which = [BatchTransferTask(id=task)]
    stop = BatchStopTransferTaskReq(action="stop", tasks=which)
    dis.batch_stop_transfer_task(BatchStopTransferTaskRequest(stream_name=stream, body=stop))
    assert dis.show_transfer_task(show).state == "PAUSED"
    start = BatchStartTransferTaskReq(action="start", tasks=which)
    dis.batch_start_transfer_task(BatchStartTransferTaskRequest(stream_name=stream, body=start))
    assert dis.show_transfer_task(show).state == "RUNNING"

    dis.delete_transfer_task(DeleteTransferTaskRequest(stream_name=stream, task_name=task))
    with refused("DIS.4354"):
        dis.show_transfer_task(show)


def test_tags(dis, stream):
    ident, key = dis.show_stream(ShowStreamRequest(stream_name=stream)).stream_id, fresh("key")

    def tags():
        return [(t.key, t.value) for t in dis.show_stream_tags(ShowStreamTagsRequest(stream_id=ident)).tags]

    one = CreateTagReq(tag=Tag(key=key, value="a"))
    assert dis.create_tag(CreateTagRequest(stream_id=ident, body=one)).status_code == 204
    two = BatchCreateTagsReq(action="create", tags=[Tag(key=key, value="b"), Tag(key="zone", value="x.1")])
    assert dis.batch_create_tags(BatchCreateTagsRequest(stream_id=ident, body=two)).status_code == 204
    assert tags() == [(key, "b"), ("zone", "x.1")]
    assert (key, ["b"]) in [(t.key, t.values) for t in dis.list_tags(ListTagsRequest()).tags]

    def query(**conditions):
        body = ListResourceInstancesReq(**conditions)
        return dis.list_resources_by_tags(ListResourcesByTagsRequest(body=body))

    found = query(action="filter", limit="10", offset="0", tags=[Tags(key=key, values=["b", "c"])], matches=stream)
    assert (found.total_count, [r.resource_name for r in found.resources]) == (1, [stream])
    assert found.resources[0].resource_id == ident
    assert query(action="count", tags=[Tags(key=key, values=["a"])]).total_count == 0

    gone = BatchDeleteTagsReq(action="delete", tags=[Tag(key="zone"), Tag(key="nobody")])
    assert dis.batch_delete_tags(BatchDeleteTagsRequest(stream_id=ident, body=gone)).status_code == 204
    dis.delete_tag(DeleteTagRequest(stream_id=ident, key=key))
    assert tags() == []
    with refused("DIS.4604"):
        dis.delete_tag(DeleteTagRequest(stream_id=ident, key=key))
    with refused("DIS.4603"):
        dis.show_stream_tags(ShowStreamTagsRequest(stream_id="nobody"))


def test_scaling(dis, stream):
    def scale(count):
        body = UpdatePartitionCountReq(stream_name=stream, target_partition_count=count)
        dis.update_partition_count(UpdatePartitionCountRequest(stream_name=stream, body=body))
        return dis.show_stream(ShowStreamRequest(stream_name=stream))

    grown = scale(3)
    assert [p.status for p in grown.partitions] == ["ACTIVE"] * 3
    assert [(u.src_partition_count, u.target_partition_count) for u in grown.update_partition_counts] == [(2, 3)]
    shrunk = scale(2)
    assert [p.status for p in shrunk.partitions] == ["ACTIVE", "ACTIVE", "DELETED"]
    assert (shrunk.writable_partition_count, shrunk.readable_partition_count) == (2, 3)


def test_metrics(dis, stream):
    put(dis, stream, ["abc", "de"])
    now = int(time.time())
    since = {"stream_name": stream, "start_time": now - 600, "end_time": now + 60}

    def sums(metrics):
        return [(m.label, sum(point.value for point in m.data_points)) for m in metrics]

    labels = ["total_put_bytes_per_stream", "traffic_control_put", "total_put_req_suc_per_stream"]
    shown = dis.show_stream_metrics(ShowStreamMetricsRequest(label_list=",".join(labels), **since))
    assert sums(shown.metrics_list) == list(zip(labels, [5, 0, 1], strict=True))
    assert sums([shown.metrics]) == [(labels[0], 5)]
    one = ShowPartitionMetricsRequest(partition_id="0", label="total_put_records_per_partition", **since)
    assert sums([dis.show_partition_metrics(one).metrics]) == [("total_put_records_per_partition", 2)]
    with refused("DIS.4209"):
        dis.show_stream_metrics(ShowStreamMetricsRequest(label="unheard_of", **since))
    with refused("DIS.4204"):
        dis.show_stream_metrics(ShowStreamMetricsRequest(label=labels[0], **{**since, "start_time": 0}))


@pytest.mark.parametrize("derived", [False, True])
def test_a_wrong_secret_is_refused(server, derived):
    with pytest.raises(ClientRequestException) as refusal:
        client(server, derived, secret="not the secret").list_streams(ListStreamsRequest())
    assert (refusal.value.status_code, refusal.value.error_code) == (401, "APIGW.0301")
    assert refusal.value.request_id, "every answer carries X-Request-Id"


def test_the_project_is_found_through_identity(server):
    found = client(server, derived=False, project=None, iam=server.api)
    found.list_streams(ListStreamsRequest())
