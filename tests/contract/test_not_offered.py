"""What the vendor documents and this server does not have: every such call says so, and nothing else."""

import re

import pytest
import requests

from kit import document

CALLS = [pytest.param(method, path, id=f"{method} {path}") for method, path, _ in document.not_offered()]


@pytest.mark.parametrize("method,path", CALLS)
def test_not_offered(world, method, path):
    target = re.sub(r"\{(\w+)\}", lambda m: str(world.variables.get(m[1].removesuffix("_id"), "x")), path)
    answer = requests.request(
        method, world.server.api + target, headers={"X-Auth-Token": world.server.token()}, json={}, timeout=20
    )
    what = "labeling teams" if "workforce" in path else "intelligent tasks"
    assert answer.status_code == 400, answer.text
    assert answer.json() == {
        "error_code": "ModelArts.0104", "error_msg": f"Not offered by this server yet: {what}",
    }, answer.text  # fmt: skip
    assert answer.headers["X-Request-Id"]
