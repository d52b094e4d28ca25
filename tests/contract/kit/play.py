"""Requests made from the tables: variables put in, sent in two manners, and what they leave taken away again."""

import copy
import json
import re
import shutil
import string
import time
import urllib.parse

import requests

from kit import document, table
from support.names import PROJECT_ID, fresh
from support.wait import wait_for

SECONDS_MAX = 20
OPERATIONS = table.operations()
CALLS = {identifier: (method, path) for identifier, method, path, _ in document.operations()}
# What takes away again that which a request made: path after the project, from the request's path and body.
TAKEN_AWAY = {
    "createStream": "/streams/{stream_name}",
    "createApp": "/apps/{app_name}",
    "joinGroup": "/apps/{app_name}/consumers/{clientId}",
    "createSubscription": "/tidemill/subscriptions/{name}",
    "createDataset": "/datasets/{dataset_id}",
    "createProcessorTask": "/processor-tasks/{task_id}",
}


class Request:
    """One request in full, variables put in."""

    def __init__(self, operation, parts):
        self.operation = operation
        self.method, self.path = CALLS[operation]
        self.values = {"project_id": PROJECT_ID, **parts.get("path", {})}
        self.query = dict(parts.get("query", {}))
        self.headers = dict(parts.get("headers", {}))
        self.json = parts.get("json")
        self.body = parts.get("body")

    def target(self, server, java=False):
        """The address: plain, or with a slash and an ampersand at the end and nothing encoded."""
        quote = (lambda text: text) if java else (lambda text: urllib.parse.quote(text, safe=""))
        path = re.sub(r"\{(\w+)\}", lambda m: urllib.parse.quote(str(self.values[m[1]]), safe=""), self.path)
        pairs = [(k, each) for k, v in self.query.items() for each in (v if isinstance(v, list) else [v])]
        query = "&".join(f"{k}={quote(str(v))}" for k, v in pairs)
        if java:
            return f"{server.api}{path}/?{query}&unknown_parameter=1&"
        return f"{server.api}{path}" + (f"?{query}" if pairs else "")

    def send(self, server, java=False):
        headers = {"X-Auth-Token": server.token(), **self.headers}
        content = self.body.encode() if isinstance(self.body, str) else self.body
        if content is None and self.json is not None:
            members = self.json
            if java and isinstance(members, dict):
                members = {**members, "unknown_member": {"a": [1, None]}}
            content = json.dumps(members).encode()
        if content is not None:
            headers.setdefault("Content-Type", "application/json; charset=utf-8" if java else "application/json")
        headers = {name: value for name, value in headers.items() if value is not None}
        return requests.request(
            self.method, self.target(server, java), data=content, headers=headers, timeout=SECONDS_MAX
        )


