"""The tables in `tests/contract/table/`: what every operation answers, and which clients are driven.

`dis/operations/*.yaml` and `modelarts/operations/*.yaml` hold one entry an operation, by its operation id; a later file may have more of its cases:

    call      method and path, as in the served document
    holds     one or two sentences: what a program can rely on
    differs   list of {what, why}: where this server leaves the vendor's documents
    before    steps that every case needs first (see below)
    base      a request that succeeds: any of path, query, headers, json, body
    cases     list; each starts from base and changes it
    bent      names of cases with members that the base lacks: those are bent in them
    bent_by   {operation: reason}: where members are bent that the base lacks here, too
    tolerates {parameter: reason}: values the schema forbids and this server takes
    refuses   {parameter: reason}: limits of the schema that the base cannot reach

A case: `name`; `like` (the name of a case to start from instead of the base); changes `path`, `query`, `headers`, `json` (merged into the base; a header of null is left out),
`body` (replaces json by this text) and `without` (`[json.stream_name]`); `before` (more steps); `server: own` for
a server whose clock may be moved, or `server: {flags: [--flag, value], outward: true}`, where `outward` has it listen on
this machine's address in its network instead of a loopback one; `tries` (the request is sent again, at most so often,
until it is answered with `error`); `once` (not sent as the Java SDK does). What must come back: `status` or `error`
(then the status is the error's), `message` (exact, `…` stands for any text), `answer` (members that must be there with
these values), `media` (if it is not JSON). With `error`, `status` is one that the code does not have elsewhere. `keep`
({variable: member of the answer}) is for the steps of `after`.

A step: `do` (operation id; its own base is what the step starts from), the same changes, `keep` ({variable:
member of the answer}), `expect` (members of the answer), `refused` (code), `times` (with `$index`); or `advance`
(seconds to move the clock by); or `wait` (a step to be repeated until its `answer` comes); or `restart` (more flags to
start the server with again); or `lost` (steps, after which the record log is put back as it was before them). Steps of
`after` follow the case.

`$name` in any text is a variable: those of `kit/world.py`, those kept by steps, `$new` and `$other` (names that
nothing has). `!repeat [a, 65]` is sixty-five times a, `!repeat [[a], 65]` a list of as many.
"""

from pathlib import Path

import yaml

FOLDER = Path(__file__).parent.parent / "table"


class Loader(yaml.SafeLoader):
    """YAML with `!repeat [text or list, times]`."""


def _repeat(loader, node):
    repeated, times = loader.construct_sequence(node, deep=True)
    return repeated * times


Loader.add_constructor("!repeat", _repeat)


def load(path):
    """One file of the tables."""
    return yaml.load(path.read_text(), Loader)


APIS = ("dis", "modelarts")


def operations(*apis):
    """All entries by operation id, in the order of the files: of the named APIs, or of both."""
    found = {}
    paths = [path for api in apis or APIS for path in sorted((FOLDER / api / "operations").glob("*.yaml"))]
    for path in paths:
        for identifier, entry in load(path).items():
            if identifier in found:
                assert set(entry) == {"cases"}, f"{identifier} is in two files"
                found[identifier]["cases"] += entry["cases"]
            else:
                found[identifier] = entry
    return found


def errors(*apis):
    """Every error code: its status, phrase, and, if no request provokes it, the reason."""
    return {code: known for api in apis or APIS for code, known in load(FOLDER / api / "errors.yaml").items()}


def statuses(known):
    """All statuses of an error code."""
    return [*as_list(known["status"]), *as_list(known.get("also", []))]


def everywhere(api):
    """What differs from the vendor's documents in every operation of an API, and what is not offered."""
    return load(FOLDER / api / "everywhere.yaml")


def clients():
    """The programs the server is driven with."""
    return load(FOLDER / "clients.yaml")


def as_list(value):
    """The value, in a list if it is none."""
    return value if isinstance(value, list) else [value]
