"""The API document: the one in the source tree, which the server also serves, and its schemas."""

import copy
import json
from pathlib import Path

from jsonschema import Draft202012Validator

PATH = Path(__file__).parents[3] / "crates/tidemill-http/openapi/tidemill.json"
DOCUMENT = json.loads(PATH.read_text())
METHODS = ("get", "post", "put", "delete", "head")
# Parts of the document that have tests of their own.
OTHER_TAGS = {"identity", "operations", "not offered"}
MODELARTS_TAGS = {"datasets", "samples", "labels", "dataset versions", "import and export", "processing"}


def api_of(operation):
    """Which of the two APIs an operation belongs to: `dis` or `modelarts`."""
    return "modelarts" if MODELARTS_TAGS & set(operation["tags"]) else "dis"


def not_offered():
    """Method, path and description of the operations that are refused as a whole."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item and "not offered" in item[method]["tags"]:
                yield method.upper(), path, item[method]


def operations():
    """The operations of both APIs: id, method, path and description with the path's parameters merged in."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item and not OTHER_TAGS & set(item[method]["tags"]):
                shared = item.get("parameters", [])
                parameters = [resolved(p) for p in shared + item[method].get("parameters", [])]
                yield item[method]["operationId"], method.upper(), path, {**item[method], "parameters": parameters}


def resolved(node):
    """The node itself, or what its reference leads to."""
    while "$ref" in node:
        found = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def request_schema(operation):
    """The schema of the JSON body, or None."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return body and resolved(body["schema"])


def answer_schema(operation, status, media):
    """The schema of an answer; None if it has no body."""
    response = resolved(operation["responses"].get(str(status), operation["responses"]["default"]))
    content = response.get("content")
    return content and content[media]["schema"]


def validator(schema, closed=False):
    """Checks values against a schema of the document; `closed` refuses members that it does not name."""
    components = _closed(DOCUMENT["components"]) if closed else DOCUMENT["components"]
    return Draft202012Validator({**(_closed(schema) if closed else schema), "components": components})


def _closed(node):
    node = copy.deepcopy(node)
    _close(node)
    return node


def _close(node):
    if isinstance(node, dict):
        if "properties" in node and isinstance(node["properties"], dict):
            node.setdefault("additionalProperties", False)
        for value in node.values():
            _close(value)
    elif isinstance(node, list):
        for value in node:
            _close(value)
