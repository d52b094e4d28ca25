"""Every parameter and member of every operation, bent: the answer is a documented one, soon, and never a 5xx."""

import copy

import pytest

from kit import bend, check, document, table
from kit.play import Play, Request, named, unfilled

TABLE = table.operations()
DOCUMENTED = {identifier: operation for identifier, _, _, operation in document.operations()}
OPERATIONS = [pytest.param(identifier, operation, id=identifier) for identifier, operation in DOCUMENTED.items()]

# What a text is answered with that could be the name of a stream, app, task, bucket or agency, or a cursor, and is none.
NOT_THERE = {"DIS.4301", "DIS.4306", "DIS.4332", "DIS.4354", "DIS.4217", "DIS.4335"}


@pytest.mark.parametrize("identifier,operation", OPERATIONS)
def test_bent(world, identifier, operation):
    play = Play(world)
    wrong, seen = [], set()
    try:
        for case in bases(identifier):
            play.again(identifier, case)
            for place, schema, required, node in list(bend.places(operation, play.request(identifier, case))):
                for bent in () if place in seen else bend.bends(place, schema, required, node):
                    shown = f"{'.'.join(map(str, place))} = {bent.what}"
                    wrong += [f"{shown}: {each}" for each in answer_to(play, identifier, case, operation, bent)]
                seen.add(place)
    finally:
        play.clean()
    assert not wrong, "\n".join(wrong)


def bases(identifier):
    """What is bent: the operation's base, and the cases that have members which that lacks."""
    return [{}] + [named(identifier, name) for name in TABLE[identifier].get("bent", [])]


@pytest.mark.parametrize("identifier,operation", OPERATIONS)
def test_every_member_of_a_body_is_bent(identifier, operation):
    """Of the dataset API much is informative: what its tables have is bent, and no more is asked."""
    if document.api_of(operation) == "modelarts":
        return
    requests = [Request(identifier, unfilled(identifier, case)) for case in bases(identifier)]
    bent = {place for request in requests for place, *_ in bend.places(operation, request)}
    for other in TABLE[identifier].get("bent_by", {}):
        bent |= bend.described(DOCUMENTED[other])
    assert not bend.described(operation) - bent


def answer_to(play, identifier, case, operation, bent):
    """What is wrong with the answer to one bent request."""
    request = play.request(identifier, case)
    request.json = copy.deepcopy(request.json)
    bent.apply(request)
    answer = play.send(request)
    try:
        if answer.status_code < 300:
            check.check_success(answer, operation)
        else:
            check.check_error(answer, api=document.api_of(operation))
            assert answer.status_code < 500, answer.text
    except AssertionError as error:
        return [str(error)[:300]]
    finally:
        if answer.status_code < 300 and request.method != "GET":
            play.again(identifier, case)
    return disagreement(TABLE[identifier], operation, bent, answer)


def disagreement(entry, operation, bent, answer):
    """Where the answer is not what the document promises, unless the table says why.

    Of the dataset API only the form of answers is asked: much of what its document names is informative there.
    """
    if document.api_of(operation) == "modelarts":
        return []
    name = str(bent.place[-1])
    shown = f"{answer.status_code} {answer.text[:200]}"
    if bent.legal is False and answer.status_code < 300 and name not in entry.get("tolerates", {}):
        return [f"forbidden, but taken: {shown}"]
    unknown = isinstance(bent.value, str) and answer.status_code >= 300 and answer.json()["error_code"] in NOT_THERE
    if bent.legal is True and answer.status_code >= 300 and not unknown and name not in entry.get("refuses", {}):
        return [f"allowed, but refused: {shown}"]
    return []
