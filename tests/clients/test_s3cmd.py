"""s3cmd: make a bucket, move files in and out, list, copy, delete."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import names
from support.names import fresh

PROGRAM = str(Path(sys.executable).parent / "s3cmd")


@pytest.fixture(params=["v4", "v2"])
def s3cmd(server, tmp_path, request):
    """Runs s3cmd with its own configuration file and returns what it printed."""
    host = server.objects.split("//", 1)[1]
    settings = tmp_path / "s3cfg"
    settings.write_text(
        f"""[default]
access_key = {names.ACCESS_KEY_ID}
secret_key = {names.SECRET_ACCESS_KEY}
host_base = {host}
host_bucket = {host}
bucket_location = {names.REGION}
use_https = False
signature_v2 = {request.param == "v2"}
max_retries = 1
"""
    )

    def run(*arguments, status=0):
        done = subprocess.run(
            [sys.executable, PROGRAM, "-c", str(settings), "--no-progress", *arguments],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == status, f"s3cmd {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def test_the_whole_flow(s3cmd, tmp_path):
    bucket = f"s3://{fresh('bucket')}"
    s3cmd("mb", bucket)
    assert bucket in s3cmd("ls")
    assert "Location:" in s3cmd("info", bucket)

    small = tmp_path / "small ü.txt"
    small.write_bytes(b"small file")
    s3cmd("put", str(small), f"{bucket}/dir/small ü.txt")
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(17 * 1024 * 1024))
    s3cmd("put", "--multipart-chunk-size-mb=5", str(large), f"{bucket}/large.bin")

    listing = s3cmd("ls", "--recursive", bucket)
    assert "dir/small ü.txt" in listing and "large.bin" in listing
    assert "DIR" in s3cmd("ls", f"{bucket}/")
    assert "File size: 10" in s3cmd("info", f"{bucket}/dir/small ü.txt")

    for name, source in (("dir/small ü.txt", small), ("large.bin", large)):
        target = tmp_path / "target"
        s3cmd("get", "--force", f"{bucket}/{name}", str(target))
        assert target.read_bytes() == source.read_bytes()

    s3cmd("cp", f"{bucket}/dir/small ü.txt", f"{bucket}/copy.txt")
    s3cmd("get", "--force", f"{bucket}/copy.txt", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == b"small file"

    folder = tmp_path / "folder"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.txt").write_text(str(n))
    s3cmd("sync", f"{folder}/", f"{bucket}/synced/")
    assert s3cmd("sync", f"{folder}/", f"{bucket}/synced/").count("upload:") == 0
    (folder / "1.txt").unlink()
    s3cmd("sync", "--delete-removed", f"{folder}/", f"{bucket}/synced/")
    assert s3cmd("ls", f"{bucket}/synced/").count(".txt") == 2

    s3cmd("rb", bucket, status=13)  # not empty
    s3cmd("del", f"{bucket}/copy.txt")
    s3cmd("del", "--recursive", "--force", bucket)
    s3cmd("rb", bucket)
    s3cmd("ls", bucket, status=12)  # no such bucket
