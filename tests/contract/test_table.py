"""The tables against the served document, the program's own list of error codes, and the installed clients."""

import json
import os
import re
from pathlib import Path

import pytest
import requests

from kit import document, table

ROOT = Path(__file__).parents[2]
TABLE = table.operations()
ERRORS = table.errors()
DOCUMENTED = {identifier: (method, path, operation) for identifier, method, path, operation in document.operations()}
CODES = re.compile(r'^    (\w+) = "([A-Za-z]+\.\d{4})" ([A-Z_]+) "([^"]+)";$', re.M)
STATUS = {
    "OK": 200, "BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405,
    "PAYLOAD_TOO_LARGE": 413, "INTERNAL_SERVER_ERROR": 500, "SERVICE_UNAVAILABLE": 503,
}  # fmt: skip


def test_the_server_serves_the_document_of_the_source_tree(world):
    served = requests.get(f"{world.server.api}/openapi.json", timeout=20).json()
    assert served == document.DOCUMENT


def test_every_operation_of_the_document_has_an_entry_and_the_other_way_round():
    assert {k: f"{m} {p}" for k, (m, p, _) in DOCUMENTED.items()} == {k: entry["call"] for k, entry in TABLE.items()}


def test_every_operation_is_described_and_has_a_success():
    for identifier, entry in TABLE.items():
        assert entry.get("holds"), identifier
        assert any(case.get("status", 999) < 300 for case in entry["cases"]), identifier
        names = [case["name"] for case in entry["cases"]]
        assert len(names) == len(set(names)), identifier


def test_every_documented_status_is_answered_in_some_case():
    for identifier, (_, _, operation) in DOCUMENTED.items():
        answered = {str(case["status"]) for case in TABLE[identifier]["cases"] if "status" in case}
        missing = set(operation["responses"]) - answered - {"default", "413"}
        assert not missing, (identifier, missing)


def test_every_code_is_provoked_or_the_reason_is_given():
    provoked = {case["error"] for entry in TABLE.values() for case in entry["cases"] if "error" in case}
    provoked |= set(re.findall(r"error_code: ([A-Za-z]+\.\d{4})", str(answers()).replace("'", "")))
    for code, known in ERRORS.items():
        explained = bool({"never", "proved_by", "unproved"} & set(known))
        assert (code in provoked) != explained, f"{code}: provoked by a case, or explained; one of both"
    assert provoked <= set(ERRORS)


def answers():
    return [case["answer"] for entry in TABLE.values() for case in entry["cases"] if "answer" in case]


def test_what_is_proved_elsewhere_is_there():
    for code, known in ERRORS.items():
        if "proved_by" in known:
            path, name = known["proved_by"].split("::")
            assert re.search(rf"\b{name}\b", (ROOT / path).read_text()), code
            assert path.startswith("tests/contract/") or code.startswith("ModelArts") or "because" in known, code


def test_the_program_knows_the_same_codes():
    sources = ("crates/tidemill-api/src/error.rs", "crates/tidemill-api/src/modelarts/error.rs")
    found = [code for source in sources for code in CODES.findall((ROOT / source).read_text())]
    assert len(found) > 100
    for _, code, status, phrase in found:
        known = ERRORS[code]
        assert phrase in table.as_list(known["phrase"]), code
        assert STATUS[status] in table.statuses(known), code
    assert {code for _, code, _, _ in found} == {code for code in ERRORS if "never" not in ERRORS[code]}


def test_the_clients_are_driven():
    for key, client in table.clients().items():
        assert set(client["calls"]) <= set(TABLE), (key, set(client["calls"]) - set(TABLE))
        assert all((ROOT / file).exists() for file in table.as_list(client["driven"])), key
        if "pinned" in client:
            assert str(client["version"]) in (ROOT / client["pinned"]).read_text(), key


@pytest.mark.skipif("TIDEMILL_CALLS" not in os.environ, reason="scripts/test.sh has the clients' calls written down")
def test_the_clients_called_what_the_table_says():
    noted = json.loads(Path(os.environ["TIDEMILL_CALLS"]).read_text())
    made = {re.sub(r"\{\w+\}", "{}", f"{m} {p}"): k for k, (m, p, _) in DOCUMENTED.items()}
    for key, client in table.clients().items():
        files = [Path(file).name for file in table.as_list(client["driven"])]
        calls = {made.get(re.sub(r"\{\w+\}", "{}", call)) for file in files for call in noted.get(file, [])}
        assert set(client["calls"]) <= calls, (key, "not called:", set(client["calls"]) - calls)
