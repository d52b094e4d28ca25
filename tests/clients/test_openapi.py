"""The served API document against the server: every operation in it is there, and other methods are refused."""

import re

import pytest
import requests

METHODS = ("get", "post", "put", "delete", "head")


@pytest.fixture(scope="module")
def document(server):
    return requests.get(f"{server.api}/openapi.json", timeout=10).json()


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path


def ask(server, method, path):
    """A request without credentials, so that nothing is changed."""
    url = server.api + re.sub(r"\{[a-z_]+\}", "x", path)
    return requests.request(method, url, timeout=10)


def test_every_documented_operation_is_routed(server, document):
    found = list(operations(document))
    assert len(found) > 40
    for method, path in found:
        assert ask(server, method, path).status_code not in (404, 405), (method, path)


def test_methods_that_are_not_documented_are_refused(server, document):
    documented = list(operations(document))

    def is_documented(method, path):
        # A task may be named `action`: a wider path of the document can hold a narrower one.
        return any(m == method and re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", p), path) for m, p in documented)

    for path in {path for _, path in documented}:
        for method in METHODS[:4]:
            if not is_documented(method, path):
                assert ask(server, method, path).status_code == 405, (method, path)


def test_every_reference_leads_somewhere(document):
    for reference in re.findall(r"'\$ref': '#/([^']+)'", str(document)):
        found = document
        for part in reference.split("/"):
            found = found[part]
