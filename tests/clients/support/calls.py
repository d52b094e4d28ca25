"""What each test file called with success, by the server's own count.

With TIDEMILL_CALLS in the environment it is written to that file at the end of the run; the contract tests hold
tests/contract/table/clients.yaml to it.
"""

import json
import os
import re
from pathlib import Path

import requests

COUNT = re.compile(r"^tidemill_http_requests_total\{(.*)\} (\d+)$", re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')
FILE = os.environ.get("TIDEMILL_CALLS")

_counts = {}
_calls = {}


def begin(server):
    """A server has started: it counts from zero."""
    if FILE:
        _counts[server] = {}


def note(server, file=None):
    """Notes what was called since the last time, for the test file that runs."""
    if not FILE or server not in _counts:
        return
    file = file or os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[0]
    before, now = _counts[server], _read(server)
    _counts[server] = now
    _calls.setdefault(file, set()).update(call for call, count in now.items() if count > before.get(call, 0))


def end(server):
    """The server is about to end."""
    note(server)
    _counts.pop(server, None)


def forget(server):
    """The server is killed: nothing may be asked of it first."""
    _counts.pop(server, None)


def note_all(file):
    """Notes the calls to all servers that run."""
    for server in list(_counts):
        note(server, file)


def write():
    """Writes down what was noted."""
    if FILE:
        Path(FILE).write_text(json.dumps({file: sorted(calls) for file, calls in _calls.items()}, indent=1))


def _read(server):
    """The counts of successful requests, by method and route; nothing if the server does not answer any more."""
    try:
        text = requests.get(f"{server.api}/metrics", timeout=10, verify=False).text
    except requests.RequestException:
        return _counts[server]
    found = {}
    for labels, count in COUNT.findall(text):
        label = dict(LABEL.findall(labels))
        if label["status"].startswith("2"):
            call = f"{label['method']} {label['route'].rstrip('/')}"
            found[call] = found.get(call, 0) + int(count)
    return found
