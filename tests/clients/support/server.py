"""The built server as a child process: start, move its clock, stop, kill, start again on the same data."""

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import requests

from support import calls, names

READY = re.compile(r"^tidemill ready api=(?P<api>\S+) objects=(?P<objects>\S+)\s*$")
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 30


def binary():
    """The program under test; scripts/test.sh sets TIDEMILL_BIN."""
    path = os.environ.get("TIDEMILL_BIN")
    if not path:
        raise RuntimeError("TIDEMILL_BIN names the built server; scripts/test.sh sets it")
    return path


def free_port():
    """A port nobody listens on at the moment; for the few settings that must name the port before the start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One data directory and the process that serves it."""

    def __init__(self, *, args=(), region=names.REGION, host="127.0.0.1", api_port=0, objects_port=0):
        # Short, because a socket's path has little room.
        self.root = Path(tempfile.mkdtemp(prefix="tidemill-"))
        self.data_dir = self.root / "data"
        self.control_path = self.root / "control"
        self.log_path = self.root / "log"
        self.args = list(args)
        self.region = region
        self.listen = [f"{host}:{api_port}", f"{host}:{objects_port}"]
        self.process = None
        self.api = self.objects = None
        self._token = None
        self.recorder = None
        self.moved_seconds = 0

    # -- life ------------------------------------------------------------------------------------------

    def start(self):
        """Starts the process and waits until it says where it listens."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TIDEMILL_")}
        environment.update(
            TIDEMILL_ACCESS_KEY_ID=names.ACCESS_KEY_ID,
            TIDEMILL_SECRET_ACCESS_KEY=names.SECRET_ACCESS_KEY,
            TIDEMILL_PROJECT_ID=names.PROJECT_ID,
            TIDEMILL_DOMAIN=names.DOMAIN,
            TIDEMILL_USER=names.USER,
            TIDEMILL_PASSWORD=names.PASSWORD,
            TIDEMILL_REGION=self.region,
        )
        command = [
            binary(), "serve",
            "--data-dir", str(self.data_dir),
            "--listen", self.listen[0],
            "--objects-listen", self.listen[1],
            "--test-control", str(self.control_path),
            *self.args,
        ]  # fmt: skip
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )
        self.api, self.objects = self._read_ready_line()
        self.listen = [url.split("//", 1)[1].rstrip("/") for url in (self.api, self.objects)]
        calls.begin(self)
        return self

    def _read_ready_line(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        text = b""
        pipe = self.process.stdout.fileno()
        while time.monotonic() < deadline:
            readable, _, _ = select.select([pipe], [], [], 0.5)
            chunk = os.read(pipe, 4096) if readable else None
            if chunk == b"":
                break
            text += chunk or b""
            for line in text.decode(errors="replace").splitlines():
                if match := READY.match(line):
                    return match["api"].rstrip("/"), match["objects"].rstrip("/")
        self.kill()
        raise AssertionError(f"the server did not become ready; stdout {text!r}; log:\n{self.log_tail()}")

    def stop(self):
        """SIGTERM; the server drains and must end with 0."""
        calls.end(self)
        self.process.send_signal(signal.SIGTERM)
        status = self._reap(STOP_SECONDS_MAX)
        assert status == 0, f"exit status {status} after SIGTERM; log:\n{self.log_tail()}"

    def kill(self):
        """SIGKILL at once: what a power cut leaves of a process."""
        calls.forget(self)
        if self.process and self.process.poll() is None:
            self.process.kill()
            self._reap(STOP_SECONDS_MAX)

    def restart(self, kill=True):
        """Ends the process, by SIGKILL or politely, and starts it again on the same data and ports."""
        self.kill() if kill else self.stop()
        self.start()
        if self.moved_seconds:  # a new process starts with the real time; it shall not fall behind the old one
            self._move(self.moved_seconds)
        return self

    def close(self):
        """Ends the process and removes its data."""
        if self.process and self.process.poll() is None:
            calls.end(self)
        self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def _reap(self, seconds):
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end in {seconds} s; log:\n{self.log_tail()}") from None
        self.process.stdout.close()
        return status

    # -- looking in ------------------------------------------------------------------------------------

    def log_tail(self, lines=40):
        """The last lines the server wrote to stderr."""
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def memory_bytes(self):
        """Resident memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1]) * 1024

    def processor_seconds(self):
        """Time that processors have worked for the process."""
        ticks = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def healthy(self):
        """Whether the server takes work."""
        answer = requests.get(f"{self.api}/readyz", timeout=10, verify=False)
        return answer.status_code == 200

    def command(self, *arguments):
        """Runs the program's own command line against this server's data or API and returns the process."""
        environment = dict(os.environ, TIDEMILL_ACCESS_KEY_ID=names.ACCESS_KEY_ID,
                           TIDEMILL_SECRET_ACCESS_KEY=names.SECRET_ACCESS_KEY,
                           TIDEMILL_PROJECT_ID=names.PROJECT_ID, TIDEMILL_REGION=self.region)  # fmt: skip
        return subprocess.run(
            [binary(), *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    # -- time ------------------------------------------------------------------------------------------

    def advance(self, seconds):
        """Moves the server's clock forward and returns the time it then reads, in milliseconds."""
        self.moved_seconds += seconds
        if self.recorder:
            self.recorder.moved_seconds += seconds
        if seconds >= 3600:
            self._token = None  # it may be over: log in again at the next call
        return self._move(seconds)

    def _move(self, seconds):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            control.connect(str(self.control_path))
            control.sendall(json.dumps({"advance_ms": int(seconds * 1000)}).encode() + b"\n")
            return json.loads(control.makefile().readline())["now_ms"]

    # -- identity --------------------------------------------------------------------------------------

    def token(self):
        """A project token; taken once per start of the server's life."""
        if self._token is None:
            answer = requests.post(f"{self.api}/v3/auth/tokens", json=password_login(), timeout=10, verify=False)
            assert answer.status_code == 201, answer.text
            self._token = answer.headers["X-Subject-Token"]
        return self._token


def password_login(project=names.PROJECT_ID, name=names.USER, password=names.PASSWORD, domain=names.DOMAIN):
    """The body of a login with user name and password, for the given project."""
    user = {"name": name, "password": password, "domain": {"name": domain}}
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"id": project}},
        }
    }
