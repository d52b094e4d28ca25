"""Feature analysis through the API: every metric beside the oracle's values, by usage, comparable between versions."""

import json
from pathlib import Path

import pytest

from support import images, names, objects, pictures
from support.processing import Tasks
from support.server import Server
from support.wait import wait_for

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "crates/tidemill-vision/tests/golden/features.json").read_text()
)["images"]  # fmt: skip
OF_IMAGES = {"resolution", "aspect_ratio", "brightness", "saturation", "blur_score", "colorfulness"}
OF_BOXES = {"bbox_aspect_ratio", "bbox_area_ratio", "bbox_marginalization", "bbox_overlap", "bbox_brightness",
            "bbox_blur_score"}  # fmt: skip


@pytest.fixture(scope="module")
def tasks():
    server = Server(args=["--limits.publish-interval=0s"]).start()
    yield Tasks(server)
    server.close()


def package_file(golden, suffix=None):
    member = Path(golden["member"])
    return images.folder() / "packages" / golden["package"] / (member.stem + (suffix or member.suffix))


class Set:
    """A dataset of its own bucket whose versions can be analysed."""

    def __init__(self, tasks, kind, files):
        self.tasks, self.bucket = tasks, objects.make_bucket(tasks.server, names.fresh("features"))
        pictures.upload(tasks.server, self.bucket, files)
        body = {"dataset_name": names.fresh("f"), "dataset_type": kind, "work_path": f"/{self.bucket}/made/",
                "data_sources": [{"data_path": f"/{self.bucket}/in/"}]}  # fmt: skip
        self.id = tasks.call("POST", "datasets", json=body, expect=201)["dataset_id"]
        self.idle()

    def idle(self):
        return wait_for(lambda: (d := self.tasks.call("GET", f"datasets/{self.id}"))["status"] == 1 and d, "idleness")

    def publish(self, **body):
        made = self.tasks.call("POST", f"datasets/{self.id}/versions", json=body, expect=201)
        self.idle()
        return made["version_id"]

    def analyse(self, version, *metrics, expect=200):
        """The task of an analysis once it has ended, or how it was refused."""
        body = {
            "name": names.fresh("analysis"), "version_id": version,
            "inputs": [{"type": "DATASET", "source": self.id, "version_id": version}],
            "template": {"id": "sys_data_analyse", "operator_params": [{"id": "analyse", "params": {"op_list": metrics}}]},
        }  # fmt: skip
        answer = self.tasks.create(body, expect=expect)
        if expect != 200:
            return answer
        place = f"processor-tasks/{answer['task_id']}"
        task = wait_for(lambda: (t := self.tasks.call("GET", place))["status"] > 1 and t, "the analysis")
        assert task["status"] == 2, task
        return task

    def version(self, version):
        return self.tasks.call("GET", f"datasets/{self.id}/versions/{version}")


def rounded(node):
    """The same JSON with twelve digits of every number: the last of seventeen may change when a report is read again."""
    if isinstance(node, dict):
        return {key: rounded(value) for key, value in node.items()}
    if isinstance(node, list):
        return [rounded(value) for value in node]
    return float(f"{node:.12g}") if isinstance(node, float) else node


def close(found, values, relative=1e-6):
    """Whether a metric is distributed like the oracle's values of it."""
    ordered = sorted(values)
    mean = sum(ordered) / len(ordered)
    expected = (len(ordered), ordered[0], ordered[-1], mean)

    def near(a, b):
        return abs(a - b) <= max(relative * abs(b), 1e-4 if b > 1 else 1e-6)

    assert all(near(found[key], value) for key, value in zip(("count", "min", "max", "mean"), expected)), (
        {key: found[key] for key in ("count", "min", "max", "mean")}, expected)  # fmt: skip
    assert sum(found["counts"]) == len(ordered)


def test_the_metrics_of_images_are_those_of_the_oracle(tasks):
    lossless = [golden for golden in GOLDEN if golden["lossless"] and golden["package"] == "scikit-image"]
    files = {f"kind/{golden['id']}.png": package_file(golden).read_bytes() for golden in lossless}
    dataset = Set(tasks, 0, files)
    version = dataset.publish()
    task = dataset.analyse(version)
    report = task["result"]
    assert (report["task_type"], report["is_normed"]) == ("image_classification", False)
    whole = report["usage"]["all"]
    assert whole["image_count"] == len(files) and set(whole["metrics"]) == OF_IMAGES
    for metric in OF_IMAGES:
        close(whole["metrics"][metric], [golden["metrics"][metric] for golden in lossless])
    assert whole["metrics"]["brightness"]["low_confidence"] is True
    shown = dataset.version(version)
    assert (shown["analysis_task_id"], shown["analysis_status"]) == (task["task_id"], 2)
    assert rounded(shown["data_analysis"]) == rounded(report)
    kept = shown["analysis_cache_path"].removeprefix(f"s3://{dataset.bucket}/")
    [body] = [b for key, b in objects.contents(tasks.server, dataset.bucket, kept).items() if key.endswith(".json")]
    assert rounded(json.loads(body)) == rounded(report)
    # Named metrics only, and nothing that boxes would be needed for.
    assert set(dataset.analyse(version, "brightness")["result"]["usage"]["all"]["metrics"]) == {"brightness"}
    refused = dataset.analyse(version, "bbox_num", expect=400)
    assert "bbox_num" in refused["error_msg"], refused


