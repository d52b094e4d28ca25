"""Writes the development set: files by kind, and one line for each in manifest.jsonl."""

import hashlib
import json

import numpy as np
from PIL import Image

import voc

# Grey levels: a picture whose small form varies less shows nothing.
FLAT = 6
# Bits of 256: pictures of one kind whose difference hashes are this near look the same.
ALIKE = 10


class Sink:
    """Takes pictures; refuses flat ones and such as look like one it has taken."""

    def __init__(self, folder):
        self.folder = folder
        self.counts = {}
        self.hashes = {}
        folder.mkdir(parents=True)
        self.lines = open(folder / "manifest.jsonl", "w")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()

    def is_new(self, kind, picture):
        small = np.asarray(picture.convert("L").resize((17, 16), Image.Resampling.BOX), np.int16)
        bits = (small[:, 1:] > small[:, :-1]).ravel()
        taken = self.hashes.setdefault(kind, [])
        if small.std() < FLAT or any(np.count_nonzero(bits != other) <= ALIKE for other in taken):
            return False
        taken.append(bits)
        return True

    def add(self, place, picture, source, group, label=None, boxes=None):
        """Whether the picture was taken."""
        kind = place.split("/")[0]
        if not self.is_new(kind, picture):
            return False
        name = hashlib.sha256(source.encode()).hexdigest()[:12]
        path = self.folder / place / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, quality=92)
        if boxes is not None:
            voc.write(path.with_suffix(".xml"), path.name, picture.size, boxes)
        line = {"file": str(path.relative_to(self.folder)), "source": source, "group": group}
        if label:
            line["class"] = label
        if boxes is not None:
            line["boxes"] = len(boxes)
        self.lines.write(json.dumps(line) + "\n")
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return True
