"""The DIS API without an SDK: what tests use to look at the server, with a token that outlives a moved clock."""

import base64

import requests

from support.names import PROJECT_ID, shard


class Dis:
    """Plain calls; every method returns the decoded body and fails on an unexpected status."""

    def __init__(self, server):
        self.server = server
        self.session = requests.Session()
        self.session.verify = False

    def call(self, method, path, *, expect=None, **kwargs):
        """One call below /v2/{project}; `expect` is the status it must have."""
        headers = {"X-Auth-Token": self.server.token(), **kwargs.pop("headers", {})}
        url = f"{self.server.api}/v2/{PROJECT_ID}{path}"
        answer = self.session.request(method, url, headers=headers, timeout=60, **kwargs)
        if expect is not None:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def create_stream(self, name, partitions=1, **more):
        body = {"stream_name": name, "partition_count": partitions, **more}
        return self.call("POST", "/streams", json=body, expect=201)

    def describe(self, name):
        return self.call("GET", f"/streams/{name}", expect=200).json()

    def put(self, stream, payloads, partition=0):
        """Puts byte strings into one partition, all of which must be taken; returns their numbers."""
        records = [{"data": base64.b64encode(p).decode(), "partition_id": shard(partition)} for p in payloads]
        answer = self.call("POST", "/records", json={"stream_name": stream, "records": records}, expect=200).json()
        assert answer["failed_record_count"] == 0, answer
        return [int(entry["sequence_number"]) for entry in answer["records"]]

    def cursor(self, stream, partition=0, kind="TRIM_HORIZON", **more):
        params = {"stream-name": stream, "partition-id": str(partition), "cursor-type": kind, **more}
        return self.call("GET", "/cursors", params=params, expect=200).json()["partition_cursor"]

    def page(self, cursor, **more):
        answer = self.call("GET", "/records", params={"partition-cursor": cursor, **more}, expect=200).json()
        return answer["records"], answer["next_partition_cursor"]

    def read_all(self, stream, partition=0):
        """Every record of a partition from the earliest on, as (number, payload)."""
        cursor, found = self.cursor(stream, partition), []
        while True:
            records, cursor = self.page(cursor)
            if not records:
                return found
            found += [(int(r["sequence_number"]), base64.b64decode(r["data"])) for r in records]

    def create_task(self, stream, name, bucket, **more):
        """A dump task to `bucket` every 30 s from the earliest record on."""
        descriptor = {
            "task_name": name,
            "agency_name": "dis_admin_agency",
            "deliver_time_interval": 30,
            "consumer_strategy": "TRIM_HORIZON",
            "obs_bucket_path": bucket,
            **more,
        }
        body = {"destination_type": "OBS", "obs_destination_descriptor": descriptor}
        return self.call("POST", f"/streams/{stream}/transfer-tasks", json=body, expect=201)

    def task(self, stream, name):
        return self.call("GET", f"/streams/{stream}/transfer-tasks/{name}", expect=200).json()

    def tasks(self, stream):
        return [t["task_name"] for t in
                self.call("GET", f"/streams/{stream}/transfer-tasks", expect=200).json()["tasks"]]  # fmt: skip

    def delete_task(self, stream, name):
        return self.call("DELETE", f"/streams/{stream}/transfer-tasks/{name}", expect=204)

    def delete_stream(self, name):
        return self.call("DELETE", f"/streams/{name}", expect=204)
