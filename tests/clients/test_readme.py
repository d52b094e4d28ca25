"""The examples of README.md do what they say."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from support import names, pictures
from support.server import binary

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_sdk_example_runs(own_server):
    example = re.search(r"```python\n(.*?)```", README.read_text(), re.S)[1]
    assert "http://127.0.0.1:7070" in example
    keys = f"AK, SK, PROJECT = {names.ACCESS_KEY_ID!r}, {names.SECRET_ACCESS_KEY!r}, {names.PROJECT_ID!r}\n"
    program = keys + example.replace("http://127.0.0.1:7070", own_server.api)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "0 hello\n"), done.stderr


def test_a_folder_of_photographs_becomes_a_clean_version_with_curves_and_reasons(own_server, tmp_path):
    example = re.search(r"A folder of photographs.*?```sh\n(.*?)```", README.read_text(), re.S)[1]
    for told, here in (
        ("http://127.0.0.1:7071", own_server.objects),
        ("=AK ", f"={names.ACCESS_KEY_ID} "),
        ("=SK ", f"={names.SECRET_ACCESS_KEY} "),
    ):
        assert told in example
        example = example.replace(told, here)
    for at, picture in enumerate(pictures.of("photos", 3).values()):
        folder = tmp_path / "photos" / ("cat" if at else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{at}.jpg").write_bytes(picture)
        (folder / "again.jpg").write_bytes(picture)
    programs = {
        "tidemill": f'exec "{binary()}" "$@" --endpoint {own_server.api}',
        "aws": f'exec "{sys.executable}" "{Path(sys.executable).parent / "aws"}" "$@"',
    }
    (tmp_path / "bin").mkdir()
    for name, line in programs.items():
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "AWS_DEFAULT_REGION": names.REGION,
        "AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_EC2_METADATA_DISABLED": "true",
        "TIDEMILL_ACCESS_KEY_ID": names.ACCESS_KEY_ID, "TIDEMILL_SECRET_ACCESS_KEY": names.SECRET_ACCESS_KEY,
        "TIDEMILL_PROJECT_ID": names.PROJECT_ID, "TIDEMILL_REGION": own_server.region,
    }  # fmt: skip
    done = subprocess.run(
        ["sh", "-ec", example], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "5 samples: 3 kept as they are, 0 changed, 2 dropped, 0 added" in done.stderr, done.stderr
    assert len(re.findall(r"^dropped .* all its pixels are those of photos/in/", done.stdout, re.M)) == 2, done.stdout
    curves = json.loads((tmp_path / "features.json").read_text())["task"]["result"]["usage"]["all"]
    assert curves["image_count"] == 3 and set(curves["metrics"]) >= {"brightness", "blur_score", "resolution"}
    assert sum(curves["metrics"]["brightness"]["counts"]) == 3
    assert "<svg" in (tmp_path / "report.html").read_text()
