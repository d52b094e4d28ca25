"""Servers under test. One is shared by the tests that only need it to be there; the others get their own."""

import datetime
import os

import pytest
import trustme

from support import calls, localhost
from support.recorder import Recorder
from support.server import Server

localhost.install()
# The protobuf code that comes with py-dis is older than the compiled runtime takes; the one in Python reads it.
os.environ.setdefault("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "python")


def pytest_addoption(parser):
    parser.addoption("--record", metavar="DIR", help="record what clients send")


@pytest.fixture(scope="session")
def recorder(request):
    """With --record, what keeps the traffic; else None."""
    folder = request.config.getoption("--record")
    running = Recorder() if folder else None
    yield running
    if running:
        running.write(folder, CLIENTS)


@pytest.fixture(scope="session")
def server(recorder):
    """A running server, shared: use fresh names, and never move its clock or end it."""
    running = Server().start()
    if recorder:
        recorder.stand_before(running)
    yield running
    running.stop()
    running.close()


# Which client the tests of a module drive.
CLIENTS = {
    "test_curl": "curl",
    "test_go": "gophertelekomcloud 0.9.3",
    "test_java_sdk": "huaweicloud-sdk-java-dis 1.3.21",
    "test_kafka_adapter": "huaweicloud-dis-kafka-adapter 1.2.2",
    "test_otcextensions": "otcextensions 0.34.8",
    "test_py_dis": "huaweicloud-sdk-python-dis 2.0.8",
    "test_terraform": "Terraform provider huaweicloud 1.60.1",
    "test_v3_sdk": "huaweicloudsdkdis 3.1.219",
}


@pytest.fixture(autouse=True)
def recorded(request, recorder):
    """With --record, keeps what this test's client sends."""
    if recorder:
        recorder.begin()
    yield
    if recorder:
        recorder.end(request.module.__name__, request.node.originalname)


@pytest.fixture
def own_server(recorder):
    """A running server of this test's own: its clock may be moved, it may be killed."""
    running = Server().start()
    if recorder:
        recorder.stand_before(running)
    yield running
    running.close()


@pytest.fixture
def unlimited_server():
    """Like `own_server`, and its partitions take and give whatever comes."""
    running = Server(args=["--limits.throughput=false"]).start()
    yield running
    running.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate authority of this run; `.bundle` is its certificate as a file."""
    authority = trustme.CA()
    authority.bundle = str(tmp_path_factory.mktemp("authority") / "ca.pem")
    authority.cert_pem.write_to_path(authority.bundle)
    return authority


@pytest.fixture(scope="session")
def tls_server(authority, tmp_path_factory):
    """A running server that speaks TLS on both listeners with a certificate of `authority`."""
    folder = tmp_path_factory.mktemp("certificate")
    expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2)
    issued = authority.issue_cert("127.0.0.1", "localhost", "*.localhost", not_after=expires)
    certificate, key = folder / "server.pem", folder / "server.key"
    for index, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(certificate, append=index > 0)
    issued.private_key_pem.write_to_path(key)
    running = Server(args=["--tls-cert", str(certificate), "--tls-key", str(key)]).start()
    yield running
    running.stop()
    running.close()


@pytest.fixture(scope="module", autouse=True)
def calls_are_noted(request):
    """Tells the calls of one test file from those of the next."""
    yield
    calls.note_all(request.node.name)


def pytest_sessionfinish():
    calls.write()


@pytest.fixture(scope="module")
def fast():
    """A server on which versions may follow one another at once."""
    running = Server(args=["--limits.publish-interval=0s"]).start()
    yield running
    running.stop()
    running.close()
