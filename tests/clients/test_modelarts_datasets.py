"""Datasets, labels and samples: signed by the official core SDK, through otcextensions, files through boto3."""

import base64
import hashlib
import json
import time
from urllib.parse import parse_qs, urlsplit

import openstack
import pytest
import requests

from support import names
from support.modelarts import ModelArts
from support.names import fresh
from support.objects import keys, make_bucket, s3
from support.server import Server

# The smallest picture there is: 1 x 1, PNG.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def api(server):
    return ModelArts(server)


@pytest.fixture
def bucket(server):
    return make_bucket(server, fresh("data"))


def create(api, bucket, **more):
    """A new empty dataset of this type; its id."""
    body = {
        "dataset_name": fresh("ds"),
        "data_sources": [{"data_type": 0, "data_path": f"/{bucket}/in/"}],
        "work_path": f"/{bucket}/out/",
        "work_path_type": 0,
        "import_annotations": False,
    }
    made = api.call("POST", "/datasets", {**body, **more}, status=201)
    wait_idle(api, made["dataset_id"])
    return made["dataset_id"]


def wait_idle(api, dataset):
    """Waits until nothing is going on with a dataset."""
    deadline = time.monotonic() + 60
    while (status := api.call("GET", f"/datasets/{dataset}")["status"]) != 1:
        assert time.monotonic() < deadline, f"the dataset stays in state {status}"
        time.sleep(0.05)


def upload(api, dataset, name, *labels, **more):
    """Sends a picture inline; its sample id."""
    sample = {"name": name, "data": base64.b64encode(PNG).decode(), "labels": list(labels), **more}
    done = api.call("POST", f"/datasets/{dataset}/data-annotations/samples", {"samples": [sample]})
    assert done["success"], done
    return done["results"][0]["info"]


def found(api, dataset, **query):
    """Names of the samples that a listing finds, sorted, and the total it tells."""
    page = api.call("GET", f"/datasets/{dataset}/data-annotations/samples", **{"limit": 100, **query})
    return sorted(sample["sample_name"] for sample in page["samples"]), page["sample_count"]


def label_names(api, dataset):
    return [label["name"] for label in api.call("GET", f"/datasets/{dataset}/data-annotations/labels")["labels"]]


def test_a_dataset_lives_from_creation_to_deletion(api, server, bucket):
    name = fresh("ds")
    body = {
        "workspace_id": "0",
        "dataset_name": name,
        "dataset_type": 0,
        "data_sources": [{"data_type": 0, "data_path": f"/{bucket}/in/"}],
        "description": "",
        "work_path": f"/{bucket}/out/",
        "work_path_type": 0,
        "labels": [
            {"name": "Rabbits", "type": 0, "property": {"@modelarts:color": "#3399ff"}},
            {"name": "Bees", "type": 0, "property": {"@modelarts:color": "#3399ff"}},
        ],
    }
    made = api.call("POST", "/datasets", body, status=201)
    dataset = made["dataset_id"]
    assert len(dataset) == 19 and dataset.isalnum()
    wait_idle(api, dataset)
    shown = api.call("GET", f"/datasets/{dataset}/")
    assert shown["data_sources"] == body["data_sources"]
    assert shown["work_path"] == body["work_path"]
    assert shown["inner_annotation_path"] == f"/{bucket}/out/{name}-{dataset}/annotation/"
    directories = [shown[f"inner_{which}_path"] for which in ("work", "annotation", "data", "log", "task", "temp")]
    assert [f"/{bucket}/{key}" for key in keys(server, bucket, "out/")] == directories
    assert [label["name"] for label in shown["labels"]] == ["Rabbits", "Bees"]
    assert "description" not in shown and None not in shown.values()
    api.refused("4351", "POST", "/datasets", body)

    listed = api.call("GET", "/datasets", search_content=name.upper(), with_labels="true")
    assert (listed["total_number"], listed["datasets"][0]["dataset_id"]) == (1, dataset)
    assert listed["datasets"][0]["labels"] == shown["labels"]
    assert api.call("GET", "/datasets", search_content=name, offset=1) == {"datasets": [], "total_number": 1}

    renamed = fresh("ds")
    change = {"dataset_name": renamed, "description": "pets", "delete_labels": [{"name": "Bees"}],
              "add_labels": [{"name": "Cats"}], "update_labels": [{"name": "Rabbits", "property": {
                  "@modelarts:rename_to": "Hares"}}]}  # fmt: skip
    assert api.call("PUT", f"/datasets/{dataset}", change) == {"dataset_id": dataset}
    shown = api.call("GET", f"/datasets/{dataset}")
    assert (shown["dataset_name"], shown["description"]) == (renamed, "pets")
    assert shown["inner_annotation_path"] == f"/{bucket}/out/{name}-{dataset}/annotation/"
    assert label_names(api, dataset) == ["Hares", "Cats"]

    s3(server).put_object(Bucket=bucket, Key="in/a.png", Body=PNG)
    assert api.call("DELETE", f"/datasets/{dataset}", status=204) is None
    for method in ["GET", "DELETE"]:
        api.refused("4352", method, f"/datasets/{dataset}")
    assert api.call("GET", "/datasets", search_content=renamed)["total_number"] == 0
    assert keys(server, bucket, "") == ["in/a.png"]


