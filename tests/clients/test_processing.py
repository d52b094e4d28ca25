"""Processing tasks on real pictures: uploads with boto3, the documented requests, signed URLs, kills."""

import json
import re
from xml.etree import ElementTree

import pytest
import requests

from support import images, names, objects, onnx
from support.processing import Tasks, operator, request
from support.server import Server
from support.wait import wait_for


@pytest.fixture
def tasks(server):
    return Tasks(server)


def upload(server, bucket, files, prefix="in/"):
    client = objects.s3(server)
    for key, body in files.items():
        client.put_object(Bucket=bucket, Key=prefix + key, Body=body)


def pictures(folder, most, *, boxes=False):
    """Some pictures of the development set by name; with their label files if wanted."""
    root = images.folder() / folder
    found = sorted(root.rglob("*.jpg"))[:most]
    files = {str(path.relative_to(root)): path.read_bytes() for path in found}
    if boxes:
        files |= {str(path.with_suffix(".xml").relative_to(root)): path.with_suffix(".xml").read_bytes()
                  for path in found if path.with_suffix(".xml").exists()}  # fmt: skip
    return files


def test_a_folder_of_photographs_becomes_a_checked_output(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("photos"))
    good = pictures("classify", 20)
    whole = next(iter(good.values()))
    upload(server, bucket, good | {"moss/cut.jpg": whole[: len(whole) // 2], "moss/note.jpg": b"no picture at all"})
    task = tasks.create(request(names.fresh("check"), bucket, [operator("MetaValidation")]))["task_id"]
    version = tasks.ended(task)
    assert version["status"] == 2, version
    counters = {key: value for key, value in version.items() if key.endswith("_sample_count")}
    assert counters == {
        "origin_sample_count": 22, "unmodified_sample_count": 20, "modified_sample_count": 0,
        "deleted_sample_count": 2, "add_sample_count": 0,
    }  # fmt: skip
    output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/")
    assert output == f"out/{version['task_version_id']}/"
    written = objects.contents(server, bucket, output)
    assert {key.removeprefix(output + "Data/"): body for key, body in written.items() if "/Data/" in key} == good
    lines = [json.loads(line) for line in written[output + "output.manifest"].splitlines()]
    assert [line["source"] for line in lines] == sorted(f"obs://{bucket}/{output}Data/{name}" for name in good)
    assert all(line["property"] == {"@modelarts:data_checked": True} for line in lines)

    rows = tasks.results(version)
    assert [row["origin_source"] for row in rows] == sorted(row["origin_source"] for row in rows)
    dropped = {row["origin_source"].rsplit("/", 1)[1]: row for row in rows if row["result_property"] == 2}
    assert set(dropped) == {"cut.jpg", "note.jpg"}
    for row in dropped.values():
        assert "new_source" not in row and row["result_description"][0][0] and row["result_description"][1][0]
        assert row["tidemill"]["reasons"][0]["code"] == "undecodable"
    kept = next(row for row in rows if row["result_property"] == 0)
    name = kept["origin_source"].removeprefix(f"s3://{bucket}/in/")
    assert requests.get(kept["signed_origin_source"], timeout=10).content == good[name]
    assert requests.get(kept["signed_new_source"], timeout=10).content == good[name]
    assert len(tasks.results(version, result_property="2")) == 2


def test_a_stopped_version_stays_stopped_and_a_deleted_task_is_gone(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("stop"))
    upload(server, bucket, pictures("photos", 60))
    name = names.fresh("stopped")
    task = tasks.create(request(name, bucket, [operator("MetaValidation", image_max_width=100)]))["task_id"]
    version = tasks.versions(task)[0]
    place = f"processor-tasks/{task}/versions/{version['task_version_id']}"
    answer = requests.post(
        f"{server.api}/v2/{names.PROJECT_ID}/{place}/stop", headers={"X-Auth-Token": server.token()}, timeout=10
    )
    if answer.status_code == 200:
        assert answer.elapsed.total_seconds() < 2, "as promised"
        assert tasks.call("GET", place)["status"] == 4
        tasks.call("POST", f"{place}/stop")
    else:  # it was faster
        assert answer.json()["error_code"] == "ModelArts.0104" and tasks.call("GET", place)["status"] == 2
    assert tasks.call("DELETE", f"processor-tasks/{task}") == {}
    assert tasks.call("GET", f"processor-tasks/{task}", expect=400)["error_code"] == "ModelArts.4700"
    assert task not in [one["task_id"] for one in tasks.call("GET", "processor-tasks", params={"limit": 100})["tasks"]]
    wait_for(lambda: not objects.keys(server, bucket, "out/"), "the output to be removed")
    assert len(objects.keys(server, bucket, "in/")) == 60
    tasks.create(request(name, bucket, [operator("MetaValidation")], create_version=False))


def test_a_task_without_a_version_rests_and_can_be_changed(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("rest"))
    upload(server, bucket, pictures("photos", 1))
    name = names.fresh("resting")
    body = request(name, bucket, [operator("MetaValidation", image_max_width="1920")], create_version=False)
    task = tasks.create(body)["task_id"]
    found = tasks.call("GET", f"processor-tasks/{task}")
    assert (found["status"], found["version_count"], found["name"]) == (0, 0, name)
    assert found["template"]["operator_params"] == body["template"]["operator_params"]
    assert tasks.create(body, expect=400)["error_code"] == "ModelArts.4709"
    tasks.call("PUT", f"processor-tasks/{task}", json={"description": "all of them"})
    assert tasks.call("GET", f"processor-tasks/{task}")["description"] == "all of them"
    made = tasks.call("POST", f"processor-tasks/{task}/versions", json={"name": name})["version_id"]
    version = tasks.ended(task)
    assert (version["task_version_id"], version["version_name"], version["status"]) == (made, "V001", 2)
    assert tasks.call("DELETE", f"processor-tasks/{task}/versions/{made}", expect=204) is None
    assert tasks.call("GET", f"processor-tasks/{task}")["version_count"] == 0


@pytest.mark.parametrize(
    ("operators", "told"),
    [
        ([operator("MetaValidation", image_max_with=5)], "image_max_with"),
        ([operator("MetaValidation", image_max_width="wide")], "wide"),
        ([operator("Nonsense")], "Nonsense"),
        ([], "operator_params"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_is_read(server, tasks, operators, told):
    bucket = objects.make_bucket(server, names.fresh("wrong"))
    refused = tasks.create(request(names.fresh("wrong"), bucket, operators), expect=400)
    assert refused["error_code"] == "ModelArts.0104" and told in refused["error_msg"], refused


def test_missing_places_are_named(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("empty"))
    operators = [operator("MetaValidation")]
    refused = tasks.create(request(names.fresh("no"), "no-such-bucket", operators), expect=400)
    assert refused["error_code"] == "ModelArts.4311" and "no-such-bucket" in refused["error_msg"]
    refused = tasks.create(request(names.fresh("no"), bucket, operators), expect=400)
    assert refused["error_code"] == "ModelArts.4312" and f"{bucket}/in" in refused["error_msg"]


def test_the_kinds_of_processing_are_listed(tasks):
    items = tasks.call("GET", "processor-tasks/items")
    kinds = ["cleaning", "validation", "selection", "augmentation"]
    assert items["total"] == 4
    assert [item["template_id"] for item in items["items"]] == [f"sys_data_{kind}" for kind in kinds]
    assert [item["label_en"] for item in items["items"]] == [f"data {kind}" for kind in kinds]


@pytest.mark.timeout(600)
def test_a_killed_run_goes_on_and_its_output_is_that_of_one_that_was_not():
    server = Server(args=["--processing.threads", "1"]).start()
    try:
        tasks = Tasks(server)
        bucket = objects.make_bucket(server, names.fresh("kill"))
        upload(server, bucket, pictures("photos", 400))
        operators = [operator("MetaValidation", image_max_width=120)]
        outputs = []
        for kill in (False, True):
            task = tasks.create(request(names.fresh("run"), bucket, operators))["task_id"]
            if kill:
                version = tasks.versions(task)[0]["task_version_id"]
                place = f"tidemill/processor-tasks/{task}/versions/{version}/progress"
                wait_for(lambda place=place: 256 < tasks.call("GET", place).get("samples_done", 0) < 400, "one shard")
                server.restart(kill=True)
            version = tasks.ended(task)
            assert version["status"] == 2, version
            output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/")
            contents = objects.contents(server, bucket, output)
            manifest = contents.pop(output + "output.manifest").replace(version["task_version_id"].encode(), b"ID")
            rows = [(row["origin_source"], row["result_description"]) for row in tasks.results(version)]
            outputs.append((
                {key.removeprefix(output): body for key, body in contents.items()}, version["modified_sample_count"],
                [{**json.loads(line), "id": None} for line in manifest.splitlines()], rows,
            ))  # fmt: skip
        assert len(outputs[0][0]) == 400 and outputs[0] == outputs[1]
    finally:
        server.close()


def test_boxes_are_carried_along_with_augmented_pictures(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("boxes"))
    files = pictures("detect", 10, boxes=True)
    upload(server, bucket, files)
    body = request(names.fresh("flip"), bucket, [operator("Flip", lr_ud="lr", task_type="object_detection", copies=2)],
                   template="sys_data_augmentation")  # fmt: skip
    version = tasks.ended(tasks.create(body)["task_id"])
    assert (version["status"], version["add_sample_count"], version["origin_sample_count"]) == (2, 20, 10), version
    assert version["unmodified_sample_count"] == 10 and version["deleted_sample_count"] == 0
    output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/")
    written = objects.contents(server, bucket, output)
    lines = [json.loads(line) for line in written[output + "output.manifest"].splitlines()]
    assert len(lines) == 20
    for line in lines:
        label = line["annotation"][0]
        assert label["type"] == "modelarts/object_detection" and label["annotation-format"] == "PASCAL VOC"
        key = label["annotation-loc"].removeprefix(f"obs://{bucket}/")
        before, after = (boxes(text) for text in (files[re.sub(r"_[12]\.xml$", ".xml", key.rsplit("/", 1)[1])], written[key]))
        assert len(before) == len(after) > 0
        mirrored = [(after[0] - x1, y0, after[0] - x0, y1) for x0, y0, x1, y1 in before[1]]
        assert all(abs(a - b) <= 1 for box, other in zip(mirrored, after[1]) for a, b in zip(box, other))
    rows = tasks.results(version)
    assert {row["result_property"] for row in rows} == {3} and len(rows) == 20
    # Copies share the id of their origin; that of the product is the manifest's.
    assert len({row["sample_id"] for row in rows}) == 10
    products = {row["tidemill"]["product_id"]: row["new_source"] for row in rows}
    assert products == {line["id"]: line["source"] for line in lines}
    assert rows[0]["result_description"][0][-1] == "use Flip augmentation"


def boxes(text):
    """Width of the picture, and its boxes."""
    root = ElementTree.fromstring(text)

    def box(b):
        return tuple(float(b.findtext(side)) for side in ("xmin", "ymin", "xmax", "ymax"))

    return float(root.findtext("size/width")), [box(b) for b in root.iter("bndbox")]


def test_an_output_becomes_a_version_of_a_dataset_and_is_processed_again(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("set"))
    files = pictures("classify", 12)
    upload(server, bucket, files)
    body = {
        "dataset_name": names.fresh("set"), "dataset_type": 0, "work_path": f"/{bucket}/made/",
        "data_sources": [{"data_type": 0, "data_path": f"/{bucket}/set/"}],
    }  # fmt: skip
    dataset = tasks.call("POST", "datasets", json=body, expect=201)["dataset_id"]
    first = request(names.fresh("into"), bucket, [operator("MetaValidation", image_max_width=200)])
    first["work_path"] = {"type": "DATASET", "path": dataset, "version_name": "V-checked"}
    version = tasks.ended(tasks.create(first)["task_id"])
    assert version["status"] == 2, version
    made = version["work_path"]["version_id"]
    found = tasks.call("GET", f"datasets/{dataset}/versions/{made}")
    assert (found["version_name"], found["total_sample_count"]) == ("V-checked", 12)
    changed = version["modified_sample_count"]
    assert len(objects.keys(server, bucket, "set/import_")) == changed
    again = tasks.create(first | {"name": names.fresh("into")}, expect=400)
    assert again["error_code"] == "ModelArts.4371"

    second = request(names.fresh("from"), bucket, [operator("SimDeduplication")], template="sys_data_selection")
    second["inputs"] = [{"type": "DATASET", "source": dataset}]
    task = tasks.create(second)["task_id"]
    version = tasks.ended(task)
    assert version["status"] == 2 and version["origin_sample_count"] == 12, version
    assert version["inputs"][0]["version_id"] == made and version["inputs"][0]["version_name"] == "V-checked"
    third = request(names.fresh("from"), bucket, [operator("RRD", sample_ratio="0.5")], template="sys_data_selection")
    third["inputs"] = [{"type": "TASK", "source": task}]
    version = tasks.ended(tasks.create(third)["task_id"])
    assert version["unmodified_sample_count"] == round(version["origin_sample_count"] / 2), version


def test_copies_are_found_and_each_names_what_it_is_a_copy_of(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("twice"))
    files = pictures("photos", 30)
    twins = {f"copy-{name}": body for name, body in list(files.items())[:7]}
    upload(server, bucket, files | twins)
    body = request(names.fresh("twice"), bucket, [operator("SimDeduplication", simlarity_threshold=1)],
                   template="sys_data_selection")  # fmt: skip
    version = tasks.ended(tasks.create(body)["task_id"])
    assert (version["status"], version["deleted_sample_count"]) == (2, 7), version
    for row in tasks.results(version, result_property="2"):
        name, other = (text.rsplit("/", 1)[1] for text in (row["origin_source"], row["tidemill"]["compared_with"]))
        assert name.removeprefix("copy-") == other.removeprefix("copy-") and name != other
        assert row["tidemill"]["reasons"][-1]["code"] == "identical"


def test_a_generator_of_ones_own_makes_images_of_images(server, tasks):
    bucket = objects.make_bucket(server, names.fresh("gan"))
    upload(server, bucket, pictures("photos", 4))
    upload(server, bucket, {"negative.onnx": onnx.negative(), "broken.onnx": b"no model"}, prefix="models/")

    def translate(model, **params):
        wanted = operator("CycleGAN", predict=True, resume=f"obs://{bucket}/models/{model}", **params)
        return request(names.fresh("gan"), bucket, [wanted], template="sys_data_augmentation")

    version = tasks.ended(tasks.create(translate("negative.onnx", image_width=64, image_height=32))["task_id"])
    assert (version["status"], version["add_sample_count"]) == (2, 4), version
    output = version["work_path"]["output_path"].removeprefix(f"/{bucket}/")
    written = objects.contents(server, bucket, output)
    assert len([key for key in written if "/Data/CYcleGan_" in key and key.endswith(".jpg")]) == 4
    lines = [json.loads(line) for line in written[output + "output_0.manifest"].splitlines()]
    assert len(lines) == 4 and lines[0]["property"]["generator"] == "onnx"
    rows = tasks.results(version)
    assert {row["tidemill"]["reasons"][-1]["code"] for row in rows} == {"translated"}
    assert all(len(row["tidemill"]["scores"]["generator"]["digest"]) == 64 for row in rows)

    # It is tried in a process of its own, and what it says reaches the task.
    version = tasks.ended(tasks.create(translate("broken.onnx"))["task_id"])
    assert version["status"] == 3 and "is not an ONNX model" in version["error_msg"], version
    missing = tasks.create(translate("none.onnx"), expect=400)
    assert missing["error_code"] == "ModelArts.4312" and "none.onnx" in missing["error_msg"]
    training = request(names.fresh("gan"), bucket, [operator("CycleGAN")], template="sys_data_augmentation")
    refused = tasks.create(training, expect=400)
    assert refused["error_code"] == "ModelArts.0104" and "source and the target" in refused["error_msg"]
    training["inputs"] *= 2
    version = tasks.ended(tasks.create(training)["task_id"])
    assert version["status"] == 3 and "no trainer configured" in version["error_msg"], version
