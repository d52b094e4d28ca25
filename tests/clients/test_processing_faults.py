"""What happens to processing tasks from outside: kills, stops, a bucket that changes under them, a full disk."""

import io
import json
import shutil
import time

import pytest
from PIL import Image

from support import names, objects, pictures
from support.dataset import Dataset
from support.disk import small_disk
from support.processing import Tasks, operator, request
from support.server import Server
from support.wait import wait_for

# Promised: a stop takes effect within this.
STOP_SECONDS = 2
# Pictures of two megapixels, filtered several times over: minutes of work for one thread.
SLOW = [operator("MotionBlur"), operator("HistogramEqual"), operator("Resize", width=300, height=200, copies=30)]


@pytest.fixture(scope="module")
def slow():
    """A server that works on one picture at a time."""
    server = Server(args=["--processing.threads", "1"]).start()
    yield Tasks(server)
    server.close()


def begin(tasks, bucket, operators, template="sys_data_augmentation"):
    """A task whose run is under way: its id and the path of its version."""
    task = tasks.create(request(names.fresh("run"), bucket, operators, template=template))["task_id"]
    version = tasks.versions(task)[0]["task_version_id"]
    return task, f"processor-tasks/{task}/versions/{version}"


def done(tasks, place):
    """Steps of a run that are done; a step is one sample in one stage."""
    return tasks.call("GET", f"tidemill/{place}/progress").get("samples_done", 0)


def outcome(tasks, bucket, version):
    """All that a version is known by but its id: objects, manifest, counters, rows."""
    output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/")
    written = objects.contents(tasks.server, bucket, output)
    manifest = written.pop(output + "output.manifest").replace(version["task_version_id"].encode(), b"V")
    lines = [json.loads(line) for line in manifest.splitlines()]
    rows = [
        [row.get(key) for key in ("origin_source", "result_property", "result_description")]
        + [(row.get("new_source") or "").split("/Data/")[-1], row["tidemill"]["reasons"], row["tidemill"].get("scores")]
        for row in tasks.results(version)
    ]
    return (
        {key.removeprefix(output): body for key, body in written.items()},
        # The id of a product is made of its path, which has the version in it.
        [{**line, "id": None} for line in lines],
        {key: value for key, value in version.items() if key.endswith("_sample_count")},
        rows,
    )


@pytest.mark.timeout(900)
def test_a_run_that_is_killed_again_and_again_ends_like_one_that_was_not():
    """Validation, augmentation and de-duplication in one pipeline, with something for every counter."""
    server = Server(args=["--processing.threads", "1"]).start()
    try:
        tasks = Tasks(server)
        bucket = objects.make_bucket(server, names.fresh("kills"))
        files = pictures.of("photos", 300)
        some = list(files)
        files |= {f"twice/{name}": files[name] for name in some[:20]}
        files |= {f"cut/{name}": files[name][:-200] for name in some[:10]}
        pictures.upload(server, bucket, files)
        operators = [operator("MetaValidation", image_max_width=320), operator("SimDeduplication")]
        before = objects.contents(server, bucket, "in/")
        outcomes = []
        # In the first shard, in the second, and while the embeddings are made.
        for kills in ((), (1, 260, 340)):
            task, place = begin(tasks, bucket, operators, "sys_data_selection")
            for steps in kills:
                wait_for(lambda place=place, least=steps: done(tasks, place) >= least, "the run to get further", 120)
                assert tasks.call("GET", place)["status"] < 2, "too fast to be killed"
                server.restart(kill=True)
            version = tasks.ended(task, seconds=300)
            assert version["status"] == 2, version
            outcomes.append(outcome(tasks, bucket, version))
        assert outcomes[0][2]["deleted_sample_count"] >= 30 and outcomes[0][2]["origin_sample_count"] == len(files)
        for plain, killed, what in zip(*outcomes, ("objects", "manifest", "counters", "rows")):
            assert plain == killed, what
        assert objects.contents(server, bucket, "in/") == before
    finally:
        server.close()