def test_datasets_are_found_by_what_they_are_and_have(api, bucket):
    plain, other = create(api, bucket), create(api, bucket, dataset_type=100, workspace_id="7")
    upload(api, plain, "a.png")
    path = f"/datasets/{plain}/versions"
    api.call("POST", path, {"train_evaluate_sample_ratio": "1.0"}, status=201)
    wait_idle(api, plain)

    def listed(**query):
        page = api.call("GET", "/datasets", **{"limit": 100, **query})
        return [shown["dataset_id"] for shown in page["datasets"] if shown["dataset_id"] in (plain, other)]

    assert (listed(), listed(workspace_id="7"), listed(workspace_id="8")) == ([plain], [other], [])
    for query, expected in [
        ({"contain_versions": "true"}, [plain]),
        ({"version_format": 0}, [plain]),
        ({"version_format": 2}, []),
        ({"train_evaluate_ratio": "0.9,1"}, [plain]),
        ({"train_evaluate_ratio": "0,0.9"}, []),
        ({"support_export": "true"}, [plain]),
        ({"support_export": "true", "workspace_id": "7"}, []),
        ({"contain_versions": "true", "workspace_id": "7"}, []),
        ({"dataset_version": "v2"}, [plain]),
    ]:
        assert listed(**query) == expected, query

    with_all = api.call("GET", "/datasets", limit=100, file_preview="true", check_running_task="true")["datasets"]
    shown = next(shown for shown in with_all if shown["dataset_id"] == plain)
    assert shown["exist_running_task"] is False
    [file] = shown["samples"]
    assert (file["file_Name"], file["file_type"], file["size"]) == ("a.png", "png", len(PNG))
    assert requests.get(file["url"], timeout=10).content == PNG
    for query in [{"version_format": 3}, {"train_evaluate_ratio": "1,0"}, {"train_evaluate_ratio": "x"},
                  {"running_task_type": 8}, {"file_preview": "perhaps"}, {"contain_versions": 2},
                  {"dataset_version": "v3"}]:  # fmt: skip
        api.refused("0104", "GET", "/datasets", **query)


