"""The program's own commands for streams, records and dump tasks, with their options; the demo; JSON everywhere."""

import gzip
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from support import objects
from support.delivery import flush
from support.dis import Dis
from support.names import fresh, shard
from support.proof import download
from support.server import binary
from support.wait import wait_for

FLIGHTS = Path(__file__).parents[2] / "demo/data/flights.csv.gz"


@pytest.fixture
def run(own_server):
    """Runs a command against this server; it must end with `expect`. Returns its data."""

    def called(*arguments, expect=0):
        places = ["--endpoint", own_server.api, "--objects-endpoint", own_server.objects]
        done = own_server.command("--json", *arguments, *places)
        assert done.returncode == expect, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    return called


@pytest.mark.parametrize("name,meant", [("newline", "\n"), ("comma", ","), ("semicolon", ";"), ("pipe", "|"),
                                        ("none", "")])  # fmt: skip
def test_a_dump_task_is_made_with_every_option(own_server, run, name, meant):
    dis = Dis(own_server)
    run("stream", "create", "s")
    run("agency", "create", "an_agency")
    more = ["--time-directories", "yyyy/MM/dd", "--agency", "an_agency", "--prefix", "in", "--interval", "60"]
    run("dump", "create", "s", "task", "--bucket", "bucket", "--create-bucket", "--delimiter", name, *more)
    described = dis.task("s", "task")["obs_destination_description"]
    assert (described["agency_name"], described["deliver_time_interval"]) == ("an_agency", 60)
    assert (described["record_delimiter"], described["partition_format"]) == (meant, "yyyy/MM/dd")
    dis.put("s", [b"one", b"two"])
    flush(own_server, 61)

    def delivered():
        return objects.delivered(own_server, "bucket", "in/")

    assert wait_for(delivered, "the delivery") == meant.join(["one", "two", ""]).encode()
    assert re.match(r"in/\d{4}/\d\d/\d\d/s-", objects.data_keys(own_server, "bucket")[0])


def test_a_delimiter_nobody_offers_is_refused(run):
    assert "--delimiter" in run("dump", "create", "s", "t", "--bucket", "b", "--delimiter", "tab", expect=2)


def test_one_task_of_a_bucket_is_verified_alone_and_sizes_alone(own_server, run, tmp_path):
    dis, bucket = Dis(own_server), objects.make_bucket(own_server, fresh("bucket"))
    for name in ("a", "b"):
        dis.create_stream(name)
        dis.create_task(name, f"to-{name}", bucket, file_prefix=name)
        dis.put(name, [name.encode() * 10])
    flush(own_server)
    wait_for(lambda: objects.delivered(own_server, bucket) == b"a" * 10 + b"\n" + b"b" * 10 + b"\n", "the deliveries")
    ids = {name: dis.task(name, f"to-{name}")["task_id"] for name in ("a", "b")}
    verify = ["dump", "verify", "--dir", str(tmp_path / "bucket")]

    def proven():
        flush(own_server)  # the ledger follows the data
        download(own_server, bucket, tmp_path / "bucket")
        done = own_server.command("--json", *verify)
        return done.returncode == 0 and len(json.loads(done.stdout)["tasks"]) == 2

    wait_for(proven, "the proof of both")
    assert [task["task_id"] for task in run(*verify, "--task-id", ids["a"])["tasks"]] == [ids["a"]]

    altered = tmp_path / "bucket" / objects.data_keys(own_server, bucket, "b/")[0]
    altered.write_bytes(b"B" * 10 + b"\n")
    assert run(*verify, "--task-id", ids["a"])["ok"]
    assert not run(*verify, "--task-id", ids["b"], expect=1)["ok"]
    assert run(*verify, "--sizes-only")["ok"], "the size is what it was"
    altered.write_bytes(b"B")
    assert not run(*verify, "--sizes-only", expect=1)["ok"]


def test_receipts_of_one_stream(own_server, run):
    dis, bucket = Dis(own_server), objects.make_bucket(own_server, fresh("bucket"))
    for name in ("a", "b"):
        dis.create_stream(name)
        dis.create_task(name, f"to-{name}", bucket)
        run("dump", "delete", name, f"to-{name}")

    def tasks(*more):
        return [row["receipt"]["task_name"] for row in run("dump", "receipts", *more)]

    assert tasks() == ["to-a", "to-b"]
    assert tasks("--stream", "b") == ["to-b"]
    assert tasks("--stream", "c") == []


def test_a_key_keeps_the_records_of_a_file_together(own_server, run, tmp_path):
    dis, lines = Dis(own_server), [f"line {number}" for number in range(50)]
    (tmp_path / "lines").write_text("\n".join(lines))
    dis.create_stream("s", partitions=4)
    run("record", "put", "s", str(tmp_path / "lines"), "--key", "a key")
    whole = [line.encode() for line in lines]
    found = [[text for _, text in dis.read_all("s", partition)] for partition in range(4)]
    assert sorted(found) == [[], [], [], whole]
    run("record", "put", "s", str(tmp_path / "lines"))
    found = [[text for _, text in dis.read_all("s", partition)] for partition in range(4)]
    assert sum(map(bool, found)) > 1, "without a key they spread"
    assert "--key" in run("record", "put", "s", "-", "--key", "k", "--partition", "0", expect=2)


def test_a_stream_has_the_type_asked_for(own_server, run):
    run("stream", "create", "fast", "--type", "ADVANCED")
    run("stream", "create", "slow")
    assert [Dis(own_server).describe(name)["stream_type"] for name in ("fast", "slow")] == ["ADVANCED", "COMMON"]
    assert "DIS.4" in run("stream", "create", "odd", "--type", "FASTEST", expect=1)


@pytest.mark.timeout(240)
def test_the_demo_ends_with_what_went_in_and_came_out():
    done = subprocess.run([binary(), "demo", "--json"], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    summary, file = json.loads(done.stdout), gzip.decompress(FLIGHTS.read_bytes())
    assert (summary["bytes"], summary["sha256"]) == (len(file), hashlib.sha256(file).hexdigest())
    assert summary["records"] == summary["records_read"] == len(file.splitlines())
    assert len(summary["objects"]) > 1 and all(shard(0) in key for key in summary["objects"])
    partition = summary["proof"]["tasks"][0]["partitions"][0]
    assert (partition["records"], partition["bytes"]) == (summary["records"], len(file))
    api = re.search(r"^server: api (\S+)", done.stderr, re.M)[1]
    assert subprocess.run(["curl", "-s", api], check=False).returncode == 7, "its server is gone"


def test_the_version_and_the_settings_as_json():
    def said(*arguments):
        return json.loads(subprocess.run([binary(), *arguments], capture_output=True, text=True, check=True).stdout)

    version = said("--version", "--json")
    assert version["name"] == "tidemill" and re.fullmatch(r"\d+\.\d+\.\d+", version["version"])
    settings = {setting["name"]: setting for setting in said("config", "reference", "--json")}
    assert settings["drain-window"]["variable"] == "TIDEMILL_DRAIN_WINDOW"
    assert settings["drain-window"]["default"] == "4s" and settings["tls-cert"]["default"] is None