@pytest.mark.timeout(600)
def test_a_run_that_draws_at_random_draws_the_same_after_a_kill_and_with_other_threads():
    """Two copies of a server's data go on with the same run: one as it is, the other with kills and more threads."""
    first = Server(args=["--processing.threads", "1"]).start()
    copies = [Server(args=["--processing.threads", threads]) for threads in ("1", "3")]
    try:
        tasks = Tasks(first)
        bucket = objects.make_bucket(first, names.fresh("random"))
        # More than one shard.
        pictures.upload(first, bucket, pictures.of("detect", 10, boxes=True) | pictures.of("photos", 260))
        operators = [
            operator("AddNoise", noise_type="Laplace", scale=9), operator("Crop"),
            operator("Rotate", angle_min=-20, angle_max=20, copies=2), operator("Weather"),
        ]  # fmt: skip
        task, place = begin(tasks, bucket, operators)
        first.kill()
        outcomes = []
        for server, kills in zip(copies, ((), (100, 290))):
            shutil.copytree(first.data_dir, server.data_dir)
            again = Tasks(server.start())
            for steps in kills:
                wait_for(lambda least=steps: done(again, place) >= least, "the run to get further", 120)
                assert again.call("GET", place)["status"] < 2, "too fast to be killed"
                server.restart(kill=True)
            version = again.ended(task, seconds=300)
            assert version["status"] == 2, version
            withdrawn = again.results(version, tidemill_withdrawn="true")
            why = [(row["origin_source"], row["tidemill"]["reasons"]) for row in withdrawn]
            outcomes.append((*outcome(again, bucket, version), why))
        for plain, killed, what in zip(*outcomes, ("objects", "manifest", "counters", "rows", "withdrawn")):
            assert plain == killed, what
        _, lines, counters, _, withdrawn = outcomes[0]
        assert counters["add_sample_count"] + len(withdrawn) == 2 * 270 and len(withdrawn) > 0
        angles = {json.dumps(line["property"]["@tidemill:aug"]) for line in lines}
        assert len(angles) == len(lines), "each product has its own numbers"
    finally:
        for server in (first, *copies):
            server.close()


def stop(tasks, place, how="POST", what="stop"):
    """Stops a version: the answer comes in time, and what was at work ends soon."""
    began = time.monotonic()
    tasks.call(how, f"{place}/{what}".rstrip("/"))
    seconds = time.monotonic() - began
    assert seconds < STOP_SECONDS, seconds
    worked = tasks.server.processor_seconds()
    wait_for(lambda: rests(tasks.server), "the server to rest")
    # Counted in time of processors: what else the machine does is not in it.
    assert tasks.server.processor_seconds() - worked < STOP_SECONDS


def rests(server, over=0.3):
    worked = server.processor_seconds()
    time.sleep(over)  # a rate is over a time
    return server.processor_seconds() - worked < over / 10


def test_a_stop_takes_effect_within_two_seconds(slow):
    bucket = objects.make_bucket(slow.server, names.fresh("stop"))
    pictures.upload(slow.server, bucket, pictures.of("whole"))
    for _ in range(3):
        task, place = begin(slow, bucket, SLOW)
        wait_for(lambda place=place: slow.call("GET", place)["status"] == 1, "the run to begin")
        worked = slow.server.processor_seconds()
        wait_for(lambda least=worked + 0.5: slow.server.processor_seconds() > least, "work on the first picture")
        stop(slow, place)
        version = slow.call("GET", place)
        assert version["status"] == 4 and "origin_sample_count" not in version
        # What works no more gets no further, and does not keep others from working.
        output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/")
        left = objects.keys(slow.server, bucket, output)
        assert left == [] and slow.results(version) == []
        slow.call("POST", f"{place}/stop")
        assert slow.call("DELETE", f"processor-tasks/{task}") == {}


