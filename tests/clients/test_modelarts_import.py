"""Imports, synchronisation and exports of datasets: real images uploaded with boto3, the calls with a token."""

import json
from pathlib import Path

import pytest
import requests

from support import images, names, objects
from support.wait import wait_for

ENDED = {"COMPLETED", "FAILED", "SUCCESSED"}


class Datasets:
    """Plain calls below /v2/{project}/datasets."""

    def __init__(self, server):
        self.server = server

    def call(self, method, path="", expect=200, **kwargs):
        url = f"{self.server.api}/v2/{names.PROJECT_ID}/datasets{path}"
        headers = {"X-Auth-Token": self.server.token()}
        answer = requests.request(method, url, headers=headers, timeout=60, **kwargs)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text.strip() else {}

    def create(self, bucket, kind, **more):
        body = {
            "dataset_name": names.fresh("d"),
            "dataset_type": kind,
            "data_sources": [{"data_type": 0, "data_path": f"/{bucket}/in/"}],
            "work_path": f"/{bucket}/made/",
            **more,
        }
        made = self.call("POST", expect=201, json=body)
        if "import_task_id" in made:
            self.ended(made["dataset_id"], "import-tasks", made["import_task_id"])
        return made["dataset_id"]

    def ended(self, dataset, kind, task):
        def end():
            shown = self.call("GET", f"/{dataset}/{kind}/{task}")
            return shown if shown["status"] in ENDED else None

        return wait_for(end, f"{kind} {task} to end")

    def run(self, dataset, kind, expect=200, **body):
        """Starts a task and waits for its end; with another status expected, what was answered."""
        answer = self.call("POST", f"/{dataset}/{kind}", expect=expect, json=body)
        return self.ended(dataset, kind, answer["task_id"]) if expect == 200 else answer

    def sync(self, dataset):
        assert self.call("POST", f"/{dataset}/sync-data", data="") == {}

        def end():
            shown = self.call("GET", f"/{dataset}/sync-data/status")
            return shown if shown["status"] in ENDED else None

        return wait_for(end, "the synchronisation to end")


@pytest.fixture
def datasets(server):
    return Datasets(server)


@pytest.fixture
def bucket(server):
    return objects.make_bucket(server, names.fresh("bkt"))


def upload(server, bucket, prefix, files):
    """Uploads files below a prefix; the folder of each below `root` stays."""
    client = objects.s3(server)
    for name, file in files:
        body = file.read_bytes() if isinstance(file, Path) else file
        client.put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=body)


