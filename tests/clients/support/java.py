"""The real Java clients: a JVM that makes the calls a test names, one after the other (see tests/clients/java)."""

import json
import os
import select
import signal
import subprocess
import tempfile
from pathlib import Path

from support import names

ANSWER_SECONDS_MAX = 90


class JavaError(Exception):
    """What a Java client threw: `.type` is its class, `.found` holds what it took out of the server's answer."""

    def __init__(self, found):
        super().__init__(f"{found['type']}: {found['message']} at {found.pop('at', '')}")
        self.type, self.message, self.found = found["type"], found["message"], found


def classpath(program):
    """Where the built `program` lies; scripts/test.sh sets TIDEMILL_JAVA_CLIENTS."""
    built = os.environ.get("TIDEMILL_JAVA_CLIENTS")
    if not built:
        raise RuntimeError("TIDEMILL_JAVA_CLIENTS names the built Java clients; scripts/test.sh sets it")
    return f"{built}/common/classes:{built}/{program}/classes:{built}/{program}/lib/*"


class Jvm:
    """One Java process that runs `program`, a module of tests/clients/java; it holds any number of clients."""

    def __init__(self, server, program):
        self.server = server
        self.opened = 0
        self.buffer = b""
        self.log = tempfile.NamedTemporaryFile(prefix="tidemill-java-", suffix=".log")
        # Quick to start and small; the numbers of interest are the server's.
        command = [
            "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx192m",
            "-cp", classpath(program), f"clients.{program.capitalize()}Main",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, bufsize=0
        )

    def open(self, kind, **config):
        """Makes a client of `kind` (see the program's Main) with these settings besides the server's."""
        self.opened += 1
        name = f"client-{self.opened}"
        base = {
            "endpoint": self.server.api,
            "region": self.server.region,
            "projectId": names.PROJECT_ID,
            "ak": names.ACCESS_KEY_ID,
            "sk": names.SECRET_ACCESS_KEY,
        }
        self.ask({"open": kind, "as": name, "config": {**base, **config}})
        return Client(self, name)

    def ask(self, request):
        """Sends one request and returns its result; raises JavaError if the client threw."""
        self.send(request)
        return self.receive()

    def send(self, request):
        """Sends one request; `receive` has its answer."""
        self.process.stdin.write(json.dumps(request).encode() + b"\n")

    def receive(self):
        """The result of the earliest request without one."""
        while b"\n" not in self.buffer:
            readable, _, _ = select.select([self.process.stdout], [], [], ANSWER_SECONDS_MAX)
            chunk = os.read(self.process.stdout.fileno(), 1 << 16) if readable else b""
            if not chunk:
                ended = "the JVM ended" if readable else f"no answer from the JVM in {ANSWER_SECONDS_MAX} s"
                raise AssertionError(f"{ended}; log:\n{self.log_tail()}")
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        answer = json.loads(line)
        if "error" in answer:
            raise JavaError(answer["error"])
        return answer["result"]

    def log_tail(self, lines=60):
        """The last lines the clients logged."""
        return "\n".join(Path(self.log.name).read_text(errors="replace").splitlines()[-lines:])

    def kill(self):
        """SIGKILL: the clients say no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self):
        """Ends the process; nothing is sent to the server."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()


class Client:
    """One client inside a JVM: any method is a call of the Java method of that name."""

    def __init__(self, jvm, name):
        self.jvm, self.name = jvm, name

    def __getattr__(self, method):
        return lambda *arguments: self.jvm.ask(self.request(method, *arguments))

    def request(self, method, *arguments):
        return {"on": self.name, "call": method, "arguments": arguments}

    def start(self, method, *arguments):
        """Sends the call without waiting; `finish` has its answer."""
        self.jvm.send(self.request(method, *arguments))

    def finish(self):
        return self.jvm.receive()