def large(name, width, height):
    """A photograph, enlarged."""
    picture = Image.open(io.BytesIO(next(iter(pictures.of("photos", 1).values()))))
    encoded = io.BytesIO()
    picture.convert("RGB").resize((width, height)).save(encoded, "JPEG", quality=80)
    return {name: encoded.getvalue()}


def test_a_stop_ends_a_long_row_of_operators_on_a_large_picture(slow):
    """24 megapixels through thirty-six operators: a quarter of a minute of work, of which one operator is the least."""
    bucket = objects.make_bucket(slow.server, names.fresh("large"))
    pictures.upload(slow.server, bucket, large("x.jpg", 6000, 4000))
    some = [operator("Weather", weather_mode="Snow"), operator("Saturation"), operator("AddNoise", scale=9)]
    _, place = begin(slow, bucket, some * 12)
    worked = slow.server.processor_seconds()
    wait_for(lambda: slow.server.processor_seconds() > worked + 1, "work on the picture")
    assert slow.call("GET", place)["status"] == 1
    stop(slow, place)


# A stage, how many steps are done when it is stopped, and what brings it about.
STAGES = {
    "listing": (0, "sys_data_validation", [operator("MetaValidation")]),
    "processing": (20, "sys_data_validation", [operator("MetaValidation", image_max_width=200)]),
    "embedding": (20, "sys_data_selection", [operator("SimDeduplication", do_validation="False")]),
    "publishing": (420, "sys_data_selection", [operator("MetaValidation")]),
}


@pytest.fixture(scope="module")
def many(slow):
    """A bucket with 400 photographs."""
    bucket = objects.make_bucket(slow.server, names.fresh("stages"))
    pictures.upload(slow.server, bucket, pictures.of("photos", 400), "in/cat/")
    return bucket


@pytest.mark.parametrize("stage", STAGES)
def test_a_stop_takes_effect_in_every_stage(slow, many, stage):
    steps, template, operators = STAGES[stage]
    task, place = begin(slow, many, operators, template)
    wait_for(lambda: done(slow, place) >= steps or slow.call("GET", place)["status"] > 1, stage)
    assert slow.call("GET", place)["status"] < 2, "too fast to be stopped"
    stop(slow, place)
    assert slow.call("GET", place)["status"] == 4
    slow.call("DELETE", f"processor-tasks/{task}")


def test_a_version_in_the_making_and_an_analysis_are_stopped(slow, many):
    """A run into a dataset while it copies its products; an analysis, which has no stop, by its deletion."""
    dataset = Dataset(slow.server)
    body = request(names.fresh("into"), many, [operator("MetaValidation", image_max_width=300)])
    body["work_path"] = {"type": "DATASET", "path": dataset.id}
    task = slow.create(body)["task_id"]
    place = f"processor-tasks/{task}/versions/{slow.versions(task)[0]['task_version_id']}"

    def is_composing():
        assert slow.call("GET", place)["status"] < 2, "too fast to be stopped"
        return slow.call("GET", f"tidemill/{place}/progress").get("stage") == "composing"

    wait_for(is_composing, "the version to be made", 120)
    stop(slow, place)
    assert slow.call("GET", place)["status"] == 4 and dataset.api.call("GET", dataset.versions)["total_number"] == 0

    slow.call("POST", f"processor-tasks/{task}/versions", json={})
    made = slow.ended(task)["work_path"]["version_id"]
    body = {
        "name": names.fresh("analysis"), "version_id": made, "inputs": [{"type": "DATASET", "source": dataset.id}],
        "template": {"id": "sys_data_analyse", "operator_params": [{"id": "analyse", "params": {"op_list": []}}]},
    }  # fmt: skip
    place = f"processor-tasks/{slow.create(body)['task_id']}"
    wait_for(lambda: slow.call("GET", place)["status"] > 0, "the analysis to begin")
    assert slow.call("GET", place)["status"] == 1, "too fast to be stopped"
    stop(slow, place, "DELETE", "")


