"""docs/compatibility.md says what the tables say."""

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts/compatibility.py"


def test_the_document_is_up_to_date():
    spec = importlib.util.spec_from_file_location("compatibility", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.TARGET.read_text() == script.render(), "run scripts/compatibility.sh"
