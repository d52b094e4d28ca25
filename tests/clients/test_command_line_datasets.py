"""The program's own commands for datasets and processing tasks, on real pictures; what people see while they wait."""

import json
import os
import pty
import re
import subprocess

import pytest

from support import objects, pictures
from support.names import ACCESS_KEY_ID, PROJECT_ID, REGION, SECRET_ACCESS_KEY, fresh
from support.server import Server, binary


@pytest.fixture(scope="module")
def slow():
    """A server that works on one picture at a time."""
    server = Server(args=["--processing.threads", "1", "--limits.publish-interval=0s"]).start()
    yield server
    server.close()


@pytest.fixture
def run(slow):
    """Runs a command against this server; it must end with `expect`. Returns its data."""

    def called(*arguments, expect=0):
        done = slow.command("--json", *arguments, "--endpoint", slow.api, "--objects-endpoint", slow.objects)
        assert done.returncode == expect, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    return called


@pytest.fixture
def bucket(slow):
    """A bucket with six pictures below `in/` and two others below `more/`."""
    name = objects.make_bucket(slow, fresh("bucket"))
    found = list(pictures.of("classify", 8).items())
    for number, (path, body) in enumerate(found):
        label = path.split("/")[0]
        pictures.upload(slow, name, {f"{label}/{number}.jpg": body}, "in/" if number < 6 else "more/")
    return name


def only(entries, member, name):
    return [entry for entry in entries if entry[member] == name]


def test_a_dataset_from_its_import_to_its_end(slow, run, bucket):
    name = fresh("set")
    made = run("dataset", "create", name, "--input", f"obs://{bucket}/in/", "--output", f"obs://{bucket}/made/")
    (listed,) = only(run("dataset", "list"), "dataset_name", name)
    assert (listed["dataset_id"], listed["total_sample_count"]) == (made["dataset_id"], 6)
    first = run("dataset", "publish", name)
    done = run("dataset", "import", name, f"obs://{bucket}/more/")
    assert (done["status"], done["imported_sample_count"]) == ("COMPLETED", 2)
    samples = run("dataset", "samples", name)
    assert len(samples) == 8
    assert len(run("dataset", "samples", name, "--version", "V001")) == 6
    label = samples[0]["labels"][0]["name"]
    with_it = [sample for sample in samples if sample["labels"][0]["name"] == label]
    assert len(run("dataset", "samples", name, "--label", label)) == len(with_it) < 8
    assert len(run("dataset", "samples", name, "--limit", "3")) == 3
    second = run("dataset", "publish", name, "--name", "more")
    versions = {version["version_name"]: version for version in run("dataset", "versions", name)}
    assert {name: version["version_id"] for name, version in versions.items()} == {
        "V001": first["version_id"], "more": second["version_id"],
    }  # fmt: skip
    assert [name for name, version in versions.items() if version.get("is_current")] == ["more"]

    at = run("dataset", "switch", name, "V001")
    assert at["current_version_name"] == "V001" and len(run("dataset", "samples", name)) == 6
    for arguments, count in (((), 6), (("--version", "more"), 8)):
        run("dataset", "export", name, f"obs://{bucket}/{count}/", *arguments)
        exported = [key for key in objects.keys(slow, bucket, f"{count}/") if key.endswith(".jpg")]
        assert len(exported) == count, arguments
    before = objects.contents(slow, bucket, "in/")
    run("dataset", "delete", name)
    assert only(run("dataset", "list"), "dataset_name", name) == []
    assert objects.contents(slow, bucket, "in/") == before
    assert "ModelArts." in run("dataset", "show", name, expect=1)


def test_what_the_import_cannot_find_ends_with_1(run, bucket):
    name = fresh("set")
    run("dataset", "create", name, "--input", f"obs://{bucket}/in/", "--output", f"obs://{bucket}/made/")
    assert "tidemill: " in run("dataset", "import", name, "obs://no-such-bucket/in/", expect=1)
    assert len(run("dataset", "samples", name)) == 6


