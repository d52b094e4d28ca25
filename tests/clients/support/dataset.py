"""A dataset with a bucket of its own, as tests of what follows labeling need it."""

import base64

from support.modelarts import ModelArts
from support.names import fresh
from support.objects import make_bucket
from support.wait import wait_for


class Dataset:
    """Input `/bucket/in/`, output `/bucket/out/`; nothing is imported."""

    def __init__(self, server, kind=0):
        self.api, self.bucket, self.name = ModelArts(server), make_bucket(server, fresh("data")), fresh("ds")
        body = {
            "dataset_name": self.name,
            "dataset_type": kind,
            "data_sources": [{"data_type": 0, "data_path": f"/{self.bucket}/in/"}],
            "work_path": f"/{self.bucket}/out/",
            "work_path_type": 0,
            "import_annotations": False,
        }
        self.id = self.api.call("POST", "/datasets", body, status=201)["dataset_id"]
        self.path = f"/datasets/{self.id}"
        self.versions = f"{self.path}/versions"
        self.idle()

    def detail(self):
        return self.api.call("GET", self.path)

    def idle(self):
        """Waits until nothing goes on with it."""
        return wait_for(lambda: (shown := self.detail())["status"] == 1 and shown, f"dataset {self.id} to be idle")

    def add(self, name, data, *labels, **more):
        """Sends a sample with labels (names, or objects); its id."""
        labels = [{"name": label} if isinstance(label, str) else label for label in labels]
        sample = {"name": name, "data": base64.b64encode(data).decode(), "labels": labels, **more}
        done = self.api.call("POST", f"{self.path}/data-annotations/samples", {"samples": [sample]})
        assert done["success"], done
        return done["results"][0]["info"]

    def publish(self, **body):
        """Publishes a version and waits; how the API shows it."""
        version = self.api.call("POST", self.versions, body, status=201)["version_id"]
        self.idle()
        return self.version(version)

    def version(self, version_id):
        return self.api.call("GET", f"{self.versions}/{version_id}")
