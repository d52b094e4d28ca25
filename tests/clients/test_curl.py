"""curl: log in for a token, then the main flow by hand; what a newcomer does first."""

import base64
import json
import subprocess

import pytest

from support import names
from support.names import fresh
from support.server import password_login


@pytest.fixture(params=["http", "https"])
def curl(request):
    """Runs curl against a server; returns (status, headers in lower case, body)."""
    server = request.getfixturevalue("server" if request.param == "http" else "tls_server")
    trust = [] if request.param == "http" else ["--cacert", request.getfixturevalue("authority").bundle]

    def run(method, path, *arguments, body=None):
        command = ["curl", "--silent", "--show-error", "--max-time", "20", "--include", *trust, "-X", method]
        if method == "HEAD":
            command.append("--head")
        if body is not None:
            command += ["-H", "Content-Type: application/json", "--data-binary", body]
        done = subprocess.run(
            [*command, *arguments, f"{server.api}{path}"], capture_output=True, timeout=30, check=True
        )  # fmt: skip
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        assert headers["x-request-id"], "every answer carries X-Request-Id"
        return int(lines[0].split()[1]), headers, content.decode()

    return run


def log_in(curl):
    status, headers, _ = curl("POST", "/v3/auth/tokens", body=json.dumps(password_login()))
    assert status == 201
    return headers["x-subject-token"]


def test_open_pages(curl):
    assert curl("GET", "/healthz")[0] == 200
    assert curl("GET", "/readyz")[0] == 200
    assert "openapi" in json.loads(curl("GET", "/openapi.json")[2])
    assert "# TYPE" in curl("GET", "/metrics")[2]
    assert "html" in curl("GET", "/", "-H", "Accept: text/html")[1]["content-type"]


def test_identity(curl):
    status, _, body = curl("GET", "/")
    assert status == 300 and json.loads(body)["versions"]["values"][0]["id"].startswith("v3")
    for path in ("/v3", "/v3/"):
        status, _, body = curl("GET", path)
        assert status == 200 and json.loads(body)["version"]["links"][0]["href"].endswith("/v3/")

    token = log_in(curl)
    own = ("-H", f"X-Auth-Token: {token}")
    status, headers, body = curl("GET", "/v3/auth/tokens", *own, "-H", f"X-Subject-Token: {token}")
    shown = json.loads(body)["token"]
    assert (status, headers["x-subject-token"]) == (200, token)
    assert (shown["user"]["name"], shown["project"]["id"]) == (names.USER, names.PROJECT_ID)
    assert {entry["type"] for entry in shown["catalog"]} >= {"identity", "dis", "disv2", "object"}
    projects = json.loads(curl("GET", f"/v3/projects?name={names.REGION}", *own)[2])["projects"]
    assert [project["id"] for project in projects] == [names.PROJECT_ID]
    assert curl("GET", "/v3/auth/catalog", *own)[0] == 200

    again = log_in(curl)
    assert curl("DELETE", "/v3/auth/tokens", *own, "-H", f"X-Subject-Token: {again}")[0] == 204
    assert curl("GET", "/v3/auth/tokens", *own, "-H", f"X-Subject-Token: {again}")[0] == 404
    assert curl("GET", "/v3/projects", "-H", f"X-Auth-Token: {again}")[0] == 401


@pytest.mark.parametrize(
    "change",
    [{"name": "nobody"}, {"password": "wrong"}, {"domain": {"name": "elsewhere"}}],
    ids=["user", "password", "domain"],
)
def test_a_wrong_login_is_refused(curl, change):
    body = password_login()
    body["auth"]["identity"]["password"]["user"].update(change)
    status, headers, answer = curl("POST", "/v3/auth/tokens", body=json.dumps(body))
    assert status == 401 and "x-subject-token" not in headers
    assert json.loads(answer)["error"]["code"] == 401


def test_the_main_flow(curl):
    own = ("-H", f"X-Auth-Token: {log_in(curl)}")
    base, stream = f"/v2/{names.PROJECT_ID}", fresh("curl")
    body = json.dumps({"stream_name": stream, "partition_count": 1})
    status, headers, content = curl("POST", f"{base}/streams", *own, body=body)
    assert (status, content, headers.get("transfer-encoding")) == (201, "", None)

    data = base64.b64encode(b"hello").decode()
    body = json.dumps({"stream_name": stream, "records": [{"data": data, "partition_id": "0"}]})
    status, headers, content = curl("POST", f"{base}/records", *own, body=body)
    assert status == 200 and headers["content-type"].startswith("application/json")
    assert json.loads(content) == {
        "failed_record_count": 0,
        "records": [{"partition_id": "shardId-0000000000", "sequence_number": "0"}],
    }

    query = f"stream-name={stream}&partition-id=0&cursor-type=TRIM_HORIZON"
    # With and without a trailing slash and with the empty pair some SDKs leave behind.
    for path in (f"/cursors?{query}", f"/cursors/?{query}&"):
        status, _, content = curl("GET", base + path, *own)
        cursor = json.loads(content)["partition_cursor"]
        assert status == 200 and not set(cursor) & set("+/=")
    status, _, content = curl("GET", f"{base}/records?partition-cursor={cursor}", *own)
    page = json.loads(content)
    assert [(r["data"], r["sequence_number"]) for r in page["records"]] == [(data, "0")]
    assert page["next_partition_cursor"]

    status, headers, content = curl("DELETE", f"{base}/streams/{stream}", *own)
    assert (status, content, headers.get("transfer-encoding")) == (204, "", None)


def test_creating_an_app_answers_nothing(curl):
    own = ("-H", f"X-Auth-Token: {log_in(curl)}")
    status, headers, content = curl(
        "POST", f"/v2/{names.PROJECT_ID}/apps/", *own, body=json.dumps({"app_name": fresh("app")})
    )
    assert (status, content) == (201, "")
    assert headers.get("content-length") == "0" and "transfer-encoding" not in headers


def test_a_request_without_credentials_is_refused(curl):
    status, _, content = curl("GET", f"/v2/{names.PROJECT_ID}/streams")
    assert (status, json.loads(content)["error_code"]) == (401, "APIGW.0301")
    status, _, content = curl("GET", f"/v2/{names.PROJECT_ID}/streams", "-H", "X-Auth-Token: nothing")
    assert (status, json.loads(content)["error_code"]) == (401, "APIGW.0301")
