"""gophertelekomcloud: its own acceptance tests of DIS, unmodified, and the calls of the Terraform provider on it.

Everything is found through the identity endpoint and the service catalog: only the login's address is ours.
"""

import pytest

from support import names
from support.go import program, run

LOGINS = {
    "password": {
        "OS_USERNAME": names.USER,
        "OS_PASSWORD": names.PASSWORD,
        "OS_USER_DOMAIN_NAME": names.DOMAIN,
    },
    "key": {"OS_ACCESS_KEY": names.ACCESS_KEY_ID, "OS_SECRET_KEY": names.SECRET_ACCESS_KEY},
}


@pytest.fixture(params=LOGINS)
def login(request):
    return LOGINS[request.param]


def passes(client, test, server, login, folder):
    """Runs one test of a Go test program against the server; it must have run and passed."""
    environment = {
        "OS_AUTH_URL": f"{server.api}/v3",
        "OS_PROJECT_NAME": server.region,
        "OS_REGION_NAME": server.region,
        **login,
    }
    ended = run([program(client), "-test.v", f"-test.run=^{test}$"], folder, environment)
    assert ended.returncode == 0 and f"--- PASS: {test}" in ended.stdout, ended.stdout + server.log_tail()


# It counts all apps of the project, so the server is its own.
def test_its_own_acceptance_test(own_server, login, tmp_path):
    passes("telekom-acceptance", "TestDISWorkflow", own_server, login, tmp_path)


@pytest.mark.parametrize("test", ["TestStreamResource", "TestStreamTags", "TestDumpTaskResource"])
def test_what_the_provider_does_with_it(server, login, tmp_path, test):
    passes("telekom", test, server, login, tmp_path)