class Play:
    """One case, or one sequence of steps, against a world."""

    def __init__(self, world):
        self.world = world
        self.server = world.server
        self.variables = {**world.variables, "new": fresh("new"), "other": fresh("other")}
        self.made = []

    def fill(self, value):
        """The value with its variables put in; a text that is only a variable takes the variable's type."""
        if isinstance(value, str):
            name = value[1:]
            if value.startswith("$") and name in self.variables:
                return self.variables[name]
            return string.Template(value).safe_substitute(self.variables)
        if isinstance(value, dict):
            return {self.fill(k): self.fill(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        return value

    def request(self, operation, change):
        """The operation's base with the changes of a case or step."""
        return Request(operation, self.fill(unfilled(operation, change)))

    def send(self, request, java=False):
        """Sends, and remembers what has to be taken away."""
        answer = request.send(self.server, java)
        if request.operation in TAKEN_AWAY and answer.status_code < 300:
            known = {**request.values, **request.json, **(answer.json() if answer.content else {})}
            self.made.append(TAKEN_AWAY[request.operation].format(**known))
        return answer

    def step(self, step):
        """One step of the preparation, which has to succeed."""
        if "advance" in step:
            self.variables["now_ms"] = self.server.advance(step["advance"])
            return
        if "restart" in step:
            self.server.args += step["restart"]
            self.server.restart(kill=False)
            return
        if "lost" in step:
            self.lose(step["lost"])
            return
        if "wait" in step:
            expected = self.fill(step["wait"]["answer"])
            request = self.request(step["wait"]["do"], step["wait"])
            wait_for(lambda: contains(request.send(self.server).json(), expected), f"{step}")
            return
        for index in range(step.get("times", 1)):
            self.variables["index"] = index
            answer = self.send(self.request(step["do"], step))
        shown = f"{step}: {answer.status_code} {answer.text}"
        if "refused" in step:
            assert answer.status_code >= 400 and answer.json()["error_code"] == step["refused"], shown
            return
        assert answer.status_code < 300, shown
        if "expect" in step:
            assert contains(answer.json(), self.fill(step["expect"])), shown
        self.keep(step, answer)

    def keep(self, step, answer):
        """Keeps the members of the answer that the step, or the case, names."""
        for variable, place in step.get("keep", {}).items():
            self.variables[variable] = member(answer.json(), place)

    def lose(self, steps):
        """Takes the steps, and then puts the record log back as it was before them, as from an old backup."""
        log, kept = self.server.data_dir / "log", self.server.root / "log-kept"
        self.server.stop()
        shutil.copytree(log, kept)
        self.server.start()
        for step in steps:
            self.step(step)
        self.server.stop()
        shutil.rmtree(log)
        kept.rename(log)
        self.server.start()

    def answer_to(self, operation, case, java=False):
        """The answer to a case; one with `tries` is sent again until it is answered with the case's code."""
        for _ in range(case.get("tries", 1)):
            answer = self.send(self.request(operation, case), java)
            if answer.status_code >= 400 and answer.json().get("error_code") == case.get("error"):
                break
        return answer

    def prepare(self, operation, case=()):
        """The steps of the operation and of the case."""
        now = int(time.time())
        self.variables.update(now_ms=now * 1000, hour_ago=now - 3600, in_an_hour=now + 3600)
        self.variables["nine_days_ago"] = now - 9 * 86_400
        for step in OPERATIONS[operation].get("before", []) + dict(case).get("before", []):
            self.step(step)

    def again(self, operation, case=()):
        """Prepares anew, with names nothing has, after a request has changed what was prepared."""
        self.clean()
        self.variables.update(new=fresh("new"), other=fresh("other"))
        self.prepare(operation, case)

    def clean(self):
        """Takes away what was made; what is already gone is fine."""
        for path in reversed(self.made):
            url = f"{self.server.api}/v2/{PROJECT_ID}{path}"
            requests.delete(url, headers={"X-Auth-Token": self.server.token()}, timeout=SECONDS_MAX)
        self.made.clear()


def named(operation, name):
    """The operation's case of that name."""
    return next(case for case in OPERATIONS[operation]["cases"] if case["name"] == name)


def unfilled(operation, change):
    """The operation's base with the changes of a case or step, variables not yet put in."""
    parts = copy.deepcopy(OPERATIONS[operation].get("base", {}))
    if "like" in change:
        apply(parts, named(operation, change["like"]))
    apply(parts, change)
    return parts


def apply(parts, change):
    """Changes the parts of a request as a case says."""
    for part in ("path", "query", "headers", "json"):
        if part in change:
            parts[part] = merged(parts.get(part), change[part])
    if "body" in change:
        parts["body"] = change["body"]
    for place in change.get("without", []):
        remove(parts, place.split("."))


def merged(base, change):
    """`change` over `base`, objects member by member."""
    if not isinstance(base, dict) or not isinstance(change, dict):
        return change
    return {**base, **{key: merged(base.get(key), value) for key, value in change.items()}}


def remove(node, place):
    """Removes the member at the place."""
    for name in place[:-1]:
        node = node[int(name) if isinstance(node, list) else name]
    del node[place[-1]]


def member(node, place):
    """The member at a place such as `partitions.0.status`."""
    for name in place.split("."):
        node = node[int(name)] if isinstance(node, list) else node[name]
    return node


def contains(found, expected):
    """Whether `found` has everything of `expected`: members of objects, and lists element by element."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(k in found and contains(found[k], v) for k, v in expected.items())
    if isinstance(expected, list):
        same = isinstance(found, list) and len(found) == len(expected)
        return same and all(contains(f, e) for f, e in zip(found, expected, strict=True))
    return type(found) is type(expected) and found == expected
