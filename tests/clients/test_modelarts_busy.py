"""Calls that come while something else goes on with a dataset, and versions that cannot be used."""

import base64

import pytest

from support.dataset import Dataset
from support.modelarts import ModelArts
from support.names import fresh
from support.objects import keys, make_bucket, s3
from support.wait import wait_for

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
# So many that every kind of work on them takes longer than the next call.
SAMPLES = 400
# How often work is begun until a call comes while it goes on.
ATTEMPTS = 100


@pytest.fixture(scope="module")
def dataset(fast):
    """A dataset of many samples, one of them labeled."""
    made, client = Dataset(fast), s3(fast)
    for n in range(SAMPLES):
        client.put_object(Bucket=made.bucket, Key=f"in/{n:03}.png", Body=PNG)
    made.api.call("POST", f"{made.path}/sync-data", "")
    made.idle()
    made.add("labeled.png", PNG, "cat")
    return made


def meanwhile(dataset, code, begin, call, status=400):
    """Begins something until `call` comes while it goes on and is refused with `code`."""
    for _ in range(ATTEMPTS):
        answer = call(begin())
        dataset.idle()
        if answer.status_code >= 300:
            assert (answer.status_code, answer.json()["error_code"]) == (status, f"ModelArts.{code}"), answer.text
            return
    raise AssertionError(f"{code} never came")


def publish(dataset):
    return lambda *_: dataset.api.send("POST", dataset.versions, {})


def processing(template, dataset, version, **more):
    """The body of a task on a dataset's version."""
    source = {"type": "DATASET", "source": dataset.id, "version_id": version}
    return {"name": fresh("task"), "inputs": [source], "template": {"id": template, "operator_params": []}, **more}


def analyse(dataset, version):
    return dataset.api.send("POST", "/processor-tasks", {
        **processing("sys_data_analyse", dataset, version), "version_id": version})  # fmt: skip


def validate(dataset, version):
    """Creates a task that validates a dataset's version."""
    return dataset.api.send("POST", "/processor-tasks", validation(dataset, version))


def validation(dataset, version):
    template = {"id": "sys_data_validation", "operator_params": [{"name": "MetaValidation", "params": {}}]}
    work = {"type": "OBS", "path": f"/{dataset.bucket}/runs/"}
    body = processing("sys_data_validation", dataset, version)
    return {**body, "template": template, "work_path": work, "create_version": True}


def test_what_has_to_wait_is_told_what_for(dataset):
    begin_publish = publish(dataset)
    first = dataset.publish()["version_id"]
    for code, begin in [
        ("4343", begin_publish),
        ("4349", lambda: dataset.api.call("PUT", dataset.path, {"current_version_id": first})),
        ("4355", lambda: dataset.api.call("POST", f"{dataset.path}/sync-data", "")),
        ("4356", lambda: dataset.api.call("POST", f"{dataset.path}/import-tasks", {
            "import_path": f"/{dataset.bucket}/in/", "import_annotations": False})),
    ]:  # fmt: skip
        meanwhile(dataset, code, begin, publish(dataset))
    sample = dataset.api.call("GET", f"{dataset.path}/data-annotations/samples", limit=1)["samples"][0]["sample_id"]
    change = {"samples": [{"sample_id": sample, "labels": [{"name": "dog"}]}]}
    relabel = f"{dataset.path}/data-annotations/samples"
    meanwhile(dataset, "4381", begin_publish, lambda _: dataset.api.send("PUT", relabel, change))
    meanwhile(dataset, "4704", begin_publish, lambda begun: analyse(dataset, begun.json()["version_id"]))


def test_what_a_run_reads_and_a_run_that_begins_stay(dataset):
    def begin():
        version = dataset.publish()["version_id"]
        return version, dataset.api.call("POST", "/processor-tasks", validation(dataset, version))["task_id"]

    def ended(task):
        shown = dataset.api.call("GET", f"/processor-tasks/{task}")
        return shown["status"] > 1

    def delete_version(begun):
        version, task = begun
        answer = dataset.api.send("DELETE", f"{dataset.versions}/{version}")
        wait_for(lambda: ended(task), "the run to end")
        return answer if answer.status_code != 204 else dataset.api.send("GET", dataset.path)

    meanwhile(dataset, "4827", begin, delete_version)

    def delete_task(begun):
        answer = dataset.api.send("DELETE", f"/processor-tasks/{begun[1]}")
        if answer.status_code != 200:
            wait_for(lambda: ended(begun[1]), "the run to end")
        return answer

    meanwhile(dataset, "4850", begin, delete_task, status=403)


def test_versions_that_cannot_be_used_say_why(fast):
    texts = Dataset(fast, kind=100)
    texts.add("t.txt", b"one\n", "good")
    assert error(analyse(texts, texts.publish()["version_id"])) == "4701"
    empty = Dataset(fast)
    assert error(validate(empty, empty.publish()["version_id"])) == "4825"
    bare = Dataset(fast)
    bare.add("a.png", PNG)
    assert error(analyse(bare, bare.publish()["version_id"])) == "4703"

    failed = without_its_bucket(fast)
    version = failed.api.call("POST", failed.versions, {}, status=201)["version_id"]
    failed.idle()
    shown = failed.version(version)
    assert shown["status"] == 4 and "bucket" in shown["message"], shown
    assert error(analyse(failed, version)) == "4706"
    assert error(validate(failed, version)) == "4824"
    samples = f"{failed.path}/data-annotations/samples"
    failed.api.refused("4824", "GET", samples, version_id=version)


def error(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["error_code"].removeprefix("ModelArts.")


def without_its_bucket(server):
    """A dataset with a labeled sample, whose output has lost its bucket."""
    made, away, api = Dataset(server), make_bucket(server, fresh("away")), ModelArts(server)
    body = {
        "dataset_name": fresh("ds"),
        "data_sources": [{"data_type": 0, "data_path": f"/{made.bucket}/in/"}],
        "work_path": f"/{away}/out/",
        "work_path_type": 0,
        "import_annotations": False,
    }
    made.id = api.call("POST", "/datasets", body, status=201)["dataset_id"]
    made.path = f"/datasets/{made.id}"
    made.versions = f"{made.path}/versions"
    made.idle()
    made.add("a.png", PNG, "cat")
    client = s3(server)
    for key in keys(server, away):
        client.delete_object(Bucket=away, Key=key)
    client.delete_bucket(Bucket=away)
    return made
