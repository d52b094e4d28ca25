"""Records what clients send to the server and get back, for `tidemill conformance`.

`pytest --record DIR` puts this between the clients and their servers and writes one file a test module.
What differs from run to run becomes a placeholder: the project, names made up by `names.fresh`, the bucket, ids and
cursors that an answer gives, generations of groups, and times that come from an answer. A journey with compressed bodies keeps its names:
they are in bytes that shall be sent again as they were. A journey in which the clock was moved says when each request
was sent: what the server does then depends on it.
"""

import base64
import http.client
import http.server
import json
import re
import threading
import time
from pathlib import Path

from support import names, protobuf

# Members of answers whose values later requests use.
LEARNT = {"principal", "stream_id", "streamId", "task_id", "app_id", "partition_cursor", "next_partition_cursor"}
# Headers that say what a body means; the others are of the connection or of the signature.
KEPT = re.compile(r"content-type|content-encoding|x-dis-.*-content-length", re.IGNORECASE)
HOP_BY_HOP = {"transfer-encoding", "connection", "keep-alive", "content-length"}
# A recording is to be read and kept: what moves much data is left out.
BODY_BYTES_MAX = 16 * 1024
# A moment of these years in ms: at a replay it is another one. What tests mean by "far away" is not.
MOMENT = re.compile(r"(?<!\d)1[6-9]\d{11}(?!\d)")
VALUE = re.compile(r"\{\{([vtg]\d+)")
GENERATION = re.compile(r'("generation(?:_id)?": ?)(\d+)')
POLL = re.compile(r"/records/?\?.*partition-cursor=([^&]+)")
API_PATH = re.compile(r"/v[23]/[0-9a-f]{32}/")


class Recorder:
    """What passes the proxies that it puts in front of servers."""

    def __init__(self):
        self.exchanges = []
        self.journeys = {}
        self.moved_seconds = 0
        # One request after the other, as a replay sends them: the order is kept that the server saw.
        self.turn = threading.Lock()

    def stand_before(self, server):
        """From now on, clients reach the API of `server` by way of a proxy."""
        handler = type("Handler", (Handler,), {"recorder": self, "upstream": server.api.split("//", 1)[1]})
        listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        listener.daemon_threads = True
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        server.api, server.recorder = f"http://127.0.0.1:{listener.server_port}", self

    def begin(self):
        self.exchanges = []
        self.moved_seconds = 0
        names.MADE_UP.clear()
        names.BUCKETS.clear()

    def end(self, module, test):
        """Keeps what one test made its client send, if it can be replayed."""
        exchanges = [e for e in self.exchanges if API_PATH.match(e["target"])]
        bodies = [e["body"] for e in exchanges] + [e["answer"]["body"] for e in exchanges]
        # Requests are signed anew: a refused signature cannot be had again.
        refused = any(e["answer"]["status"] == 401 for e in exchanges)
        if exchanges and not refused and all(len(body) <= BODY_BYTES_MAX for body in bodies):
            journey = Template().journey(test, exchanges, self.moved_seconds > 0)
            kept = self.journeys.setdefault(module, [])
            # For the same reason, the same requests with another signature are the same.
            if all(requests_of(journey) != requests_of(other) for other in kept):
                kept.append(journey)

    def write(self, folder, clients):
        """One file a module; `clients` tells which client a module drives."""
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
        request = text_of(exchange)
        given = set(VALUE.findall(json.dumps(exchange["answer"])))
        if MOMENT.search(request) or lost & set(VALUE.findall(request)):
            lost |= given - known
        else:
            known |= given
            kept.append(exchange)
    return kept


def text_of(exchange):
    """What can be read of a request that is already in pieces."""
    return exchange["target"] + "".join(piece.get("text", "") for piece in exchange["body"])


