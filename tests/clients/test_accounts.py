"""A second account, made with the command line: its clients work, and neither account reaches the other's things."""

import json

import boto3
import openstack
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from dis_sdk_python import disclient
from openstack import exceptions

from support import names
from support.names import fresh
from support.objects import make_bucket, s3


@pytest.fixture(scope="module")
def account(server):
    made = server.command("account", "create", fresh("acme"), "--endpoint", server.api, "--json")
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def dis(server, project, access, secret):
    return disclient(server.api, access, secret, project, names.REGION)


@pytest.fixture
def theirs(server, account):
    """The other account's client."""
    return dis(server, account["project_id"], account["access_key_id"], account["secret_access_key"])


@pytest.fixture
def ours(server):
    return dis(server, names.PROJECT_ID, names.ACCESS_KEY_ID, names.SECRET_ACCESS_KEY)


@pytest.fixture
def stream(ours):
    name = fresh("shared")
    ours.createStream(name, 1, "BLOB", "COMMON")
    yield name
    ours.deleteStream(name)


def grant(server, stream, account, action):
    body = {"principal_name": f"{account['domain']}.*", "action_type": action, "effect": "accept"}
    url = f"{server.api}/v2/{names.PROJECT_ID}/streams/{stream}/policies"
    answer = requests.post(url, json=body, headers={"X-Auth-Token": server.token()}, timeout=20)
    assert answer.status_code == 200, answer.text


def test_the_other_account_has_streams_of_its_own(ours, theirs):
    name = fresh("own")
    theirs.createStream(name, 1, "BLOB", "COMMON")
    ours.createStream(name, 1, "BLOB", "COMMON")
    theirs.putRecords(name, [{"data": "theirs", "partition_id": "0"}])
    cursor = ours.getCursor(name, "0", "TRIM_HORIZON").cursor
    assert ours.getRecords(cursor).recordResult == []
    with pytest.raises(Exception, match="DIS.4301"):
        theirs.getRecords(cursor)
    theirs.deleteStream(name)
    ours.deleteStream(name)


def test_a_key_does_not_reach_the_project_of_another_account(server, account, stream):
    foreign = dis(server, names.PROJECT_ID, account["access_key_id"], account["secret_access_key"])
    with pytest.raises(Exception, match="DIS.4117"):
        foreign.describeStream(stream)


def test_a_policy_lets_the_other_account_put_by_the_streams_id(server, account, theirs, stream):
    policies = f"{server.api}/v2/{names.PROJECT_ID}/streams/{stream}/policies"
    stream_id = requests.get(policies, headers={"X-Auth-Token": server.token()}, timeout=20).json()["stream_id"]
    url = f"{server.api}/v2/{account['project_id']}/records"
    token = login(server, account)
    body = {"stream_id": stream_id, "records": [{"data": "eA=="}]}

    def put():
        return requests.post(url, json=body, headers={"X-Auth-Token": token}, timeout=20)

    assert (put().status_code, put().json()["error_code"]) == (400, "DIS.4301")
    grant(server, stream, account, "putRecords")
    assert put().json()["failed_record_count"] == 0
    with pytest.raises(Exception, match="DIS.4116"):
        theirs.describeStream(stream_id)
    grant(server, stream, account, "getStreamInfo")
    assert theirs.describeStream(stream_id).streamName == stream
    with pytest.raises(Exception, match="DIS.4301"):
        theirs.describeStream(stream)


def login(server, account, project=None):
    user = {"name": account["user"], "password": account["password"], "domain": {"name": account["domain"]}}
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"id": project or account["project_id"]}}
    answer = requests.post(
        f"{server.api}/v3/auth/tokens", json={"auth": {"identity": identity, "scope": scope}}, timeout=20
    )
    assert answer.status_code == 201, answer.text
    return answer.headers["X-Subject-Token"]


