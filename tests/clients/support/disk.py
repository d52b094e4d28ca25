"""A server whose data lies on a small file system of its own."""

import contextlib
import errno
import os
import shutil
import subprocess

import pytest

from support.server import Server


@contextlib.contextmanager
def small_disk(size, *args):
    """A running server on `size` of memory, mounted as a file system (`1g`, `256m`). Mounting needs root."""
    server = Server(args=args)
    server.data_dir.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", server.data_dir], check=False)
    if mounted.returncode:
        shutil.rmtree(server.root)
        pytest.skip("mounting a small file system needs root")
    try:
        yield server.start()
    finally:
        server.kill()
        subprocess.run(["umount", "-l", server.data_dir], check=True)
        server.close()


def fill(server, leave):
    """Lets a file of somebody else grow until `leave` bytes are free; `make_room` takes it away."""
    with open(_filler(server), "ab") as file:
        # Room appears and goes while this is written: what is left over is looked at again each time.
        while (over := shutil.disk_usage(server.data_dir).free - leave) > 0:
            try:
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), over)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def make_room(server):
    _filler(server).unlink()


def _filler(server):
    return server.data_dir / "filler"
