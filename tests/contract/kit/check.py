"""What every answer has to be: status, headers, error body or body after the schema."""

import re

from kit import document, table

ERRORS = table.errors()


# The members of an error of each API; streams have two equal pairs.
MEMBERS = {
    "dis": {"errorCode", "message", "error_code", "error_msg"},
    "modelarts": {"error_code", "error_msg"},
}


def check_error(answer, code=None, message=None, api="dis", status=None):
    """An error as documented: `status`, or else its code's; its members, one line in the code's form."""
    shown = f"{answer.status_code} {answer.text[:400]}"
    assert answer.headers.get("Content-Type", "").split(";")[0] == "application/json", shown
    assert answer.headers.get("X-Request-Id"), "no X-Request-Id"
    body = answer.json()
    assert set(body) == MEMBERS[api], shown
    assert all(type(value) is str for value in body.values()), shown
    if api == "dis":
        assert (body["errorCode"], body["message"]) == (body["error_code"], body["error_msg"]), shown
    assert body["error_code"] in ERRORS, f"not a documented code: {shown}"
    known = ERRORS[body["error_code"]]
    assert answer.status_code in table.as_list(status or known["status"]), shown
    phrases = "|".join(re.escape(phrase) for phrase in table.as_list(known["phrase"]))
    details = ".*" if known.get("free") else r"(?: ?\[.*\])*"
    assert re.fullmatch(f"(?:{phrases}){details}", body["error_msg"]), f"not the form of its code: {shown}"
    assert "\n" not in body["error_msg"] and "\r" not in body["error_msg"]
    if code is not None:
        assert body["error_code"] == code, shown
    if message is not None:
        assert re.fullmatch(".*".join(map(re.escape, message.split("…"))), body["error_msg"]), shown


def check_success(answer, operation, media="application/json"):
    """A success as documented: the body has the document's schema and no member that it does not name."""
    shown = f"{answer.status_code} {answer.text[:400]}"
    assert str(answer.status_code) in operation["responses"], f"not a documented status: {shown}"
    assert answer.headers.get("X-Request-Id"), "no X-Request-Id"
    schema = document.answer_schema(operation, answer.status_code, media)
    if schema is None:
        assert answer.content == b"", shown
        assert answer.status_code == 204 or answer.headers.get("Content-Length") == "0", dict(answer.headers)
        return
    assert answer.headers.get("Content-Type", "").split(";")[0] == media, answer.headers["Content-Type"]
    if media == "application/json":
        wrong = [f"{list(e.path)}: {e.message}" for e in validator(schema).iter_errors(answer.json())]
        assert not wrong, f"{wrong} in {shown}"


_validators = {}


def validator(schema):
    key = str(schema)
    if key not in _validators:
        _validators[key] = document.validator(schema, closed=True)
    return _validators[key]
