"""Versions of datasets through the official core SDK; boto3 reads what they write."""

import json

from support import images
from support.dataset import Dataset
from support.modelarts import ModelArts
from support.objects import contents, keys, s3


def jpeg(number):
    """The bytes of a real picture."""
    return sorted(images.folder().glob("classify/*/*"))[number].read_bytes()


def manifest(server, version):
    bucket, key = version["manifest_path"].removeprefix("/").split("/", 1)
    text = s3(server).get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in text.splitlines()]


def test_an_empty_dataset_is_published(fast):
    dataset = Dataset(fast)
    version = dataset.publish()
    shown = {key: version[key] for key in ("version_name", "version_format", "status", "is_current", "label_type")}
    assert shown == {
        "version_name": "V001",
        "version_format": "Default",
        "status": 1,
        "is_current": True,
        "label_type": "unlabeled",
    }
    assert version["total_sample_count"] == 0 and version["train_evaluate_sample_ratio"] == "1.00"
    below = f"/{dataset.bucket}/out/{dataset.name}-{dataset.id}/annotation/V001/V001.manifest"
    assert version["manifest_path"] == below
    assert manifest(fast, version) == []
    shown = dataset.detail()
    assert (shown["current_version_id"], shown["current_version_name"]) == (version["version_id"], "V001")
    assert shown["dataset_version_count"] == 1
    listed = dataset.api.call("GET", "/datasets", search_content=dataset.name, contain_versions="true")
    assert [v["version_id"] for v in listed["datasets"][0]["versions"]] == [version["version_id"]]


def test_samples_are_published_split_switched_and_deleted(fast):
    dataset = Dataset(fast)
    for n in range(4):
        dataset.add(f"{n}.jpg", jpeg(n), "cat")
    first = dataset.publish(train_evaluate_sample_ratio="0.5000", description="four cats")
    assert first["train_evaluate_sample_ratio"] == "0.5000" and first["description"] == "four cats"
    assert (first["total_sample_count"], first["annotated_sample_count"], first["label_type"]) == (4, 4, "single")
    assert [(s["name"], s["count"], s["sample_count"]) for s in first["label_stats"]] == [("cat", 4, 4)]
    lines = manifest(fast, first)
    assert all(line["source"].startswith(f"s3://{dataset.bucket}/in/") for line in lines)
    assert sorted(line["usage"] for line in lines) == ["eval", "eval", "train", "train"]
    assert lines[0]["annotation"][0]["type"] == "modelarts/image_classification"

    dataset.add("dog.jpg", jpeg(9), "dog")
    dataset.api.refused("4711", "POST", dataset.versions, {"train_evaluate_sample_ratio": "0.8"})
    second = dataset.publish()
    assert second["previous_version_id"] == first["version_id"] and second["add_sample_count"] == 1
    assert manifest(fast, first) == lines, "a version does not change"

    listed = dataset.api.call("GET", dataset.versions)
    assert listed["total_number"] == 2
    assert [v["version_name"] for v in listed["versions"]] == ["V002", "V001"]
    half = dataset.api.call("GET", dataset.versions, train_evaluate_ratio="0.4,0.6")
    assert [v["version_name"] for v in half["versions"]] == ["V001"]

    dataset.api.call("PUT", dataset.path, {"current_version_id": first["version_id"]})
    now = dataset.idle()
    assert (now["current_version_id"], now["total_sample_count"]) == (first["version_id"], 4)
    assert [label["name"] for label in now["labels"]] == ["cat"]

    one = f"{dataset.versions}/{first['version_id']}"
    assert dataset.api.call("DELETE", one, status=204) is None
    dataset.api.refused("4353", "GET", one)
    dataset.api.refused("4353", "DELETE", one)
    assert dataset.detail()["current_version_id"] == second["version_id"]
    assert dataset.detail()["next_version_num"] == 3
    assert manifest(fast, first) == lines, "its files stay"


def test_boxes_and_copies_are_written_below_the_version(fast):
    dataset = Dataset(fast, kind=1)
    box = {
        "name": "car",
        "type": 1,
        "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 2], [10, 12]]},
    }
    dataset.add("x.jpg", jpeg(1), box, metadata={"@modelarts:size": [32, 32, 3]})
    version = dataset.publish(export_images=True)
    folder = version["manifest_path"].removesuffix("V001.manifest").removeprefix(f"/{dataset.bucket}/")
    files = [key.removeprefix(folder) for key in keys(fast, dataset.bucket, folder)]
    assert files == ["V001.manifest", "annotation/x.xml", "data/x.jpg"]
    assert version["data_path"] == f"/{dataset.bucket}/{folder}data/"
    assert contents(fast, dataset.bucket, folder)[f"{folder}data/x.jpg"] == jpeg(1)
    [line] = manifest(fast, version)
    [annotation] = line["annotation"]
    assert annotation["annotation-loc"] == f"s3://{dataset.bucket}/{folder}annotation/x.xml"
    assert b"<xmax>10</xmax>" in contents(fast, dataset.bucket, folder)[f"{folder}annotation/x.xml"]


def test_what_cannot_be_published_is_said(fast, server):
    dataset = Dataset(fast)
    for wrong in ({"version_name": "a b"}, {"train_evaluate_sample_ratio": "2"}, {"version_format": "CSV"}):
        dataset.api.refused("0104", "POST", dataset.versions, wrong)
    dataset.publish(version_name="one")
    dataset.api.refused("4371", "POST", dataset.versions, {"version_name": "one"})
    dataset.api.refused("4352", "GET", "/datasets/0000000000000000000/versions")
    dataset.api.refused("4353", "GET", f"{dataset.versions}/none")
    dataset.api.refused("0104", "GET", dataset.versions, limit=1001)
    dataset.api.refused("4353", "PUT", dataset.path, {"current_version_id": "none"})
    slow = Dataset(server)
    slow.publish()
    slow.api.refused("4370", "POST", slow.versions, {})


def test_a_version_survives_a_kill(own_server):
    dataset = Dataset(own_server)
    dataset.add("a.jpg", jpeg(1), "cat")
    dataset.api.call("POST", dataset.versions, {}, status=201)
    own_server.kill()
    own_server.start()
    dataset.api = ModelArts(own_server)
    dataset.idle()
    [version] = dataset.api.call("GET", dataset.versions)["versions"]
    assert (version["status"], version["total_sample_count"]) == (1, 1)
    assert len(manifest(own_server, version)) == 1
