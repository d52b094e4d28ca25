"""A running server with what the cases name, and the variables that name it."""

import base64
import datetime
import hashlib
import hmac
import json
import socket
from pathlib import Path

import requests

from kit.play import Play
from support import names
from support.names import fresh
from support.server import Server, password_login

# Room for the streams of all cases together.
ARGS = ["--common-partitions-max", "10000", "--advanced-partitions-max", "10", "--limits.publish-interval=0s"]

IMAGES = Path(__file__).parents[3] / "demo/images"
# Keys of the bucket and the real pictures under them: two labels, and one picture without.
PICTURES = {
    "in/cat/1.jpg": "cat/ear.jpg", "in/cat/2.jpg": "cat/eye.jpg", "in/dog/1.jpg": "coffee/cup.jpg", "in/3.jpg": "space/red.jpg",
    "few/1.jpg": "rocket/fire.jpg",
    "more/cat/3.jpg": "cat/nose.jpg", "more/dog/2.jpg": "coffee/spoon.jpg",
    "own/cat/1.jpg": "cat/chin.jpg",
    **{f"many/{n}.jpg": "person/suit.jpg" for n in range(40)},
}  # fmt: skip

SEED = [
    {"do": "createStream", "json": {"stream_name": "$stream", "partition_count": 2}},
    {"do": "describeStream", "keep": {"stream_id": "stream_id"}},
    {"do": "putRecords", "json": {"stream_name": "$stream", "records": [
        {"data": "b25l", "partition_id": "0", "partition_key": "key"},
        {"data": "dHdv", "partition_id": "0"},
        {"data": "dGhyZWU=", "partition_id": "0"},
    ]}},
    {"do": "getCursor", "keep": {"cursor": "partition_cursor"}},
    {"do": "createStream", "json": {"stream_name": "$scratch", "partition_count": 2}},
    {"do": "describeStream", "path": {"stream_name": "$scratch"}, "keep": {"scratch_id": "stream_id"}},
    {"do": "createApp", "json": {"app_name": "$app"}},
    {"do": "commitCheckpoint"},
    {"do": "createTransferTask", "path": {"stream_name": "$stream"},
     "json": {"obs_destination_descriptor": {"task_name": "$task"}}},
    {"do": "describeTransferTask", "keep": {"task_id": "task_id"}},
]  # fmt: skip

DATASET_SEED = [
    {"do": "createDataset", "json": {"dataset_name": "$dataset"}, "keep": {"dataset_id": "dataset_id", "import_task": "import_task_id"}},
    {"wait": {"do": "descDataset", "answer": {"status": 1, "total_sample_count": 4}}},
    {"do": "createDatasetVersion", "path": {"dataset_id": "$dataset_id"}, "without": ["json.version_name"],
     "keep": {"dataset_version": "version_id"}},
    {"wait": {"do": "descDataset", "answer": {"status": 1, "dataset_version_count": 1}}},
    {"do": "listSamples", "keep": {"sample": "samples.0.sample_id"}},
    {"do": "exportTask", "keep": {"export_task": "task_id"}},
    {"wait": {"do": "getExportTaskStatusOfDataset", "answer": {"status": "SUCCESSED"}}},
    # Cases change this one.
    {"do": "createDataset", "json": {"dataset_name": "$own_dataset", "data_sources": [{"data_path": "/$bucket/own/"}],
     "work_path": "/$bucket/own-work/"}, "keep": {"own_dataset_id": "dataset_id"}},
    {"wait": {"do": "descDataset", "path": {"dataset_id": "$own_dataset_id"}, "answer": {"status": 1}}},
    {"do": "listSamples", "path": {"dataset_id": "$own_dataset_id"}, "keep": {"own_sample": "samples.0.sample_id"}},
    {"do": "createProcessorTask", "json": {"name": "$run_name", "create_version": True}, "keep": {"run_task": "task_id"}},
    {"wait": {"do": "describeProcessorTask", "answer": {"status": 2}}},
    {"do": "listProcessorTaskVersions", "keep": {"run_version": "versions.0.task_version_id"}},
]  # fmt: skip
SEEDS = {"dis": SEED, "modelarts": DATASET_SEED}


class World:
    """A server, on this machine's loopback address or another one of it, and its variables."""

    def __init__(self, args=(), apis=tuple(SEEDS), host="127.0.0.1"):
        self.server = Server(args=[*ARGS, *args], host=host).start()
        self.variables = {
            "project": names.PROJECT_ID,
            "stream": fresh("stream"),
            # Only puts change this one.
            "scratch": fresh("scratch"),
            "app": fresh("app"),
            "task": fresh("task"),
            "bucket": fresh("bucket"),
            "dataset": fresh("dataset"),
            "own_dataset": fresh("own-dataset"),
            "run_name": fresh("run"),
            "image": base64.b64encode((IMAGES / "cat/ear.jpg").read_bytes()).decode(),
            "domain": names.DOMAIN,
            "user": names.USER,
        }
        put(self.server, self.variables["bucket"])
        self.variables.update(stranger(self.server))
        if "modelarts" in apis:
            for key, picture in PICTURES.items():
                put(self.server, f"{self.variables['bucket']}/{key}", (IMAGES / picture).read_bytes())
        play = Play(self)
        for step in [step for api in apis for step in SEEDS[api]]:
            play.step(step)
        self.variables.update(play.variables)

    def close(self):
        self.server.close()


def stranger(server):
    """Makes a second account with a bucket, and the variables that name it."""
    done = server.command("account", "create", fresh("stranger"), "--endpoint", server.api, "--json")
    assert done.returncode == 0, done.stderr
    account, bucket = json.loads(done.stdout), fresh("theirs")
    put(server, bucket, keys=(account["access_key_id"], account["secret_access_key"]))
    login = password_login(account["project_id"], account["user"], account["password"], account["domain"])
    answer = requests.post(f"{server.api}/v3/auth/tokens", json=login, timeout=20)
    assert answer.status_code == 201, answer.text
    return {
        "their_bucket": bucket,
        "their_domain": account["domain"],
        "their_project": account["project_id"],
        "their_token": answer.headers["X-Subject-Token"],
    }


def outward_address():
    """This machine's address in its network, or None if it is in none.

    Another loopback address does not do: the server never blocks those, as a proxy may be there that stands for
    everybody. Such a machine has what crates/tidemill-http/src/dis/tests/guard.rs holds, with addresses it makes up.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("203.0.113.1", 9))  # only looks up the route: nothing is sent
        except OSError:
            return None
        return probe.getsockname()[0]


def put(server, place, content=b"", keys=(names.ACCESS_KEY_ID, names.SECRET_ACCESS_KEY)):
    """Makes a bucket or an object, signed in the way of OBS."""
    date = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    resource = place if "/" in place else f"{place}/"
    mac = hmac.new(keys[1].encode(), f"PUT\n\n\n{date}\n/{resource}".encode(), hashlib.sha1)
    signature = base64.b64encode(mac.digest()).decode()
    headers = {"Date": date, "Authorization": f"OBS {keys[0]}:{signature}"}
    answer = requests.put(f"{server.objects}/{place}", data=content, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
