"""gophertelekomcloud: its own acceptance tests of DIS, unmodified, and the calls of the Terraform provider on it.

Everything is found through the identity endpoint and the service catalog: only the login's address is ours.
"""

import pytest

from support import names
from support.go import program, run
from support.names import fresh

PASSWORD = {"OS_USERNAME": names.USER, "OS_PASSWORD": names.PASSWORD, "OS_USER_DOMAIN_NAME": names.DOMAIN}
KEY = {"OS_ACCESS_KEY": names.ACCESS_KEY_ID, "OS_SECRET_KEY": names.SECRET_ACCESS_KEY}


@pytest.fixture(params=["password", "key", "token"])
def login(request):
    """What the library's own variables say for one way to log in, as a function of the server."""
    # Below the root the library asks which versions there are.
    return {
        "password": lambda server: {"OS_AUTH_URL": f"{server.api}/v3", **PASSWORD},
        "key": lambda server: {"OS_AUTH_URL": f"{server.api}/v3/", **KEY},
        "token": lambda server: {"OS_AUTH_URL": server.api, "OS_AUTH_TYPE": "token", "OS_TOKEN": server.token()},
    }[request.param]


def passes(client, test, server, login, folder):
    """Runs one test of a Go test program against the server; it must have run and passed."""
    environment = {"OS_PROJECT_NAME": server.region, "OS_REGION_NAME": server.region, **login(server)}
    environment["TIDEMILL_TEST_NAME"] = name = fresh("go")
    names.BUCKETS.add(f"{name}-bucket")
    ended = run([program(client), "-test.v", f"-test.run=^{test}$"], folder, environment)
    assert ended.returncode == 0 and f"--- PASS: {test}" in ended.stdout, ended.stdout + server.log_tail()


# It counts all apps of the project, so the server is its own.
def test_its_own_acceptance_test(own_server, login, tmp_path):
    passes("telekom-acceptance", "TestDISWorkflow", own_server, login, tmp_path)


def test_the_life_of_a_stream(server, login, tmp_path):
    passes("telekom", "TestStreamResource", server, login, tmp_path)


def test_tags_of_a_stream(server, login, tmp_path):
    passes("telekom", "TestStreamTags", server, login, tmp_path)


def test_the_life_of_a_dump_task(server, login, tmp_path):
    passes("telekom", "TestDumpTaskResource", server, login, tmp_path)


def test_dump_tasks_to_the_other_destinations(server, login, tmp_path):
    passes("telekom", "TestOtherDestinations", server, login, tmp_path)


def test_policies(server, login, tmp_path):
    passes("telekom", "TestPolicies", server, login, tmp_path)