def test_paths_and_names_that_cannot_be_are_refused(api, bucket):
    def refused(code, status=400, **more):
        body = {
            "dataset_name": fresh("ds"),
            "data_sources": [{"data_path": f"/{bucket}/in/"}],
            "work_path": f"/{bucket}/out/",
            **more,
        }
        return api.refused(code, "POST", "/datasets", body, status=status)

    refused("4205", work_path=f"/{bucket}/")
    refused("4374", work_path=f"/{bucket}/in/out/")
    refused("4374", work_path=f"obs://{bucket}/in")
    refused("4315", work_path=f"/{bucket}//out/")
    refused("4313", work_path="out/")
    refused("4312", work_path="")
    refused("4350", work_path=f"/{bucket}/{'x' * 700}/")
    refused("4350", work_path=f"/{bucket}/{'图' * 330}/")
    refused("4311", work_path="/no-such-bucket-1/out/")
    assert "1 to 100" in refused("0104", dataset_name="a b")
    refused("0104", description="a<b")
    refused("0104", dataset_type=7)
    refused("0104", data_sources=[])
    refused("0104", data_sources=[{"data_type": 2, "data_path": f"/{bucket}/in/"}])
    refused("4411", labels=[{"name": "a"}, {"name": "a"}])
    api.refused("4202", "POST", "/datasets")
    api.refused("4105", "POST", "/datasets", "{")
    api.refused("0104", "POST", "/datasets", "[]")
    for query in [{"limit": 101}, {"limit": 0}, {"offset": -1}, {"sort_by": "x"}, {"order": "up"}, {"dataset_type": 7}]:
        api.refused("0104", "GET", "/datasets", **query)


def test_who_may_not_is_told_with_the_documented_codes(api, server):
    url = f"{server.api}/v2/{names.PROJECT_ID}/datasets"
    for headers, status, code in [
        ({}, 401, "0201"),
        ({"X-Auth-Token": "x"}, 401, "0203"),
    ]:
        answer = requests.get(url, headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["error_code"]) == (status, f"ModelArts.{code}")
    ModelArts(server, secret="wrong").refused("0206", "GET", "/datasets", status=403)
    other = requests.get(f"{server.api}/v2/{'f' * 32}/datasets", headers={"X-Auth-Token": server.token()}, timeout=10)
    assert (other.status_code, other.json()["error_code"]) == (403, "ModelArts.0210")


def test_labels_are_made_changed_and_deleted(api, bucket):
    dataset = create(api, bucket)
    labels = f"/datasets/{dataset}/data-annotations/labels"
    body = {"labels": [{"name": "Cat", "type": 0, "property": {"@modelarts:shortcut": "1"}}, {"name": "Dog", "type": 0}]}
    assert api.call("POST", labels, body) == {"success": True}
    again = api.call("POST", labels, {"labels": [{"name": "Cat", "type": 0}, {"name": "Cow", "type": 0}]})
    assert not again["success"]
    assert [r.get("error_code") for r in again["results"]] == ["ModelArts.4411", None]
    taken = api.call("POST", labels, {"labels": [{"name": "Hen", "property": {"@modelarts:shortcut": "1"}}]})
    assert taken["results"][0]["error_code"] == "ModelArts.4412"
    assert api.call("GET", labels, limit=1, offset=1) == {
        "labels": [{"name": "Dog", "type": 0, "property": {}}], "total_number": 3}  # fmt: skip

    sample = upload(api, dataset, "a.png", {"name": "Dog"})
    assert api.call("PUT", f"{labels}/Dog", {"@modelarts:rename_to": "Hound"}, status=204) is None
    shown = api.call("GET", f"/datasets/{dataset}/data-annotations/samples/{sample}")
    assert [label["name"] for label in shown["labels"]] == ["Hound"]
    api.refused("4411", "PUT", f"{labels}/Hound", {"@modelarts:rename_to": "Cat"})
    api.refused("4410", "PUT", f"{labels}/Dog", {"@modelarts:color": "#3399ff"})
    gone = api.call("POST", f"{labels}/delete", {"labels": [{"name": "Cow", "type": 0}, {"name": "No"}]})
    assert [r["success"] for r in gone["results"]] == [True, False]
    assert gone["results"][1]["error_code"] == "ModelArts.4410"
    assert label_names(api, dataset) == ["Cat", "Hound"]


