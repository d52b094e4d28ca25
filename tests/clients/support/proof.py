"""`tidemill dump verify` on a bucket that was downloaded: the proof needs no server."""

import json

from support import objects


def download(server, bucket, folder):
    """Writes every object of a bucket to a file below `folder`, named by its key."""
    for key, body in objects.contents(server, bucket).items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return folder


def verify(server, folder):
    """Runs the proof on a folder; returns its exit status and its report."""
    done = server.command("--json", "dump", "verify", "--dir", str(folder))
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else {"error": done.stderr}
