"""A running server with what the cases name, and the variables that name it."""

import base64
import datetime
import hashlib
import hmac

import requests

from kit.play import Play
from support import names
from support.names import fresh
from support.server import Server

# Room for the streams of all cases together.
ARGS = ["--common-partitions-max", "10000", "--advanced-partitions-max", "10"]

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


class World:
    """A server and its variables."""

    def __init__(self, args=()):
        self.server = Server(args=[*ARGS, *args]).start()
        self.variables = {
            "project": names.PROJECT_ID,
            "stream": fresh("stream"),
            # Only puts change this one.
            "scratch": fresh("scratch"),
            "app": fresh("app"),
            "task": fresh("task"),
            "bucket": fresh("bucket"),
            "domain": names.DOMAIN,
            "user": names.USER,
        }
        make_bucket(self.server, self.variables["bucket"])
        play = Play(self)
        for step in SEED:
            play.step(step)
        self.variables.update(play.variables)

    def close(self):
        self.server.close()


def make_bucket(server, name):
    """Makes a bucket, signed in the way of OBS."""
    date = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    mac = hmac.new(names.SECRET_ACCESS_KEY.encode(), f"PUT\n\n\n{date}\n/{name}/".encode(), hashlib.sha1)
    signature = base64.b64encode(mac.digest()).decode()
    headers = {"Date": date, "Authorization": f"OBS {names.ACCESS_KEY_ID}:{signature}"}
    answer = requests.put(f"{server.objects}/{name}", headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
