"""`tidemill conformance`: recorded traffic of the other tests' clients, replayed."""

import json
from pathlib import Path

from support import names, objects

RECORDINGS = Path(__file__).parents[2] / "crates" / "tidemill" / "recordings"


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
