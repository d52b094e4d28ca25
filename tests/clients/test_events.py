"""Events reach the outside: a dump task that cannot deliver is told to a webhook and into a stream."""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import threading

import pytest

from support import names, objects
from support.dis import Dis
from support.wait import wait_for


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes every message and answers 204."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.put((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got = queue.Queue()
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def signed(headers, body, secret):
    """The signature as a receiver computes it, by the published scheme."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def subscribe(dis, name, **more):
    body = {"name": name, "enabled": True, **more}
    return dis.call("POST", "/tidemill/subscriptions", json=body, expect=201).json()


def test_a_failing_dump_task_is_told_to_a_webhook_and_into_a_stream(own_server, hook):
    dis = Dis(own_server)
    dis.create_stream("orders")
    dis.create_stream("audit")
    made = subscribe(dis, "alerts", webhook=hook.url, stream_name="orders", sources=["Dump task"])
    subscribe(dis, "audit", target_stream="audit")
    bucket = objects.make_bucket(own_server, names.fresh("orders"))
    dis.create_task("orders", "to-bucket", bucket)
    objects.s3(own_server).delete_bucket(Bucket=bucket)
    dis.put("orders", [b"a"])
    own_server.advance(31)

    headers, body = hook.got.get(timeout=30)
    message = json.loads(body)
    assert (message["event"], message["level"]) == ("Dump task abnormal", "Warning")
    assert (message["stream_name"], message["task_name"]) == ("orders", "to-bucket")
    assert bucket in message["detail"]
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["webhook-signature"] == signed(headers, body, made["secret"])

    objects.make_bucket(own_server, bucket)

    def restored():
        own_server.advance(10)
        return not hook.got.empty()

    wait_for(restored, "the message that the task is well again")
    assert json.loads(hook.got.get()[1])["event"] == "Dump task restored"
    told = wait_for(lambda: len(found := dis.read_all("audit")) == 2 and found, "two records")
    assert [json.loads(payload)["event"] for _, payload in told] == ["Dump task abnormal", "Dump task restored"]

    dis.call("DELETE", "/tidemill/subscriptions/alerts", expect=204)
    assert [s["name"] for s in dis.call("GET", "/tidemill/subscriptions").json()["subscriptions"]] == ["audit"]


def command(server, *arguments):
    done = server.command(*arguments, "--endpoint", server.api)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_subscribes(own_server):
    command(own_server, "stream", "create", "orders")
    secret = command(own_server, "subscription", "create", "alerts", "--webhook", "http://127.0.0.1:9/")
    assert secret.startswith("whsec_")
    command(own_server, "subscription", "create", "audit", "--to-stream", "orders", "--level", "Warning")
    shown = command(own_server, "subscription", "list")
    assert "stream orders" in shown and "http://127.0.0.1:9/" in shown
    command(own_server, "subscription", "delete", "alerts")
    assert "alerts" not in command(own_server, "subscription", "list")