def test_what_an_import_leaves_out_is_told(slow, run, bucket):
    picture = next(iter(pictures.of("classify", 1).values()))
    pictures.upload(slow, bucket, {"a.jpg": picture, "a.xml": b"<broken", "b.jpg": picture}, "boxes/")

    def told(*arguments, expect=0):
        done = slow.command("dataset", *arguments, "--endpoint", slow.api, "--objects-endpoint", slow.objects)
        assert done.returncode == expect, done.stderr
        return done.stderr

    name = fresh("set")
    paths = ["--input", f"obs://{bucket}/boxes/", "--output", f"obs://{bucket}/made/"]
    left_out = f"left out: 1 x label file cannot be read (obs://{bucket}/boxes/a.jpg: "
    assert left_out in told("create", name, "--kind", "detection", *paths)
    assert "left out" in told("import", name, f"obs://{bucket}/boxes/")
    (sample,) = run("dataset", "samples", name)
    assert "/b.jpg" in sample["source"]
    # What has no label is exported as well, unless only the others are wanted.
    for arguments, count in (((), 1), (("--labeled",), 0)):
        done = run("dataset", "export", name, f"obs://{bucket}/boxes-{count}/", *arguments)
        assert done["finished_sample_count"] == count
    # The task knows what the samples of a dataset are for.
    run("dataset", "publish", name)
    done = run("task", "create", fresh("task"), "--operator", "MetaValidation", "--dataset", name,
               "--output", f"obs://{bucket}/out/")  # fmt: skip
    assert done["origin_sample_count"] == 1


def create(bucket, name, *more, copies=1):
    operator = f"Resize:width=64,height=64,copies={copies}"
    return ["task", "create", name, "--operator", operator, "--input", f"obs://{bucket}/in/",
            "--output", f"obs://{bucket}/out/", *more]  # fmt: skip


def test_a_task_from_its_run_to_its_end(run, bucket):
    name = fresh("task")
    done = run(*create(bucket, name))
    assert (done["status"], done["origin_sample_count"], done["add_sample_count"]) == (2, 6, 6)
    (listed,) = only(run("task", "list"), "name", name)
    again = run("task", "again", name)
    assert again["task_version_id"] != done["task_version_id"] and again["status"] == 2
    shown = run("task", "show", name)
    assert shown["task"]["task_id"] == listed["task_id"]
    ids = [version["task_version_id"] for version in shown["versions"]]
    assert ids == [again["task_version_id"], done["task_version_id"]]
    assert run("task", "delete", name) == {"deleted": listed["task_id"]}
    assert only(run("task", "list"), "name", name) == []
    assert "tidemill: " in run("task", "show", name, expect=1)


def test_a_run_is_stopped(slow, run, bucket):
    pictures.upload(slow, bucket, pictures.of("whole"))
    name = fresh("task")
    task = run(*create(bucket, name, "--no-wait", copies=40))["task_id"]
    (version,) = run("task", "show", name)["versions"]
    assert run("task", "stop", name) == {"stopped": version["task_version_id"]}
    assert run("task", "show", task)["versions"][0]["status"] == 4
    assert "no such version" in run("task", "stop", name, "--version", "V9", expect=2)


# Escape sequences move the cursor; the rest is what people read.
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
BAR = re.compile(r"processing \[[=> ]+\] (\d+)/(\d+) samples +([\d.,]+)/s +(\S+)")


def on_a_terminal(server, *arguments):
    """What a command writes to a terminal on stderr, and its data."""
    environment = dict(os.environ, TIDEMILL_ACCESS_KEY_ID=ACCESS_KEY_ID, TIDEMILL_SECRET_ACCESS_KEY=SECRET_ACCESS_KEY,
                       TIDEMILL_PROJECT_ID=PROJECT_ID, TIDEMILL_REGION=REGION, TERM="xterm", COLUMNS="200")  # fmt: skip
    ours, theirs = pty.openpty()
    command = [binary(), "--json", *arguments, "--endpoint", server.api]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:
        pass  # how Linux says that nobody writes to the terminal any more
    os.close(ours)
    data = process.stdout.read()
    assert process.wait(30) == 0, shown
    return ESCAPES.sub("", shown.decode()), json.loads(data)


def test_whoever_waits_for_a_run_sees_how_far_it_is_and_when_it_will_end(slow, bucket):
    pictures.upload(slow, bucket, pictures.of("whole"))
    shown, done = on_a_terminal(slow, *create(bucket, fresh("task"), copies=10))
    seen = [(int(at), int(of), float(rate.replace(",", "")), eta) for at, of, rate, eta in BAR.findall(shown)]
    # Two stages: making the products, and writing them; a sample counts once in each, and copies do not.
    total = 2 * done["origin_sample_count"]
    assert all(at <= of for at, of, _, _ in seen) and {of for _, of, _, _ in seen} <= {0, total}, shown[-2000:]
    under_way = [(at, eta) for at, of, _, eta in seen if 0 < at < of]
    assert len({at for at, _ in under_way}) > 2, shown[-2000:]
    assert [at for at, _ in under_way] == sorted(at for at, _ in under_way)
    assert all(re.fullmatch(r"\d+[smh]", eta) for _, eta in under_way), under_way
    assert any(eta != "0s" for _, eta in under_way), under_way
