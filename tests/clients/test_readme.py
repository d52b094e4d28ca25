"""The SDK example of README.md does what it says."""

import re
import subprocess
import sys
from pathlib import Path

from support import names

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_sdk_example_runs(own_server):
    example = re.search(r"```python\n(.*?)```", README.read_text(), re.S)[1]
    assert "http://127.0.0.1:7070" in example
    keys = f"AK, SK, PROJECT = {names.ACCESS_KEY_ID!r}, {names.SECRET_ACCESS_KEY!r}, {names.PROJECT_ID!r}\n"
    program = keys + example.replace("http://127.0.0.1:7070", own_server.api)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "0 hello\n"), done.stderr
