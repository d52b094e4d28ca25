"""Every case of the tables, sent as the documents write it and as the Java SDK puts it on the wire."""

import pytest

from kit import check, document, table
from kit.play import Play, contains

TABLE = table.operations()
OPERATIONS = {identifier: operation for identifier, _, _, operation in document.operations()}
CASES = [
    pytest.param(identifier, case, java, id=f"{identifier}: {case['name']}{' (java)' if java else ''}")
    for identifier, entry in TABLE.items()
    for case in entry["cases"]
    for java in ((False,) if case.get("once") else (False, True))
]


@pytest.mark.parametrize("identifier,case,java", CASES)
def test_case(world_for, identifier, case, java):
    api = document.api_of(OPERATIONS[identifier])
    play = Play(world_for(case.get("server"), api))
    try:
        play.prepare(identifier, case)
        answer = play.answer_to(identifier, case, java)
        if "error" in case:
            check.check_error(answer, case["error"], play.fill(case.get("message")), api, case.get("status"))
        else:
            assert answer.status_code == case["status"], f"{answer.status_code} {answer.text[:400]}"
            check.check_success(answer, OPERATIONS[identifier], case.get("media", "application/json"))
        if "answer" in case:
            expected = play.fill(case["answer"])
            assert contains(answer.json(), expected), f"{answer.text[:600]} lacks {expected}"
        play.keep(case, answer)
        for step in case.get("after", []):
            play.step(step)
    finally:
        play.clean()
