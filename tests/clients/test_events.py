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


def received(hook, secret):
    """The messages that came meanwhile; each has to be signed."""
    while not hook.got.empty():
        headers, body = hook.got.get()
        headers = {name.lower(): value for name, value in headers.items()}
        assert headers["webhook-signature"] == signed(headers, body, secret)
        yield json.loads(body)


def test_what_too_much_load_leads_to_is_told_to_a_webhook(own_server, hook):
    dis, told = Dis(own_server), []
    dis.create_stream("busy", auto_scale_enabled=True, auto_scale_max_partition_count=2)
    secret = subscribe(dis, "alerts", webhook=hook.url)["secret"]
    too_much = {"stream_name": "busy", "records": [{"data": "eA==", "partition_id": "0"}] * 1001}

    def is_told(event, step):
        step()
        told.extend(received(hook, secret))
        return event in [message["event"] for message in told]

    def a_full_second():
        answer = dis.call("POST", "/records", json=too_much, expect=200).json()
        assert answer["failed_record_count"] >= 1
        own_server.advance(1)

    # The minute that counts is a whole one: two of them have one, and the third tells of it.
    assert any(is_told("Automatic stream scaling succeeded", a_full_second) for _ in range(200)), told
    detail = dis.describe("busy")
    assert (detail["writable_partition_count"], detail["update_partition_counts"][0]["auto_scale"]) == (2, True)

    wait_for(lambda: is_told("Stream traffic restored", lambda: own_server.advance(10)), "the message of calm")
    dis.call("POST", "/streams", json={"stream_name": "wide", "partition_count": 51}, expect=400)
    wait_for(lambda: is_told("Quota insufficient", lambda: None), "the message about the quota")
    by_event = {message["event"]: message for message in told}
    for event, source in [("Traffic limited", "Stream"), ("Stream traffic restored", "Stream"),
                          ("Automatic stream scaling succeeded", "Stream"), ("Quota insufficient", "User")]:  # fmt: skip
        message = by_event[event]
        assert (message["level"], message["source"]) == ("Warning", source)
        assert message.get("stream_name") == ("busy" if source == "Stream" else None)
    events = [message["event"] for message in told]
    assert events.index("Traffic limited") < events.index("Automatic stream scaling succeeded")


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