@pytest.mark.parametrize(("policy", "left", "objects"), [(0, 3, 3), (1, 2, 3), (2, 2, 2)])
def test_the_policy_says_what_becomes_of_samples_without_other_labels(api, server, bucket, policy, left, objects):
    dataset = create(api, bucket)
    upload(api, dataset, "only.png", {"name": "Cat"})
    upload(api, dataset, "both.png", {"name": "Cat"}, {"name": "Dog"})
    upload(api, dataset, "none.png")
    done = api.call("POST", f"/datasets/{dataset}/data-annotations/labels/delete", {"labels": [{"name": "Cat"}]},
                    delete_policy=policy)  # fmt: skip
    assert done == {"success": True}
    assert found(api, dataset)[1] == left
    assert len(keys(server, bucket, "in/")) == objects
    assert label_names(api, dataset) == ["Dog"]
    assert found(api, dataset, sample_state="__ALL__") == (["both.png"], 1)


def test_relations_need_their_entities(api, bucket):
    dataset = create(api, bucket, dataset_type=102)
    labels = f"/datasets/{dataset}/data-annotations/labels"
    relation = {"name": "works at", "type": 102, "property": {"@modelarts:from_type": "Person", "@modelarts:to_type": "Firm"}}
    assert api.call("POST", labels, {"labels": [relation]})["results"][0]["error_code"] == "ModelArts.4414"
    bare = {"name": "x", "type": 102}
    assert api.call("POST", labels, {"labels": [bare]})["results"][0]["error_code"] == "ModelArts.0104"
    entities = [{"name": "Person", "type": 103}, {"name": "Firm", "type": 103}]
    assert api.call("POST", labels, {"labels": [relation, *entities]}) == {"success": True}
    in_use = api.call("POST", f"{labels}/delete", {"labels": [{"name": "Firm", "type": 103}]})
    assert in_use["results"][0]["error_code"] == "ModelArts.4415"
    assert api.call("POST", f"{labels}/delete", {"labels": [*entities, relation]}) == {"success": True}


def test_samples_are_sent_found_labeled_and_deleted(api, server, bucket):
    dataset = create(api, bucket)
    samples = f"/datasets/{dataset}/data-annotations/samples"
    first = upload(api, dataset, "x/a.png", {"name": "Cat", "property": {"fur": "white"}})
    second = upload(api, dataset, "x/y/b.png", {"name": "Dog"}, metadata={"@modelarts:hard": 1, "@modelarts:hard_coefficient": 0.8})
    third = upload(api, dataset, "c.png")
    assert first == hashlib.md5(f"{bucket}/in/x/a.png".encode()).hexdigest()
    assert s3(server).get_object(Bucket=bucket, Key="in/x/a.png")["Body"].read() == PNG

    def conditions(*list_):
        return found(api, dataset, search_conditions=json.dumps(list(list_)))[0]

    assert found(api, dataset) == (["a.png", "b.png", "c.png"], 3)
    assert found(api, dataset, limit=2, offset=2)[1] == 3 and found(api, dataset, offset=3) == ([], 3)
    assert found(api, dataset, sample_state="__none__") == (["c.png"], 1)
    assert found(api, dataset, sample_state="__UNREVIEWED__") == ([], 0)
    assert found(api, dataset, label_name="Cat", label_type=0) == (["a.png"], 1)
    assert conditions({"label_list": {"op": "OR", "labels": [{"name": "Cat"}, {"name": "Dog"}]}}) == ["a.png", "b.png"]
    assert conditions({"label_list": {"op": "AND", "labels": [{"name": "Cat"}, {"name": "Dog"}]}}) == []
    assert conditions({"label_list": {"labels": [{"name": "Cat", "property": {"fur": ["white", "black"]}}]}}) == ["a.png"]
    assert conditions({"label_list": {"labels": [{"name": "Cat", "property": {"fur": ["black"]}}]}}) == []
    assert conditions({"label_list": {"labels": [{"name": "Cat", "property": {"fur": None}}]}}) == ["a.png"]
    assert conditions({"hard": "1"}, {"coefficient": "0.5-0.9"}) == ["b.png"]
    assert conditions({"hard": "1"}, {"sample_name": "a.png"}) == []
    assert conditions({"sample_dir": f"s3://{bucket}/in/x/"}) == ["a.png"]
    assert conditions({"sample_time": "day", "labeler": f"human/{names.DOMAIN}/{names.USER}"}) == ["a.png", "b.png"]
    for wrong in [{"sample_time": "year"}, {"coefficient": "x"}, {"sample_dir": "/b/x"}]:
        api.refused("0104", "GET", samples, search_conditions=json.dumps([wrong]))

    values = api.call("GET", f"/datasets/{dataset}/data-annotations/search-condition")
    assert values["labelers"] == [f"human/{names.DOMAIN}/{names.USER}"]
    assert [label["name"] for label in values["labels"]] == ["Cat", "Dog"]

    update = {"samples": [{"sample_id": third, "labels": [{"name": "New", "score": 0.9687}], "sample_usage": "train"},
                          {"sample_id": first}, {"sample_id": "0" * 32, "labels": []}]}  # fmt: skip
    done = api.call("PUT", samples, update)
    assert [r.get("error_code") for r in done["results"]] == [None, None, "ModelArts.4420"]
    shown = api.call("GET", f"{samples}/{third}")
    assert shown["sample_status"] == "MANUAL_ANNOTATION" and shown["labels"][0]["score"] == 0.9687
    assert api.call("GET", f"{samples}/{first}")["sample_status"] == "UN_ANNOTATION"
    assert label_names(api, dataset) == ["Cat", "Dog", "New"]

    stats = api.call("GET", f"/datasets/{dataset}/data-annotations/stats")
    assert stats["sample_stats"] == {"all": 3, "total": 3, "lefted": 3, "un_annotation": 1, "manual_annotation": 2,
                                     "auto_annotation": 0, "deleted": 0}  # fmt: skip
    assert stats["key_sample_stats"] == {"total": 3, "key_sample": 1, "non_key_sample": 2}
    assert {s["name"]: (s["count"], s["sample_count"]) for s in stats["label_stats"]} == {
        "Cat": (0, 0), "Dog": (1, 1), "New": (1, 1)}  # fmt: skip
    assert stats["data_spliting_enable"] is False
    check_counts_by_state(api, dataset)

    done = api.call("POST", f"{samples}/delete", {"samples": [second, "no"], "delete_source": True})
    assert [r["success"] for r in done["results"]] == [True, False]
    assert api.call("POST", f"{samples}/delete", {"samples": [third]}) == {"success": True}
    assert found(api, dataset) == (["a.png"], 1)
    assert keys(server, bucket, "in/") == ["in/c.png", "in/x/a.png"]
    api.refused("4420", "GET", f"{samples}/{third}")
    assert api.call("GET", f"/datasets/{dataset}")["deleted_sample_count"] == 2


