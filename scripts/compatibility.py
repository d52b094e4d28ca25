"""Writes docs/compatibility.md from the tables that the contract tests use. `scripts/test.sh` checks that it is so.

    scripts/compatibility.sh
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs/compatibility.md"
sys.path.insert(0, str(ROOT / "tests/contract"))

from kit import table  # noqa: E402 - its folder had to be added to the path first

HEAD = """# Compatibility

Made by `scripts/compatibility.sh` from the tables in `tests/contract/table`; a test keeps it equal to them.

Every line below is tested against the built server on every change. {operations} operations are held by {cases} cases
(each sent as the vendor's documents write it, and as the Java SDK puts it on the wire), by requests that bend every
parameter and member at its limits and types, and by generated ones. The API itself is described by
`GET /openapi.json`; every answer is checked against its schemas.
"""


TITLES = {"dis": "Streams (DIS)", "modelarts": "Datasets and processing (ModelArts)"}


def render():
    """The whole document."""
    entries, clients = table.operations(), table.clients()
    cases = sum(len(entry["cases"]) for entry in entries.values())
    parts = [HEAD.format(operations=len(entries), cases=cases), "## Clients\n", _clients(clients)]
    for api, title in TITLES.items():
        parts += [f"## {title}\n", *_api(api, clients)]
    return "\n".join(parts)


def _api(api, clients):
    entries, everywhere = table.operations(api), table.everywhere(api)
    yield from ("### Where it differs\n", _reasons(everywhere["differs"]))
    yield from ("### What is not offered\n", _reasons(everywhere["not_offered"]))
    yield "### Operations\n"
    yield from (_operation(identifier, entry, clients) for identifier, entry in entries.items())
    yield from ("### Error codes\n", _errors(api, entries))


def _reasons(items):
    return "".join(f"- {item['what'].rstrip('.')}. {item['why'].rstrip('.')}.\n" for item in items)


def _clients(clients):
    lines = ["| Program | Version | Driven by | Gap |", "| --- | --- | --- | --- |"]
    for client in clients.values():
        gap = client.get("gap", "")
        driven = ", ".join(f"`{file}`" for file in table.as_list(client["driven"]))
        lines.append(f"| {client['name']} | {client['version']} | {driven} | {gap} |")
    return "\n".join(lines) + "\n"


def _operation(identifier, entry, clients):
    lines = [f"#### {identifier}\n", f"`{entry['call']}`\n", entry["holds"].strip() + "\n"]
    for item in entry.get("differs", []):
        lines.append(f"- Differs: {item['what']}, because {item['why']}.")
    for parameter, reason in entry.get("tolerates", {}).items():
        lines.append(f"- Lenient: `{parameter}`, {reason}.")
    lines.append(f"- Tests: {_cases(entry['cases'])}")
    names = [client["name"].split(",")[0] for client in clients.values() if identifier in client["calls"]]
    if names:
        lines.append(f"- Driven by: {', '.join(names)}.")
    return "\n".join(lines) + "\n"


def _cases(cases):
    """The cases by what they are answered with."""
    by_answer = {}
    for case in cases:
        by_answer.setdefault(_answer(case), []).append(case["name"])
    return "; ".join(f"{answer}: {', '.join(names)}" for answer, names in by_answer.items()) + "."


def _answer(case):
    """The code, with its status if that is another than elsewhere, or the status of a success."""
    if "error" not in case:
        return str(case["status"])
    return f"{case['error']} with {case['status']}" if "status" in case else case["error"]


def _errors(api, entries):
    """Every code, and which operation is seen to answer it."""
    lines = ["| Code | Status | Message | |", "| --- | --- | --- | --- |"]
    for code, known in table.errors(api).items():
        seen = [k for k, entry in entries.items() if any(_answers(case, code) for case in entry["cases"])]
        if "never" in known:
            what = f"never answered: {known['never']}"
        elif "proved_by" in known:
            what = f"`{known['proved_by'].replace('::', '`, `')}`"
            what += f", because {known['because']}" if "because" in known else ""
        elif "unproved" in known:
            what = f"not provoked by a test: {known['unproved']}"
        else:
            what = ", ".join(seen)
        status = " or ".join(map(str, table.statuses(known)))
        lines.append(f"| {code} | {status} | {known['phrase']} | {what} |")
    return "\n".join(lines) + "\n"


def _answers(case, code):
    """Whether a case is answered with a code: as a whole, or one of its parts."""
    return case.get("error") == code or f"'{code}'" in str(case.get("answer"))


if __name__ == "__main__":
    TARGET.write_text(render())
