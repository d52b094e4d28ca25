"""Paths that lead nowhere, methods that a path does not have, and tags of what has none."""

import requests

from kit import check, document

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


def ask(server, method, path):
    return requests.request(method, server.api + path, headers={"X-Auth-Token": server.token()}, timeout=20)


def test_an_unknown_path(world):
    for path in ("/v2/x/nothing", "/v1/x/streams", "/v2", "/v2/x/streams/a/b/c/d"):
        check.check_error(ask(world.server, "GET", path), "APIGW.0101", "The API does not exist.")


def test_a_method_that_the_path_does_not_have(world):
    by_path = {}
    for _, method, path, _ in document.operations():
        by_path.setdefault(path, set()).add(method)
    for path, methods in by_path.items():
        if path.endswith(("/action", "/tags", "/labels/delete")):
            continue  # a wider path holds these: a task may be named `action`, a stream `tags`, a label `delete`
        filled = path.replace("{", "").replace("}", "")
        for method in set(METHODS) - methods:
            filled = filled.replace("/v2/project_id/", f"/v2/{world.variables['project']}/")
            answer = ask(world.server, method, filled)
            check.check_error(answer, "APIGW.0103", "The API does not support this method.")


def test_tags_of_something_that_is_no_stream(world):
    project = world.variables["project"]
    for method, path in (("GET", "tags"), ("POST", "resource_instances/action")):
        answer = ask(world.server, method, f"/v2/{project}/streamlet/{path}")
        check.check_error(answer, "DIS.4602", "Invalid resource type.…")