def pictures(folder, ends=(".jpg", ".png"), count=12):
    """The first files of a folder of the development set, with their paths in it."""
    root = images.folder() / folder
    found = sorted(file for file in root.rglob("*") if file.suffix in ends)
    step = max(1, len(found) // count)
    return [(str(file.relative_to(root)), file) for file in found[::step]][:count]


def test_a_folder_of_classes_is_imported_when_the_dataset_is_created(server, datasets, bucket):
    files = pictures("classify", count=30)
    upload(server, bucket, "in/", files)
    dataset = datasets.create(bucket, 0)
    shown = datasets.call("GET", f"/{dataset}")
    classes = {name.split("/")[0] for name, _ in files}
    assert shown["status"] == 1
    assert shown["total_sample_count"] == shown["annotated_sample_count"] == len(files)
    assert {label["name"] for label in shown["labels"]} == classes
    task = datasets.call("GET", f"/{dataset}/import-tasks/{shown['import_task_id']}")
    assert task["status"] == "COMPLETED" and task["import_type"] == 0
    assert task["import_path"] == f"obs://{bucket}/in/"
    assert task["imported_sample_count"] == task["annotated_sample_count"] == len(files)
    assert "error_code" not in task and "error_msg" not in task
    tasks = datasets.call("GET", f"/{dataset}/import-tasks")
    assert tasks["total_count"] == 1 and tasks["import_tasks"][0]["task_id"] == task["task_id"]


def test_boxes_survive_an_export_and_another_import(server, datasets, bucket):
    root = images.folder() / "detect"
    images_of = pictures("detect", count=5)
    labels = [(str(Path(name).with_suffix(".xml")), (root / name).with_suffix(".xml")) for name, _ in images_of]
    upload(server, bucket, "in/", images_of + [label for label in labels if label[1].exists()])
    upload(server, bucket, "in/", [("broken.jpg", images_of[0][1]), ("broken.xml", b"<annotation><object>")])
    dataset = datasets.create(bucket, 1)
    task = datasets.call("GET", f"/{dataset}/import-tasks")["import_tasks"][0]
    assert task["total_sample_count"] == 6 and task["imported_sample_count"] == 5
    assert "broken.jpg" in task["error_msg"]

    for kind in ["VOC", "YOLO", "COCO"]:
        prefix = f"out-{kind.lower()}/"
        export = datasets.run(dataset, "export-tasks", path=f"/{bucket}/{prefix}", annotation_format=kind)
        assert export["status"] == "SUCCESSED" and export["finished_sample_count"] == 5, export
        assert export["export_params"]["train_sample_ratio"] == 1.0 and export["export_params"]["export_dest"] == "DIR"
    coco = json.loads(objects.contents(server, bucket, "out-coco/annotations.json")["out-coco/annotations.json"])
    wanted = sorted(box["bbox"] for box in coco["annotations"])
    assert len(wanted) > 5
    for kind in ["voc", "yolo"]:
        again = Datasets.create(datasets, bucket, 1, data_sources=[{"data_path": f"/{bucket}/out-{kind}/"}])
        prefix = f"again-{kind}/"
        datasets.run(again, "export-tasks", path=f"/{bucket}/{prefix}", annotation_format="COCO")
        coco = json.loads(objects.contents(server, bucket, prefix)[f"{prefix}annotations.json"])
        assert sorted(box["bbox"] for box in coco["annotations"]) == wanted, kind


def test_a_dataset_follows_its_bucket(server, datasets, bucket):
    files = pictures("photos", count=6)
    upload(server, bucket, "in/", files[:4])
    dataset = datasets.create(bucket, 0)
    assert datasets.call("GET", f"/{dataset}/sync-data/status") == {"status": "NOT_EXIST"}
    upload(server, bucket, "in/new/", files[4:])
    objects.s3(server).delete_object(Bucket=bucket, Key=f"in/{files[0][0]}")
    state = datasets.sync(dataset)
    assert (state["status"], state["add_sample_count"], state["deleted_sample_count"]) == ("COMPLETED", 2, 1)
    assert state["total_sample_count"] == 5 and state["dataset_id"] == dataset
    assert datasets.call("GET", f"/{dataset}")["total_sample_count"] == 5
    assert datasets.sync(dataset)["add_sample_count"] == 0


def test_an_export_can_become_a_dataset(server, datasets, bucket):
    upload(server, bucket, "in/", pictures("classify", count=20))
    dataset = datasets.create(bucket, 0)
    name = names.fresh("made")
    params = {
        "export_dest": "NEW_DATASET",
        "export_new_dataset_name": name,
        "export_new_dataset_work_path": f"/{bucket}/work2/",
        "ratio_sample_usage": False,
    }
    export = datasets.run(dataset, "export-tasks", path=f"/{bucket}/copy/", export_type=0, export_params=params)
    assert export["status"] == "SUCCESSED", export
    found = datasets.call("GET", params={"search_content": name})["datasets"]
    assert [d["total_sample_count"] for d in found] == [20]
    assert found[0]["annotated_sample_count"] == 20


def test_numbers_over_time_are_kept(server, datasets, bucket):
    upload(server, bucket, "in/", pictures("photos", count=3))
    dataset = datasets.create(bucket, 0)
    now = datasets.call("GET", f"/{dataset}")["update_time"]
    period = {"start_time": now - 3_600_000, "end_time": now + 3_600_000}
    metrics = datasets.call("GET", f"/{dataset}/metrics", params=period)["metrics"]
    assert {"total", "un_annotation", "manual_annotation", "queuing", "unfinished", "success", "failed",
            "failed_user", "failed_system"} == set(metrics)  # fmt: skip
    latest = {name: series[max(series, key=int)] for name, series in metrics.items()}
    assert (latest["total"], latest["un_annotation"], latest["success"], latest["failed"]) == (3, 3, 1, 0)
    assert datasets.call("GET", f"/{dataset}/metrics", expect=400)["error_code"] == "ModelArts.0104"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/no-such-bucket-here/in/", "ModelArts.4311"),
        ("/{bucket}/nothing/", "ModelArts.4312"),
        ("/{bucket}//in/", "ModelArts.4315"),
        ("/{bucket}/odd/", "ModelArts.4340"),
        ("no-slash", "ModelArts.4313"),
    ],
)
def test_what_cannot_be_imported_is_refused(server, datasets, bucket, path, code):
    upload(server, bucket, "odd/", [("x.gif", b"GIF89a")])
    dataset = datasets.create(bucket, 0)
    answer = datasets.run(dataset, "import-tasks", expect=400, import_path=path.format(bucket=bucket))
    assert answer["error_code"] == code, answer


def test_what_cannot_be_exported_is_refused(server, datasets, bucket):
    dataset = datasets.create(bucket, 0)
    for body, code in [
        ({"path": f"/{bucket}/in/out/"}, "ModelArts.4358"),
        ({"path": f"/{bucket}/out/", "export_type": 4}, "ModelArts.4384"),
        ({"path": f"/{bucket}/out/", "annotation_format": "COCO"}, "ModelArts.4384"),
        ({}, "ModelArts.4312"),
    ]:
        assert datasets.run(dataset, "export-tasks", expect=400, **body)["error_code"] == code, body
    assert datasets.call("GET", f"/{dataset}/export-tasks/x", expect=400)["error_code"] == "ModelArts.4359"
    assert datasets.call("GET", "/x/import-tasks", expect=400)["error_code"] == "ModelArts.4352"
    assert datasets.call("GET", f"/{dataset}/import-tasks/x", expect=400)["error_code"] == "ModelArts.4338"
