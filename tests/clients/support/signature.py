"""Signatures of requests, written out so that a test can bend every part of them."""

import datetime
import hashlib
import hmac

from support import names


def signed_headers(method, path, host, body=b"", *, query="", skew_seconds=0, secret=names.SECRET_ACCESS_KEY,
                   access=names.ACCESS_KEY_ID):  # fmt: skip
    """A plain SDK-HMAC-SHA256 signature; `skew_seconds` is how far the signer's clock is ahead of ours."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=skew_seconds)
    date = moment.strftime("%Y%m%dT%H%M%SZ")
    text = f"SDK-HMAC-SHA256\n{date}\n{_request_hash(method, path, host, body, query, date)}"
    signature = _mac(secret.encode(), text).hex()
    authorization = f"SDK-HMAC-SHA256 Access={access}, SignedHeaders=host;x-sdk-date, Signature={signature}"
    return {"Host": host, "X-Sdk-Date": date, "Authorization": authorization}


def v11_headers(method, path, host, body=b"", *, query=""):
    """The derived signature that huaweicloud-sdk-python-dis makes: contract section 2, third row."""
    date = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    info = f"{date[:8]}/{names.REGION}/dis"
    scope = f"{info}/sdk_request"
    derived = _mac(_mac(names.ACCESS_KEY_ID.encode(), names.SECRET_ACCESS_KEY), f"{info}\x01").hex()
    key = f"SDK{derived}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    text = f"V11-HMAC-SHA256\n{date}\n{scope}\n{_request_hash(method, path, host, body, query, date)}"
    credential = f"{names.ACCESS_KEY_ID}/{scope}"
    authorization = (
        f"V11-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-sdk-date, Signature={_mac(key, text).hex()}"
    )
    return {"Host": host, "X-Sdk-Date": date, "Authorization": authorization}


def _request_hash(method, path, host, body, query, date):
    path = path if path.endswith("/") else path + "/"
    head = [method, path, query, f"host:{host}", f"x-sdk-date:{date}", "", "host;x-sdk-date"]
    canonical = "\n".join([*head, hashlib.sha256(body).hexdigest()])
    return hashlib.sha256(canonical.encode()).hexdigest()


def _mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
