"""Records what clients send to the server and get back, for `tidemill conformance`.

`pytest --record DIR` puts this between the clients and the shared server and writes one file a test module.
What differs from run to run becomes a placeholder: the project, names made up by `names.fresh`, the bucket, and
ids and cursors that an answer gives.
"""

import base64
import http.client
import http.server
import json
import re
import threading
from pathlib import Path

from support import names

# Members of answers whose values later requests use.
LEARNT = {"principal", "stream_id", "streamId", "task_id", "app_id", "partition_cursor", "next_partition_cursor"}
# Headers that say what a body means; the others are of the connection or of the signature.
KEPT = re.compile(r"content-type|content-encoding|x-dis-.*-content-length", re.IGNORECASE)
HOP_BY_HOP = {"transfer-encoding", "connection", "keep-alive", "content-length"}
# A recording is to be read and kept: what moves much data is left out.
BODY_BYTES_MAX = 16 * 1024
# A moment of these years in ms: at a replay it is another one. What tests mean by "far away" is not.
MOMENT = re.compile(r"(?<!\d)1[6-9]\d{11}(?!\d)")
VALUE = re.compile(r"\{\{v\d+\}\}")
API_PATH = re.compile(r"/v[23]/[0-9a-f]{32}/")


class Recorder:
    """A proxy in front of one server."""

    def __init__(self, api):
        self.upstream = api.split("//", 1)[1]
        self.exchanges = []
        self.journeys = {}
        handler = type("Handler", (Handler,), {"recorder": self})
        self.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.listener.daemon_threads = True
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.listener.server_port}"

    def begin(self):
        self.exchanges = []
        names.MADE_UP.clear()
        names.BUCKETS.clear()

    def end(self, module, test):
        """Keeps what one test made its client send, if it can be replayed."""
        exchanges = [e for e in self.exchanges if API_PATH.match(e["target"])]
        bodies = [e["body"] for e in exchanges] + [e["answer"]["body"] for e in exchanges]
        # Requests are signed anew: a refused signature cannot be had again.
        refused = any(e["answer"]["status"] == 401 for e in exchanges)
        if exchanges and not refused and all(len(body) <= BODY_BYTES_MAX for body in bodies):
            journey, kept = Template().journey(test, exchanges), self.journeys.setdefault(module, [])
            # For the same reason, the same requests with another signature are the same.
            if all(requests_of(journey) != requests_of(other) for other in kept):
                kept.append(journey)

    def write(self, folder, clients):
        """One file a module; `clients` tells which client a module drives."""
        self.listener.shutdown()
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for module, recordings in self.journeys.items():
            name = module.removeprefix("test_")
            content = {"client": clients.get(module, name), "recordings": recordings}
            (folder / f"{name}.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def replayable(exchanges):
    """The exchanges that do not depend on the time of the recording: neither name it nor use what such gave."""
    kept, known, lost = [], set(), set()
    for exchange in exchanges:
        request = exchange["target"] + "".join(piece.get("text", "") for piece in exchange["body"])
        given = set(VALUE.findall(json.dumps(exchange["answer"])))
        if MOMENT.search(request) or lost & set(VALUE.findall(request)):
            lost |= given - known
        else:
            known |= given
            kept.append(exchange)
    return kept


def requests_of(journey):
    return [(e["method"], e["target"], e["body"]) for e in journey["exchanges"]]


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes everything on as it is."""

    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = http.client.HTTPConnection(self.recorder.upstream, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.keep(body, answer, content)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def keep(self, body, answer, content):
        headers = {name.lower(): value for name, value in self.headers.items() if KEPT.fullmatch(name)}
        kind = answer.getheader("content-type")
        self.recorder.exchanges.append({
            "method": self.command,
            "target": self.path,
            "headers": headers,
            "body": body,
            "answer": {"status": answer.status, "content_type": kind and kind.split(";")[0], "body": content},
        })  # fmt: skip

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on

    def log_message(self, *_):
        pass


class Template:
    """Turns one test's exchanges into a journey with placeholders."""

    def __init__(self):
        self.known = {names.PROJECT_ID: "project"}
        self.known |= {name: "bucket" for name in names.BUCKETS}
        made_up = [name for name in names.MADE_UP if name not in names.BUCKETS]
        self.names = {f"n{number}": len(name) for number, name in enumerate(made_up, 1)}
        self.known |= {name: f"n{number}" for number, name in enumerate(made_up, 1)}

    def journey(self, test, exchanges):
        done = replayable([self.exchange(e) for e in exchanges])
        text = json.dumps(done)
        used = {name: length for name, length in self.names.items() if f"{{{{{name}}}}}" in text}
        return {"name": test, "needs_bucket": "{{bucket}}" in text, "names": used, "exchanges": done}

    def exchange(self, e):
        # The answer teaches what the next request uses, so the request comes first.
        request = {"method": e["method"], "target": self.text(e["target"]), "headers": e["headers"],
                   "body": self.pieces(e["body"])}  # fmt: skip
        answer = {"status": e["answer"]["status"], "content_type": e["answer"]["content_type"]}
        try:
            answer["json"] = self.value(json.loads(e["answer"]["body"]))
        except ValueError:
            pass
        return {**request, "answer": {k: v for k, v in answer.items() if v is not None}}

    def text(self, text):
        for value in sorted(self.known, key=len, reverse=True):
            text = text.replace(value, f"{{{{{self.known[value]}}}}}")
        return text

    def pieces(self, body):
        """Text stays text; other bytes are cut where a placeholder is."""
        if not body:
            return []
        try:
            return [{"text": self.text(body.decode())}]
        except UnicodeDecodeError:
            known = sorted(self.known, key=len, reverse=True)
            cuts = re.split(b"(" + b"|".join(re.escape(value.encode()) for value in known) + b")", body)
            return [self.piece(cut) for cut in cuts if cut]

    def piece(self, cut):
        if (name := self.known.get(cut.decode("latin-1"))) is not None:
            return {"text": f"{{{{{name}}}}}"}
        return {"bytes": base64.b64encode(cut).decode()}

    def value(self, value, member=None):
        if isinstance(value, dict):
            return {key: self.value(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, str):
            return value
        if member in LEARNT and value and value not in self.known:
            self.known[value] = f"v{len(self.known)}"
        return self.text(value)