def test_all_metrics_of_boxes_are_those_of_the_oracle(tasks):
    trees = [golden for golden in GOLDEN if "detection" in golden]
    files = {}
    for golden in trees:
        files[f"{golden['id']}.png"] = package_file(golden).read_bytes()
        files[f"{golden['id']}.xml"] = package_file(golden, ".xml").read_bytes()
    # A picture without labels does not count here.
    files["bare.png"] = package_file(GOLDEN[0]).read_bytes()
    dataset = Set(tasks, 1, files)
    report = dataset.analyse(dataset.publish())["result"]
    whole = report["usage"]["all"]
    boxes = [box for golden in trees for box in golden["detection"]["boxes"]]
    assert (report["task_type"], whole["image_count"], whole["box_count"]) == ("object_detection", 3, len(boxes))
    metrics = whole["metrics"]
    assert set(metrics) == OF_IMAGES | OF_BOXES | {"bbox_num", "bbox_std"}
    for metric in OF_IMAGES:
        close(metrics[metric], [golden["metrics"][metric] for golden in trees])
    for metric in OF_BOXES:
        close(metrics[metric], [box[metric.removeprefix("bbox_")] for box in boxes])
    close(metrics["bbox_num"], [golden["detection"]["bbox_number"] for golden in trees])
    close(metrics["bbox_std"], [golden["detection"]["bbox_area_std"] for golden in trees])


def test_groups_and_versions_can_be_laid_over_one_another(tasks):
    dataset = Set(tasks, 0, pictures.of("classify", 60))
    first = dataset.publish(train_evaluate_sample_ratio="0.5")
    before = dataset.analyse(first)["result"]["usage"]
    train, evaluation, both = before["train"], before["eval"], before["all"]
    assert before["inference"] == {}
    assert train["image_count"] + evaluation["image_count"] == both["image_count"] == 60
    assert train["image_count"] > 20 and evaluation["image_count"] > 20
    for metric in ("brightness", "saturation", "colorfulness"):
        parts = [group["metrics"][metric] for group in (train, evaluation, both)]
        assert parts[0]["bins"] == parts[1]["bins"] == parts[2]["bins"] and len(parts[0]["counts"]) == 50
        assert [a + b for a, b in zip(parts[0]["counts"], parts[1]["counts"])] == parts[2]["counts"]

    bright = [golden for golden in GOLDEN if golden["id"] == "logo_rgba"][0]
    pictures.upload(tasks.server, dataset.bucket, {"logo/logo.png": package_file(bright).read_bytes()})
    tasks.call("POST", f"datasets/{dataset.id}/sync-data", data="")
    wait_for(lambda: dataset.idle()["total_sample_count"] == 61, "the new picture")
    second = dataset.publish()
    after = dataset.analyse(second)["result"]["usage"]["all"]["metrics"]["brightness"]
    old = both["metrics"]["brightness"]
    assert after["bins"] == old["bins"] and after["count"] == 61
    grown = [new - before for before, new in zip(old["counts"], after["counts"])]
    place = int(bright["metrics"]["brightness"] / 255 * 50)
    assert grown == [int(index == place) for index in range(50)]
    assert rounded(dataset.version(first)["data_analysis"]["usage"]) == rounded(before), "a version's analysis stays"


def test_what_cannot_be_analysed_is_refused(tasks):
    files = pictures.of("photos", 2)
    unlabelled = Set(tasks, 1, files)
    refused = unlabelled.analyse(unlabelled.publish(), expect=400)
    assert refused["error_code"] == "ModelArts.4703", refused
    text = Set(tasks, 900, {"a.bin": b"1"})
    refused = text.analyse(text.publish(), expect=400)
    assert refused["error_code"] == "ModelArts.4701", refused
    refused = unlabelled.analyse("0" * 19, expect=400)
    assert refused["error_code"] == "ModelArts.4353", refused