def test_a_bucket_that_changes_under_a_run(slow):
    """Replaced and deleted after the listing: left out, with the reason. Added: not seen. All the rest: as ever."""
    server, bucket = slow.server, objects.make_bucket(slow.server, names.fresh("moving"))
    whole = list(pictures.of("whole").values())
    files = {f"{number:02}.jpg": body for number, body in enumerate(whole)}
    pictures.upload(server, bucket, files)
    operators = [operator("MotionBlur"), operator("Resize", width=64, height=64, copies=4)]
    task, place = begin(slow, bucket, operators)
    wait_for(lambda: slow.call("GET", place)["status"] == 1, "the listing")
    last = sorted(files)[-3:]
    client = objects.s3(server)
    client.put_object(Bucket=bucket, Key=f"in/{last[0]}", Body=whole[0])
    client.delete_object(Bucket=bucket, Key=f"in/{last[1]}")
    client.put_object(Bucket=bucket, Key="in/99.jpg", Body=whole[1])
    assert done(slow, place) < len(files) // 2, "too fast to be changed"
    before = objects.contents(server, bucket, "in/")
    version = slow.ended(task)
    assert version["status"] == 2, version
    rows = {row["origin_source"].rsplit("/", 1)[1]: row for row in slow.results(version, result_property=2)}
    why = {name: row["tidemill"]["reasons"][0]["code"] for name, row in rows.items()}
    assert why == {last[0]: "source_changed", last[1]: "source_missing"}
    assert (version["origin_sample_count"], version["add_sample_count"]) == (len(files), 4 * (len(files) - 2))
    assert objects.contents(server, bucket, "in/") == before
    names_out = {key.rsplit("/", 1)[1] for key in objects.keys(server, bucket, "out/")}
    assert not any(name.startswith(("99", last[0][:2], last[1][:2])) for name in names_out)


@pytest.fixture
def roomy_disk():
    with small_disk("1g", "--disk-full-below", "1MiB") as server:
        yield server


def test_a_full_disk_ends_a_run_with_the_reason_and_room_lets_the_next_one_complete(roomy_disk):
    server, tasks = roomy_disk, Tasks(roomy_disk)
    bucket = objects.make_bucket(server, names.fresh("full"))
    files = pictures.of("photos", 60)
    pictures.upload(server, bucket, files)
    client = objects.s3(server)
    # Objects leave 64 MiB free: fill what is left but for a little.
    number = 0
    while shutil.disk_usage(server.data_dir).free > (64 + 6) << 20:
        client.put_object(Bucket=bucket, Key=f"filler/{number}", Body=number.to_bytes(4) * (1 << 20))
        number += 1
    body = request(names.fresh("full"), bucket, [operator("Resize", width=2000, height=1500)],
                   template="sys_data_augmentation")  # fmt: skip
    task = tasks.create(body)["task_id"]
    version = tasks.ended(task)
    assert version["status"] == 3, version
    assert "full" in version["error_msg"].lower() or "space" in version["error_msg"].lower(), version["error_msg"]
    assert server.healthy()
    server.restart(kill=True)
    assert tasks.versions(task)[0]["status"] == 3
    assert {key.removeprefix("in/"): body for key, body in objects.contents(server, bucket, "in/").items()} == files

    for index in range(number):
        client.delete_object(Bucket=bucket, Key=f"filler/{index}")
    wait_for(lambda: shutil.disk_usage(server.data_dir).free > 200 << 20, "room", 120)
    made = tasks.call("POST", f"processor-tasks/{task}/versions", json={})["version_id"]
    version = tasks.ended(task)
    assert (version["task_version_id"], version["status"], version["add_sample_count"]) == (made, 2, 60), version
    assert {key.removeprefix("in/"): body for key, body in objects.contents(server, bucket, "in/").items()} == files
