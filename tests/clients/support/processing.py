"""Processing tasks over HTTP: the documented requests, and waiting for the end of a version."""

import requests

from support import names
from support.wait import wait_for


class Tasks:
    """The processing tasks of one server; each call says which status it expects."""

    def __init__(self, server):
        self.server = server

    def call(self, method, path, *, expect=200, **arguments):
        url = f"{self.server.api}/v2/{names.PROJECT_ID}/{path}"
        headers = {"X-Auth-Token": self.server.token(), "Content-Type": "application/json"}
        answer = requests.request(method, url, headers=headers, timeout=60, **arguments)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text.strip() else None

    def create(self, body, **arguments):
        return self.call("POST", "processor-tasks", json=body, **arguments)

    def versions(self, task_id):
        return self.call("GET", f"processor-tasks/{task_id}/versions")["versions"]

    def ended(self, task_id, seconds=120):
        """The newest version of a task once it has ended."""

        def look():
            newest = self.versions(task_id)[0]
            return newest if newest["status"] > 1 else None

        return wait_for(look, lambda: f"{task_id} to end: {self.versions(task_id)}", seconds)

    def completed(self, body):
        """The first version of a new task, which must complete."""
        version = self.ended(self.create(body)["task_id"])
        assert version["status"] == 2, version
        return version

    def results(self, version, **query):
        """All results of a version, page by page."""
        place = f"processor-tasks/{version['task_id']}/versions/{version['task_version_id']}/results"
        rows = []
        while True:
            page = self.call("GET", place, params={"limit": 100, "offset": len(rows), **query})
            rows += page["results"]
            if page["has_more"]:  # true when everything has been returned
                assert page["count"] == len(rows)
                return rows


def request(name, bucket, operators, *, template="sys_data_validation", source="in/", create_version=True):
    """The body that creates a task over a directory of a bucket."""
    return {
        "name": name,
        "create_version": create_version,
        "inputs": [{"type": "OBS", "source": f"/{bucket}/{source}"}],
        "work_path": {"type": "OBS", "path": f"/{bucket}/out/"},
        "template": {"id": template, "operator_params": operators},
    }


def operator(name, **params):
    """One operator as clients send it: every value as text."""
    return {"name": name, "params": {key: str(value) for key, value in params.items()}}