def check_counts_by_state(api, dataset):
    """Counts and single samples by `sample_state`: c.png is New, b.png is a hard Dog, a.png is unlabeled."""
    one, stats = f"/datasets/{dataset}/data-annotations/samples/", f"/datasets/{dataset}/data-annotations/stats"
    expected = {
        "__ALL__": ({"all": 2, "manual_annotation": 2, "un_annotation": 0}, 1, {"Cat": 0, "Dog": 1, "New": 1}),
        "__none__": ({"all": 1, "manual_annotation": 0, "un_annotation": 1}, 0, {"Cat": 0, "Dog": 0, "New": 0}),
        "__AUTO_ANNOTATION__": ({"all": 0, "auto_annotation": 0, "un_annotation": 0}, 0, {"Cat": 0, "Dog": 0, "New": 0}),
        "__UNREVIEWED__": ({"all": 0, "manual_annotation": 0, "un_annotation": 0}, 0, {"Cat": 0, "Dog": 0, "New": 0}),
    }
    for state, (samples, hard, labels) in expected.items():
        counted = api.call("GET", stats, sample_state=state)
        assert samples.items() <= counted["sample_stats"].items(), state
        assert counted["key_sample_stats"]["key_sample"] == hard, state
        assert {label["name"]: label["count"] for label in counted["label_stats"]} == labels, state
        inside = {s["sample_id"] for s in api.call("GET", one[:-1], sample_state=state)["samples"]}
        for sample in api.call("GET", one[:-1])["samples"]:
            if sample["sample_id"] in inside:
                assert api.call("GET", one + sample["sample_id"], sample_state=state) | {"source": ""} == sample | {"source": ""}
            else:
                api.refused("4420", "GET", one + sample["sample_id"], sample_state=state)
    assert api.call("GET", stats, sample_state="") == api.call("GET", stats)
    api.refused("0104", "GET", stats, sample_state="labeled")
    api.refused("0104", "GET", one + "x", sample_state="labeled")


