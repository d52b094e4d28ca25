"""The dataset API, every request signed by the official core SDK."""

import json as _json
from urllib.parse import urlencode, urlsplit

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from support import names


class ModelArts:
    """Calls `/v2/{project_id}` of a server."""

    def __init__(self, server, access=names.ACCESS_KEY_ID, secret=names.SECRET_ACCESS_KEY):
        self.server = server
        self.signer = Signer(BasicCredentials(access, secret, names.PROJECT_ID))

    def send(self, method, path, body=None, **query):
        """The whole answer. `path` follows the project; a body that is no text is sent as JSON."""
        address = urlsplit(self.server.api)
        resource = f"/v2/{names.PROJECT_ID}{path}"
        text = body if isinstance(body, str) else "" if body is None else _json.dumps(body)
        request = SdkRequest(
            method=method,
            schema=address.scheme,
            host=address.netloc,
            resource_path=resource,
            uri=resource,
            query_params=[(key, str(value)) for key, value in query.items()],
            header_params={"Content-Type": "application/json"},
            body=text,
        )
        headers = self.signer.sign(request).header_params
        url = self.server.api + resource + ("?" + urlencode(query) if query else "")
        return requests.request(method, url, headers=headers, data=text.encode(), timeout=60)

    def call(self, method, path, body=None, *, status=200, **query):
        """The JSON of an answer that must have `status`; None without a body."""
        answer = self.send(method, path, body, **query)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        assert answer.headers["X-Request-Id"]
        if not answer.content:
            return None
        assert answer.text.endswith("\n")
        return answer.json()

    def refused(self, code, method, path, body=None, *, status=400, **query):
        """The message of an answer that must be this error."""
        answer = self.send(method, path, body, **query)
        found = answer.json()
        assert (answer.status_code, found["error_code"]) == (status, f"ModelArts.{code}"), answer.text
        assert set(found) == {"error_code", "error_msg"}
        return found["error_msg"]
