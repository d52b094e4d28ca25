"""`tidemill conformance`: recorded traffic of the other tests' clients, replayed."""

import json
import re
from pathlib import Path

from support import names, objects
from support.dis import Dis

RECORDINGS = Path(__file__).parents[2] / "crates" / "tidemill" / "recordings"
CLIENTS = Path(__file__).parents[1] / "contract/table/clients.yaml"


def conformance(server, *arguments):
    bucket = objects.make_bucket(server, names.fresh("conformance"))
    return server.command("conformance", "--endpoint", server.api, "--bucket", bucket, *arguments)


def test_every_recording_is_answered_as_it_was(own_server):
    done = conformance(own_server, "--json")
    differing = [r for r in json.loads(done.stdout) if r["differences"]]
    assert done.returncode == 0 and differing == [], differing
    assert len(json.loads(done.stdout)) == sum(len(read(f)["recordings"]) for f in RECORDINGS.glob("*.json"))


def test_a_replay_leaves_no_stream_behind(own_server):
    conformance(own_server, "--only", "huaweicloudsdkdis")
    listed = own_server.command("stream", "list", "--json", "--endpoint", own_server.api)
    assert json.loads(listed.stdout) == []


def read(path):
    return json.loads(path.read_text())


def exchanges(name):
    return [e for r in read(RECORDINGS / f"{name}.json")["recordings"] for e in r["exchanges"]]


def test_every_body_encoding_times_and_groups_are_recorded():
    puts = [e["headers"] for e in exchanges("java_sdk") if e["method"] == "POST" and "/records" in e["target"]]
    encodings = {("protobuf" in h.get("content-type", ""), h.get("content-encoding")) for h in puts}
    assert encodings == {(body, packed) for body in (False, True) for packed in (None, "lz4", "snappy", "zstd")}
    for name in ("java_sdk", "kafka_adapter", "py_dis"):
        assert any("timestamp={{t" in e["target"] for e in exchanges(name)), name
    group = [e for e in exchanges("kafka_adapter") if "/consumers" in e["target"]]
    states = {e["answer"]["json"]["state"] for e in group if "json" in e["answer"]}
    assert states >= {"JOINING", "OK", "STABLE"}
    assert {e["method"] for e in group} == {"POST", "DELETE"}
    assignments = [e["answer"].get("json", {}).get("assignment") for e in group if e.get("at_seconds", 0) > 30]
    assert {"{{n1}}": [0, 1]} in assignments, "the share of a member that fell silent"


def test_members_of_protobuf_answers_and_of_assignments_are_compared(own_server, tmp_path):
    for file in ("java_sdk", "kafka_adapter"):
        recorded = read(RECORDINGS / f"{file}.json")
        recorded["recordings"] = [next(filter(bend, recorded["recordings"]))]
        (tmp_path / f"{file}.json").write_text(json.dumps(recorded))
    done = conformance(own_server, "--recordings", str(tmp_path), "--json")
    assert done.returncode == 1
    found = [e["differences"] for r in json.loads(done.stdout) for e in r["differences"]]
    assert [[d["at"].split("/")[-1] for d in differences] for differences in found] == [["data"], ["length"]], found


def bend(journey):
    """Changes a member of a packed protobuf journey, or one of a group's."""
    for e in journey["exchanges"]:
        answer = e["answer"].get("json") or {}
        if answer.get("assignment"):
            answer["assignment"] = {"{{n1}}": [0]}
            return True
        if "kept_names" in journey and "protobuf" in e["answer"].get("content_type", ""):
            for record in filter(lambda record: "data" in record, answer.get("records", [])):
                record["data"] = "AAAA"
                return True
    return False


def test_an_answer_that_differs_is_named_by_its_member(own_server, tmp_path):
    recorded = read(RECORDINGS / "v3_sdk.json")
    journey = next(r for r in recorded["recordings"] if r["name"] == "test_streams")
    described = next(e for e in journey["exchanges"] if "readable_partition_count" in e["answer"].get("json", {}))
    described["answer"]["status"] = 299
    described["answer"]["json"]["readable_partition_count"] = "many"
    described["answer"]["json"]["new_member"] = True
    recorded["recordings"] = [journey]
    (tmp_path / "bent.json").write_text(json.dumps(recorded))
    done = conformance(own_server, "--recordings", str(tmp_path))
    assert done.returncode == 1
    for text in ("status: recorded 299, now 200", "/readable_partition_count: recorded \"many\", now",
                 "/new_member: recorded true, now nothing"):  # fmt: skip
        assert text in done.stderr, done.stderr


def test_a_project_in_use_is_answered_the_same(own_server, tmp_path):
    """Streams and apps of others stand in lists, before and after those of the recordings."""
    for path in RECORDINGS.glob("*.json"):
        recorded = read(path)
        # Half a minute of waiting for a member to be given up has to be spent once only.
        recorded["recordings"] = [r for r in recorded["recordings"] if not any("at_seconds" in e for e in r["exchanges"])]
        (tmp_path / path.name).write_text(json.dumps(recorded))
    dis = Dis(own_server)
    for name in ("a-first", "z-last"):
        dis.create_stream(name)
        dis.call("POST", "/apps", json={"app_name": name}, expect=201)
    done = conformance(own_server, "--recordings", str(tmp_path), "--json")
    differing = [r for r in json.loads(done.stdout) if r["differences"]]
    assert done.returncode == 0 and differing == [], differing
    assert [own_server.command("stream", "list", "--endpoint", own_server.api).stdout.count(name)
            for name in ("a-first", "z-last")] == [1, 1]  # fmt: skip


def test_every_client_that_is_driven_has_recordings():
    recorded = {read(path)["client"].rsplit(" ", 1)[0] for path in RECORDINGS.glob("*.json")}
    driven = re.findall(r"^  name: ([^,\n]+)", CLIENTS.read_text(), re.M)
    assert len(driven) > 5
    assert set(driven) == recorded