def test_signed_urls_get_the_object_and_nothing_else(api, server, bucket):
    dataset = create(api, bucket)
    samples = f"/datasets/{dataset}/data-annotations/samples"
    sample = upload(api, dataset, "a b+c.png")
    source = api.call("GET", f"{samples}/{sample}")["source"]
    assert requests.get(source, timeout=10).content == PNG
    assert requests.get(source.replace("a%20b", "a%20d"), timeout=10).status_code in (403, 404)
    assert requests.put(source, data=b"x", timeout=10).status_code == 403
    shown = api.call("GET", samples, process_parameter="image/resize,m_lfit,h_200")["samples"][0]["source"]
    assert parse_qs(urlsplit(shown).query)["x-image-process"] == ["image/resize,m_lfit,h_200"]
    assert requests.get(shown.replace("h_200", "h_300"), timeout=10).status_code == 403


def test_samples_that_cannot_be_are_refused_one_by_one(api, server, bucket):
    dataset = create(api, bucket, dataset_type=1)
    samples = f"/datasets/{dataset}/data-annotations/samples"
    s3(server).put_object(Bucket=bucket, Key="elsewhere/e.png", Body=PNG)
    s3(server).put_object(Bucket=bucket, Key="in/i.png", Body=PNG)
    s3(server).put_object(Bucket=bucket, Key="in/x.png", Body=b"no picture")
    s3(server).put_object(Bucket=bucket, Key="elsewhere/large.png", Body=bytes(25 * 1024 * 1024 + 1))
    data = base64.b64encode(PNG).decode()
    box = {"name": "car", "type": 1, "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[0, 0], [1, 1]]}}
    wrong = {**box, "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[0, 0]]}}
    sent = [
        ({"name": "a.png", "data": data}, None),
        ({"name": "a.png", "data": data}, "4422"),
        ({"name": "../b.png", "data": data}, "0104"),
        ({"name": "b.txt", "data": data}, "0104"),
        ({"name": "b.png", "data": "?"}, "0104"),
        ({"name": "b.png", "data": base64.b64encode(b"no picture").decode()}, "0104"),
        ({"name": "b.png"}, "0104"),
        ({"name": "b.png", "data": data, "labels": [wrong]}, "0104"),
        ({"name": "b.png", "data": data, "labels": [{"name": "x", "type": 0}]}, "0104"),
        ({"data_source": {"data_path": f"obs://{bucket}/elsewhere/e.png"}}, None),
        ({"data_source": {"data_path": f"/{bucket}/in/i.png"}}, None),
        ({"data_source": {"data_path": f"/{bucket}/in/none.png"}}, "4312"),
        ({"data_source": {"data_path": f"/{bucket}/in/x.png"}, "labels": [box]}, "4423"),
        ({"data_source": {"data_path": f"/{bucket}/elsewhere/large.png"}}, "4419"),
        ({"data": base64.b64encode(b"x" * 12_582_913).decode(), "name": "big.png"}, "4656"),
    ]
    done = api.call("POST", samples, {"samples": [sample for sample, _ in sent]})
    codes = [r.get("error_code", "")[-4:] or None for r in done["results"]]
    assert codes == [code for _, code in sent] and not done["success"]
    assert keys(server, bucket, "in/") == ["in/a.png", "in/e.png", "in/i.png", "in/x.png"]
    assert found(api, dataset) == (["a.png", "e.png", "i.png"], 3)

    sample = done["results"][0]["info"]
    update = {"samples": [{"sample_id": sample, "labels": [box]}]}
    assert api.call("PUT", samples, update) == {"success": True}
    read = api.call("GET", f"{samples}/{sample}")["metadata"]
    assert read == {"@modelarts:import_origin": 0, "@modelarts:size": [1, 1, 3]}, "the image tells its size"
    broken = {"samples": [{"data_source": {"data_path": f"/{bucket}/in/x.png"}}]}
    broken = api.call("POST", samples, broken)["results"][0]["info"]
    refused = api.call("PUT", samples, {"samples": [{"sample_id": broken, "labels": [box]}]})["results"][0]
    assert refused["error_code"] == "ModelArts.4423"
    update["samples"][0]["metadata"] = {"@modelarts:size": [1, 1, 3]}
    assert api.call("PUT", samples, update) == {"success": True}
    shown = api.call("GET", f"{samples}/{sample}")
    assert shown["labels"][0]["property"] == box["property"]
    assert shown["metadata"] == {"@modelarts:import_origin": 0, "@modelarts:size": [1, 1, 3]}


def test_a_text_becomes_one_sample_a_line(api, bucket):
    dataset = create(api, bucket, dataset_type=100)
    text = base64.b64encode("erste\n\nzweite ä\n".encode()).decode()
    samples = f"/datasets/{dataset}/data-annotations/samples"
    done = api.call("POST", samples, {"samples": [{"name": "t.txt", "data": text, "sample_type": 1}]})
    page = api.call("GET", samples, order="asc")["samples"]
    ids = [sample["sample_id"] for sample in page]
    base = hashlib.md5(f"{bucket}/in/t.txt".encode()).hexdigest()
    assert ids == [f"{base}.000000001", f"{base}.000000003"] and done["results"][0]["info"] == ids[0]
    assert [sample["sample_data"] for sample in page] == [["erste"], ["zweite ä"]]


def test_what_is_not_offered_says_so(api, bucket):
    dataset = create(api, bucket)
    teams = "Not offered by this server yet: labeling teams"
    assert api.refused("0104", "GET", "/workforces") == teams
    assert api.refused("0104", "POST", f"/datasets/{dataset}/workforce-tasks", {}) == teams
    tasks = "Not offered by this server yet: intelligent tasks"
    assert api.refused("0104", "POST", f"/datasets/{dataset}/tasks", {}) == tasks
    assert api.refused("0104", "GET", f"/datasets/{dataset}/auto-annotations/samples") == tasks


def test_datasets_survive_a_kill(bucket):
    running = Server().start()
    try:
        api = ModelArts(running)
        own = make_bucket(running, fresh("data"))
        dataset, gone = create(api, own), create(api, own)
        sample = upload(api, dataset, "a.png", {"name": "Cat"})
        upload(api, gone, "b.png")
        api.call("DELETE", f"/datasets/{gone}", status=204)
        running.kill()
        running.start()
        assert api.call("GET", f"/datasets/{dataset}/data-annotations/samples/{sample}")["labels"][0]["name"] == "Cat"
        api.refused("4352", "GET", f"/datasets/{gone}")
    finally:
        running.stop()
        running.close()


def test_otcextensions_drives_datasets(server, bucket):
    cloud = openstack.connect(
        auth_type="password",
        auth_url=f"{server.api}/v3",
        username=names.USER,
        password=names.PASSWORD,
        user_domain_name=names.DOMAIN,
        project_name=names.REGION,
        region_name=names.REGION,
        vendor_hook="otcextensions.sdk:load",
        load_yaml_config=False,
        load_envvars=False,
    )
    models = cloud.modelartsv2
    name = fresh("otc")
    made = models.create_dataset(
        dataset_name=name,
        dataset_type=0,
        data_sources=[{"data_type": 0, "data_path": f"/{bucket}/in/"}],
        work_path=f"/{bucket}/out/",
        work_path_type=0,
    )
    dataset = models.get_dataset(made.id or made.dataset_id)
    assert dataset.name == name or dataset.dataset_name == name
    assert models.find_dataset(name).id == dataset.id
    # The client's own calls about what is below a dataset forget the dataset in their paths (KeyError): not used.
    wait_idle(ModelArts(server), dataset.id)
    models.delete_dataset(dataset)
    assert models.find_dataset(name, ignore_missing=True) is None