def test_buckets_are_closed_to_the_other_account(server, account):
    bucket = make_bucket(server, fresh("ours"))
    s3(server).put_object(Bucket=bucket, Key="k", Body=b"secret")
    outsider = boto3.client(
        "s3",
        endpoint_url=server.objects,
        aws_access_key_id=account["access_key_id"],
        aws_secret_access_key=account["secret_access_key"],
        region_name=names.REGION,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    assert bucket not in [entry["Name"] for entry in outsider.list_buckets()["Buckets"]]
    for call in (
        lambda: outsider.get_object(Bucket=bucket, Key="k"),
        lambda: outsider.put_object(Bucket=bucket, Key="k", Body=b"x"),
        lambda: outsider.delete_object(Bucket=bucket, Key="k"),
        lambda: outsider.list_objects_v2(Bucket=bucket),
        lambda: outsider.delete_bucket(Bucket=bucket),
        lambda: outsider.create_multipart_upload(Bucket=bucket, Key="k"),
    ):
        with pytest.raises(ClientError) as refusal:
            call()
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    # Nor may a dump task of theirs deliver into it.
    stream = fresh("leak")
    token = {"X-Auth-Token": login(server, account)}
    base = f"{server.api}/v2/{account['project_id']}/streams"
    requests.post(base, json={"stream_name": stream, "partition_count": 1}, headers=token, timeout=20)
    task = {"task_name": "t", "obs_bucket_path": bucket, "agency_name": "dis_admin_agency", "deliver_time_interval": 30}
    body = {"destination_type": "OBS", "obs_destination_descriptor": task}
    refused = requests.post(f"{base}/{stream}/transfer-tasks", json=body, headers=token, timeout=20)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "DIS.4310"), refused.text
    assert s3(server).get_object(Bucket=bucket, Key="k")["Body"].read() == b"secret"
    assert [o["Key"] for o in s3(server).list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]
    requests.delete(f"{base}/{stream}", headers=token, timeout=20)


def test_openstack_clients_manage_users(server, account):
    cloud = openstack.connect(
        auth_type="password",
        auth_url=f"{server.api}/v3",
        username=names.USER,
        password=names.PASSWORD,
        user_domain_name=names.DOMAIN,
        domain_name=names.DOMAIN,
        region_name=names.REGION,
        load_yaml_config=False,
        load_envvars=False,
    )
    assert account["domain"] in [domain.name for domain in cloud.identity.domains()]
    user = cloud.identity.create_user(name=fresh("user"), domain_id=account["domain_id"], password="long enough")
    found = [each.name for each in cloud.identity.users(domain_id=account["domain_id"])]
    assert found == sorted([account["user"], user.name])
    cloud.identity.delete_user(user)
    project = cloud.identity.create_project(name=fresh("p"), domain_id=account["domain_id"])
    cloud.identity.delete_project(project, ignore_missing=False)
    with pytest.raises(exceptions.NotFoundException):
        cloud.identity.get_user(user.id)


def test_an_account_is_listed_and_deleted_when_it_is_empty(server):
    name = fresh("short")
    command = [name, "--endpoint", server.api, "--json"]
    made = json.loads(server.command("account", "create", *command, "--user", "u", "--project", "p").stdout)
    assert (made["user"], made["project"], made["domain"]) == ("u", "p", name)
    again = server.command("account", "create", *command)
    assert again.returncode == 1 and "already" in again.stderr
    listed = json.loads(server.command("account", "list", "--endpoint", server.api, "--json").stdout)
    assert {"id": made["domain_id"], "name": name, "projects": ["p"], "users": ["u"]} in listed
    client = dis(server, made["project_id"], made["access_key_id"], made["secret_access_key"])
    client.createStream("s", 1, "BLOB", "COMMON")
    refused = server.command("account", "delete", *command)
    assert refused.returncode == 1 and "streams and buckets" in refused.stderr
    client.deleteStream("s")
    assert server.command("account", "delete", *command).returncode == 0
    with pytest.raises(Exception, match="APIGW.0301"):
        client.listStream()
    assert name not in server.command("account", "list", "--endpoint", server.api).stdout
