"""Agencies with the command line and over the API: dump tasks name one that is there, of their own account."""

import json

import pytest
import requests

from support import names
from support.dis import Dis
from support.names import fresh
from support.objects import make_bucket


@pytest.fixture
def run(server):
    def called(*arguments):
        return server.command("agency", *arguments, "--endpoint", server.api, "--json")

    return called


def listed(run):
    return [agency["name"] for agency in json.loads(run("list").stdout)]


def test_a_dump_task_needs_an_agency_that_is_there_and_keeps_it(server, run):
    dis, agency, stream = Dis(server), fresh("agency"), fresh("stream")
    bucket = make_bucket(server, fresh("bucket"))
    dis.create_stream(stream)
    made = json.loads(run("create", agency, "--description", "for a test").stdout)
    assert (made["name"], made["trust_domain_name"], made["description"]) == (agency, "op_svc_dis", "for a test")
    assert {agency, "dis_admin_agency"} <= set(listed(run))
    again = run("create", agency)
    assert again.returncode == 1 and "already" in again.stderr

    body = {"destination_type": "OBS", "obs_destination_descriptor": {
        "task_name": "t", "agency_name": "nobody", "obs_bucket_path": bucket}}  # fmt: skip
    refused = dis.call("POST", f"/streams/{stream}/transfer-tasks", json=body).json()
    assert refused["error_code"] == "DIS.4335"
    assert agency in refused["error_msg"] and "tidemill agency create" in refused["error_msg"]
    dis.create_task(stream, "t", bucket, agency_name=agency)
    kept = run("delete", agency)
    assert kept.returncode == 1 and f"{stream}/t" in kept.stderr, kept.stderr
    dis.delete_task(stream, "t")
    assert json.loads(run("delete", agency).stdout) == {"deleted": agency}
    gone = run("delete", agency)
    assert gone.returncode == 1 and "no agency" in gone.stderr
    assert agency not in listed(run)
    dis.delete_stream(stream)


def test_agencies_outlive_a_restart_and_belong_to_one_account(own_server):
    command = ["--endpoint", own_server.api, "--json"]
    assert own_server.command("agency", "create", "mine", *command).returncode == 0
    account = json.loads(own_server.command("account", "create", "acme", *command).stdout)
    own_server.restart(kill=True)
    url = f"{own_server.api}/v3.0/OS-AGENCY/agencies"
    headers = {"X-Auth-Token": own_server.token()}

    def of(**query):
        answer = requests.get(url, params=query, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return [agency["name"] for agency in answer.json()["agencies"]]

    assert of() == ["dis_admin_agency", "mine"]
    assert of(domain_id=account["domain_id"]) == ["dis_admin_agency"]
    fields = {"name": "theirs", "domain_id": account["domain_id"], "trust_domain_name": names.DOMAIN}
    made = requests.post(url, json={"agency": fields}, headers=headers, timeout=20)
    assert (made.status_code, made.json()["agency"]["duration"]) == (201, None), made.text
    assert own_server.command("account", "delete", "acme", *command).returncode == 0
    gone = requests.get(f"{url}/{made.json()['agency']['id']}", headers=headers, timeout=20)
    assert gone.status_code == 404
    assert gone.json()["error"]["title"] == "Not Found"
