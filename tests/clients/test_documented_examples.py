"""Every example of the API document is taken as it stands, in an order in which a newcomer could send them."""

import json
from pathlib import Path

import pytest

from support import objects, pictures
from support.modelarts import ModelArts
from support.server import Server
from support.wait import wait_for

DOCUMENT = json.loads((Path(__file__).parents[2] / "crates/tidemill-http/openapi/tidemill.json").read_text())
# The bucket that the examples name.
BUCKET = "example-photos"
# Where each one comes in; what follows the colon is the label of the path.
ORDER = [
    "createDataset", "createLabels", "updateLabels", "updateLabel:winter wren", "uploadSamplesJson", "updateSamples",
    "deleteSamples", "importTask", "createDatasetVersion", "exportTask", "deleteLabels", "updateDataset",
    "createProcessorTask", "updateProcessorTask", "createProcessorTaskVersion",
]  # fmt: skip


def examples():
    """Method, path and body by operation."""
    found = {}
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            body = body.get("content", {}).get("application/json", {})
            if "example" in body:
                found[operation["operationId"]] = (method.upper(), path, body["example"])
    return found


@pytest.fixture
def api():
    server = Server(args=["--limits.publish-interval=0s"]).start()
    objects.make_bucket(server, BUCKET)
    photos = list(pictures.of("photos", 8).values())
    pictures.upload(server, BUCKET, {f"robin/{n}.jpg": body for n, body in enumerate(photos[:4])})
    pictures.upload(server, BUCKET, {f"jay/{n}.jpg": body for n, body in enumerate(photos[4:6])})
    pictures.upload(server, BUCKET, {f"robin/{n}.jpg": body for n, body in enumerate(photos[6:])}, "more/")
    yield ModelArts(server)
    server.close()


def settled(api, ids):
    """Waits until nothing goes on with what the examples made."""
    dataset = f"/datasets/{ids['dataset_id']}"

    def rests():
        tasks = [
            *api.call("GET", f"{dataset}/import-tasks")["import_tasks"],
            *api.call("GET", f"{dataset}/export-tasks")["export_tasks"],
        ]  # fmt: skip
        assert not [task for task in tasks if task["status"] == "FAILED"], tasks
        return api.call("GET", dataset)["status"] == 1 and all(t["status"] in ("COMPLETED", "SUCCESSED") for t in tasks)

    wait_for(rests, "the dataset to rest")


def test_every_example_is_taken_as_it_stands(api):
    known, ids = examples(), {}
    assert set(known) == {step.split(":")[0] for step in ORDER}, "an example that no step sends, or the other way round"
    for step in ORDER:
        operation, _, label = step.partition(":")
        method, path, body = known[operation]
        path = path.removeprefix("/v2/{project_id}").format(**ids, label_name=label)
        answer = api.send(method, path, body)
        assert answer.status_code in (200, 201, 204), f"{operation}: {answer.status_code} {answer.text}"
        made = answer.json() if answer.content else {}
        assert made.get("success", True), f"{operation}: {made}"
        if operation == "createDataset":
            ids["dataset_id"] = made["dataset_id"]
        if operation == "createProcessorTask":
            ids["task_id"] = made["task_id"]
        settled(api, ids)
    dataset = api.call("GET", f"/datasets/{ids['dataset_id']}")
    # Six of the folder and one that was sent, less one, and two that were imported.
    assert dataset["total_sample_count"] == 8, dataset
    # A deleted sample's object stays.
    versions = f"/processor-tasks/{ids['task_id']}/versions"
    version = wait_for(lambda: (v := api.call("GET", versions)["versions"][0])["status"] > 1 and v, "the run")
    assert version["status"] == 2 and version["origin_sample_count"] == 9, version
    assert objects.keys(api.server, BUCKET, "export/")
