"""HTTP over a bare socket, for requests no client library would send."""

import json
import socket


class Answer:
    """Status, headers in lower case, and body of one answer; status 0 if the server closed without one."""

    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/") else 0
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}

    def json(self):
        return json.loads(self.body)


def exchange(server, data, *, seconds=20, close_after_sending=False):
    """Sends bytes as they are and reads until the answer is whole or the server closes."""
    host, port = server.api.split("//", 1)[1].split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        try:
            connection.sendall(data)
            if close_after_sending:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused early: the answer may still be there
        return read(connection)


def read(connection):
    """Reads an answer from an open connection until it is whole or the server closes."""
    return Answer(_read_answer(connection))


def unread(connection):
    """Bytes of this connection that wait in the server's socket, of those that came from here."""
    theirs, ours = (f"{address[1]:04X}" for address in (connection.getpeername(), connection.getsockname()))
    with open("/proc/net/tcp") as table:
        for line in table:
            fields = line.split()
            if fields[1].endswith(":" + theirs) and fields[2].endswith(":" + ours):
                return int(fields[4].split(":")[1], 16)
    return None


def _read_answer(connection):
    raw = b""
    while not _is_whole(raw):
        try:
            chunk = connection.recv(65536)
        except ConnectionResetError:
            break
        if not chunk:
            break
        raw += chunk
    return raw


def _is_whole(raw):
    head, separator, body = raw.partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return b"chunked" not in head.lower() or raw.endswith(b"0\r\n\r\n")


def request(method, target, headers, body=b"", *, length=None):
    """The bytes of a request; `length` overrides the true Content-Length."""
    lines = [f"{method} {target} HTTP/1.1"]
    fields = {"Host": "127.0.0.1", "Connection": "close", **headers}
    if body or length is not None:
        fields["Content-Length"] = str(len(body) if length is None else length)
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
