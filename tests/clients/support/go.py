"""The Go clients: built by scripts/go_clients.sh, run with an environment of their own."""

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
RUN_SECONDS_MAX = 150


@functools.cache
def program(name):
    """The path of one of the clients in tests/clients/go. scripts/test.sh has built it before any test runs."""
    built = subprocess.run(
        [ROOT / "scripts" / "go_clients.sh", name], stdout=subprocess.PIPE, text=True, check=True
    )
    return built.stdout.strip()


def run(command, folder, environment):
    """Runs a program in `folder`, which is its home too, and returns the finished process and what it said."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=RUN_SECONDS_MAX,
        check=False,
    )
