"""openstacksdk with otcextensions: log in, find the services in the catalog, run DIS and objects through them."""

import base64

import openstack
import pytest
import requests
from openstack import exceptions

from support import names
from support.names import fresh, fresh_bucket, shard
from support.server import Server, free_port, password_login

# This client reads the region of an object signature from the name of the object service and insists on
# one that begins with "eu-"; it always speaks to BUCKET.SERVICE.
REGION = "eu-test"


@pytest.fixture(scope="module")
def cloud_server(recorder):
    port = free_port()
    url = f"http://obs.{REGION}.localhost:{port}"
    running = Server(region=REGION, objects_port=port, args=["--public-objects-url", url]).start()
    if recorder:  # the catalog names the host that was asked for it: the proxy
        recorder.stand_before(running)
    yield running
    running.stop()
    running.close()


@pytest.fixture(scope="module")
def cloud(cloud_server):
    return openstack.connect(
        auth_type="password",
        auth_url=f"{cloud_server.api}/v3",
        username=names.USER,
        password=names.PASSWORD,
        user_domain_name=names.DOMAIN,
        project_name=REGION,
        region_name=REGION,
        ak=names.ACCESS_KEY_ID,
        sk=names.SECRET_ACCESS_KEY,
        vendor_hook="otcextensions.sdk:load",
        load_yaml_config=False,
        load_envvars=False,
    )


def test_the_catalog_names_every_service(cloud_server):
    answer = requests.post(f"{cloud_server.api}/v3/auth/tokens", json=password_login(), timeout=10)
    assert answer.status_code == 201
    entries = {entry["type"]: entry["endpoints"][0]["url"] for entry in answer.json()["token"]["catalog"]}
    assert entries["identity"] == f"{cloud_server.api}/v3"
    assert entries["disv2"] == f"{cloud_server.api}/v2/{names.PROJECT_ID}"
    assert entries["dis"].rstrip("/") == cloud_server.api
    assert entries["object"].rstrip("/").startswith(f"http://obs.{REGION}.localhost:")


def test_streams_apps_and_records(cloud):
    stream, app = fresh("otc"), fresh("app")
    cloud.dis.create_stream(stream_name=stream, partition_count=1, stream_type="COMMON", data_type="BLOB")
    detail = cloud.dis.get_stream(stream)
    assert (detail.status, detail.writable_partition_count) == ("RUNNING", 1)
    assert stream in [entry.name for entry in cloud.dis.streams()]

    texts = ["first record!", "second record!"]
    cloud.dis.upload_data(stream, records=[{"data": text, "partition_id": "0"} for text in texts])
    cursor = cloud.dis.get_data_cursor(stream, "0", **{"cursor-type": "TRIM_HORIZON"}).partition_cursor
    found = list(cloud.dis.download_data(cursor))
    assert [base64.b64decode(record.data).decode() for record in found] == texts
    assert [record.sequence_number for record in found] == ["0", "1"]

    cloud.dis.create_app(app_name=app)
    assert cloud.dis.get_app(app).name == app
    assert app in [entry.name for entry in cloud.dis.apps()]
    cloud.dis.create_checkpoint(
        app_name=app, stream_name=stream, partition_id=shard(0), sequence_number="1", metadata="here"
    )
    assert cloud.dis.get_checkpoint(stream, app, "0").sequence_number == "1"
    states = list(cloud.dis.app_consumptions(stream, app))
    assert [(s.partition_id, s.sequence_number, s.latest_offset) for s in states] == [(shard(0), "1", 2)]
    cloud.dis.delete_checkpoint(stream, app)
    assert cloud.dis.get_checkpoint(stream, app, "0").sequence_number == "-1"

    cloud.dis.update_stream_partition(stream, 2)
    assert cloud.dis.get_stream(stream).writable_partition_count == 2
    cloud.dis.delete_app(app)
    cloud.dis.delete_stream(stream)
    with pytest.raises(exceptions.SDKException, match="DIS.4301|Stream does not exist"):
        cloud.dis.get_stream(stream)


def test_dump_tasks(cloud):
    stream, bucket, task = fresh("otc"), fresh_bucket(), fresh("task")
    cloud.obs.create_container(name=bucket)
    cloud.dis.create_stream(stream_name=stream, partition_count=1)
    cloud.dis.create_dump_task(
        stream,
        destination_type="OBS",
        obs_destination_descriptor={
            "task_name": task,
            "agency_name": "dis_admin_agency",
            "deliver_time_interval": 60,
            "obs_bucket_path": bucket,
        },
    )
    detail = cloud.dis.get_dump_task(stream, task)
    assert (detail.status, detail.destination_type) == ("RUNNING", "OBS")
    assert [entry.task_name for entry in cloud.dis.dump_tasks(stream)] == [task]
    cloud.dis.pause_dump_task(stream, [detail.task_id])
    assert cloud.dis.get_dump_task(stream, task).status == "PAUSED"
    cloud.dis.start_dump_task(stream, [detail.task_id])
    assert cloud.dis.get_dump_task(stream, task).status == "RUNNING"
    cloud.dis.delete_dump_task(stream, task)
    assert list(cloud.dis.dump_tasks(stream)) == []
    cloud.dis.delete_stream(stream)
    cloud.obs.delete_container(bucket)


def test_objects(cloud, tmp_path):
    bucket = fresh("bucket")
    cloud.obs.create_container(name=bucket)
    assert bucket in [entry.name for entry in cloud.obs.containers()]
    cloud.obs.get_container(bucket)
    cloud.obs.create_object(container=bucket, name="dir/text", data="some text")
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 64)
    cloud.obs.create_object(container=bucket, name="binary", filename=str(source))
    assert sorted(entry.name for entry in cloud.obs.objects(bucket)) == ["binary", "dir/text"]
    assert [entry.name for entry in cloud.obs.objects(bucket, prefix="dir/")] == ["dir/text"]
    target = tmp_path / "target"
    cloud.obs.download_object("binary", container=bucket, file=str(target))
    assert target.read_bytes() == source.read_bytes()
    for name in ("binary", "dir/text"):
        cloud.obs.delete_object(name, container=bucket)
    assert list(cloud.obs.objects(bucket)) == []
    cloud.obs.delete_container(bucket)