def requests_of(journey):
    return [(e["method"], e["target"], e["body"]) for e in journey["exchanges"]]


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes everything on as it is."""

    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        with self.recorder.turn:
            at = time.monotonic() + self.recorder.moved_seconds
            answer, content = self.ask(body)
            self.keep(body, at, answer, content)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def ask(self, body):
        connection = http.client.HTTPConnection(self.upstream, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def keep(self, body, at, answer, content):
        headers = {name.lower(): value for name, value in self.headers.items() if KEPT.fullmatch(name)}
        kind = answer.getheader("content-type")
        self.recorder.exchanges.append({
            "method": self.command,
            "target": self.path,
            "headers": headers,
            "body": body,
            "at": at,
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
        self.made_up = [name for name in names.MADE_UP if name not in names.BUCKETS]
        self.names = {}
        self.moments = Moments()
        self.generations = []
        self.idle = set()
        self.begun = None

    def journey(self, test, exchanges, timed):
        if not any("content-encoding" in e["headers"] for e in exchanges):
            self.known |= {name: f"n{number}" for number, name in enumerate(self.made_up, 1)}
            self.names = {f"n{number}": len(name) for number, name in enumerate(self.made_up, 1)}
        self.moments.look(exchanges)
        self.begun = exchanges[0]["at"] if timed else None
        done = replayable([self.exchange(e) for e in exchanges if not self.is_idle_again(e)])
        text = json.dumps(done)
        used = {name: length for name, length in self.names.items() if f"{{{{{name}}}}}" in text}
        kept = [] if self.names else [name for name in self.made_up if name in text]
        journey = {"name": test, "needs_bucket": "{{bucket}}" in text, "names": used, "exchanges": done}
        return {**journey, "kept_names": kept} if kept else journey

    def is_idle_again(self, e):
        """Whether a read gave nothing, as the one before it: then its cursor is as good as the one before."""
        poll, members = POLL.search(e["target"]), members_of(e["answer"])
        if poll is None or "next_partition_cursor" not in (members or {}) or members.get("records"):
            return False
        again, following = poll[1] in self.idle, members["next_partition_cursor"]
        self.idle.add(following)
        if again:
            self.known[following] = self.known[poll[1]]
        return again

    def exchange(self, e):
        # The answer teaches what the next request uses, so the request comes first.
        request = {"method": e["method"], "target": self.text(e["target"]), "headers": e["headers"],
                   "body": self.pieces(e["body"])}  # fmt: skip
        if self.begun is not None:
            request["at_seconds"] = round(e["at"] - self.begun, 1)
        answer = {"status": e["answer"]["status"], "content_type": e["answer"]["content_type"]}
        members = members_of(e["answer"])
        if members is not None:
            self.moments.pass_answer(members)
            answer["json"] = self.value(members)
        return {**request, "answer": {k: v for k, v in answer.items() if v is not None}}

    def text(self, text):
        for value in sorted(self.known, key=len, reverse=True):
            text = text.replace(value, f"{{{{{self.known[value]}}}}}")
        return MOMENT.sub(lambda m: self.moments.text(int(m[0])), text)

    def pieces(self, body):
        """Text stays text; other bytes are cut where a placeholder is."""
        if not body:
            return []
        try:
            return [{"text": GENERATION.sub(self.generation_asked, self.text(body.decode()))}]
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
            return {self.text(key): self.value(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if member == "generation":
            self.generations.append(value)
            return self.generation(value)
        if not isinstance(value, str):
            return self.moments.number(value) if member == "timestamp" else value
        if MOMENT.fullmatch(value):
            return value
        if member in LEARNT and value and value not in self.known:
            self.known[value] = f"v{len(self.known)}"
        return self.text(value)

    def generation(self, number):
        """A generation of a group, told by the first of the journey: where a server begins is its own affair."""
        away = number - self.generations[0]
        return f"{{{{g1+{away}}}}}" if away else "{{g1}}"

    def generation_asked(self, found):
        number = int(found[2])
        return found[1] + (self.generation(number) if number in self.generations else found[2])


class Moments:
    """Times that come from an answer and go into a later request, as they came or so many ms away.

    The requests are looked through first, so that only times that matter become placeholders `{{t1}}`. A time that
    no answer gave is told by the nearest one that an answer gave before: `{{t1+3600000}}`.
    """

    def __init__(self):
        self.names = {}
        self.answered = set()

    def look(self, exchanges):
        """Names the times that requests depend on, and those in the text of answers."""
        for e in exchanges:
            request = e["target"] + e["body"].decode("latin-1")
            for moment in map(int, MOMENT.findall(request)):
                self.name(self.nearest(moment))
            members = members_of(e["answer"])
            for moment in moments_in_text(members):
                self.name(moment)
            self.pass_answer(members)
        self.answered.clear()

    def name(self, moment):
        if moment is not None:
            self.names.setdefault(moment, f"t{len(self.names) + 1}")

    def nearest(self, moment):
        return min(self.answered, key=lambda known: abs(known - moment), default=None)

    def pass_answer(self, members):
        """From here on, requests may depend on the times of this answer."""
        self.answered |= {*timestamps(members), *moments_in_text(members)}

    def text(self, moment):
        """A moment in the text of a request or of an answer."""
        if moment in self.names and moment in self.answered:
            return f"{{{{{self.names[moment]}}}}}"
        known = self.nearest(moment)
        return str(moment) if known is None else f"{{{{{self.names[known]}+{moment - known}}}}}"

    def number(self, moment):
        """A number of an answer: a placeholder if a request depends on it."""
        return f"{{{{{self.names[moment]}}}}}" if moment in self.names else moment


def members_of(answer):
    """What an answer says, also if it says it in protobuf; None if it has no such body."""
    try:
        if answer["content_type"] == protobuf.MEDIA_TYPE:
            return protobuf.members(answer["body"])
        return json.loads(answer["body"])
    except ValueError:
        return None


def timestamps(node, member=None):
    """The times of the records in an answer."""
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in timestamps(value, key)]
    if isinstance(node, list):
        return [found for value in node for found in timestamps(value)]
    is_moment = member == "timestamp" and isinstance(node, int) and MOMENT.fullmatch(str(node))
    return [node] if is_moment else []


def moments_in_text(node):
    """The times in texts of an answer, such as the message of an error."""
    if isinstance(node, dict):
        return [found for value in node.values() for found in moments_in_text(value)]
    if isinstance(node, list):
        return [found for value in node for found in moments_in_text(value)]
    if not isinstance(node, str) or MOMENT.fullmatch(node):
        return []
    return [int(text) for text in MOMENT.findall(node)]
