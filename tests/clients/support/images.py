"""The real images of the tests; tests/images/README.md says what there is."""

import json
import os
from pathlib import Path


def folder():
    """Where they are."""
    place = os.environ.get("TIDEMILL_TEST_IMAGES")
    assert place, 'no images: export TIDEMILL_TEST_IMAGES="$(scripts/test_images.sh)"'
    return Path(place)


def manifest():
    """One dict a picture of the development set."""
    with open(folder() / "manifest.jsonl") as lines:
        return [json.loads(line) for line in lines]
