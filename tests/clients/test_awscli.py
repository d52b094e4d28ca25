"""The AWS CLI over HTTP and over TLS."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import names
from support.names import fresh

PROGRAM = str(Path(sys.executable).parent / "aws")


@pytest.fixture(params=["http", "https"])
def aws(request, tmp_path):
    """Runs the AWS CLI without any configuration of the user and returns what it printed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment.update(
        AWS_ACCESS_KEY_ID=names.ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY=names.SECRET_ACCESS_KEY,
        AWS_DEFAULT_REGION=names.REGION, AWS_CONFIG_FILE=str(tmp_path / "none"), AWS_EC2_METADATA_DISABLED="true",
        AWS_MAX_ATTEMPTS="2",
    )  # fmt: skip
    if request.param == "https":
        environment["AWS_CA_BUNDLE"] = request.getfixturevalue("authority").bundle
    server = request.getfixturevalue("server" if request.param == "http" else "tls_server")

    def run(*arguments, status=0):
        done = subprocess.run(
            [sys.executable, PROGRAM, "--endpoint-url", server.objects, *arguments],
            env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == status, f"aws {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def test_the_whole_flow(aws, tmp_path):
    name = fresh("bucket")
    bucket = f"s3://{name}"
    aws("s3", "mb", bucket)
    assert name in aws("s3", "ls")

    small, large = tmp_path / "small.txt", tmp_path / "large.bin"
    small.write_bytes(b"small file")
    large.write_bytes(os.urandom(20 * 1024 * 1024))
    aws("s3", "cp", str(small), f"{bucket}/dir/small.txt")
    aws("s3", "cp", str(large), f"{bucket}/large.bin")
    listing = aws("s3", "ls", "--recursive", bucket)
    assert "dir/small.txt" in listing and "large.bin" in listing
    for key, source in (("dir/small.txt", small), ("large.bin", large)):
        target = tmp_path / "target"
        aws("s3", "cp", f"{bucket}/{key}", str(target))
        assert target.read_bytes() == source.read_bytes()

    aws("s3", "cp", f"{bucket}/large.bin", f"{bucket}/copy.bin")
    head = json.loads(aws("s3api", "head-object", "--bucket", name, "--key", "copy.bin"))
    assert head["ContentLength"] == 20 * 1024 * 1024
    ranged = tmp_path / "ranged"
    aws("s3api", "get-object", "--bucket", name, "--key", "large.bin", "--range", "bytes=5-14", str(ranged))
    assert ranged.read_bytes() == large.read_bytes()[5:15]

    folder = tmp_path / "folder"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.txt").write_text(str(n))
        os.utime(folder / f"{n}.txt", (1_700_000_000, 1_700_000_000))  # surely older than what is uploaded
    aws("s3", "sync", str(folder), f"{bucket}/synced")
    assert aws("s3", "sync", str(folder), f"{bucket}/synced") == ""
    keys = json.loads(aws("s3api", "list-objects-v2", "--bucket", name, "--prefix", "synced/"))
    assert [entry["Key"] for entry in keys["Contents"]] == [f"synced/{n}.txt" for n in range(3)]

    aws("s3", "rm", f"{bucket}/copy.bin")
    aws("s3", "rb", "--force", bucket)
    aws("s3", "ls", bucket, status=255)  # no such bucket
