"""The plain SDK-HMAC-SHA256 signature, written out so that a test can bend every part of it."""

import datetime
import hashlib
import hmac

from support import names


def signed_headers(method, path, host, body=b"", *, query="", skew_seconds=0, secret=names.SECRET_ACCESS_KEY,
                   access=names.ACCESS_KEY_ID):  # fmt: skip
    """The headers of a signed request; `skew_seconds` is how far the signer's clock is ahead of ours."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=skew_seconds)
    date = moment.strftime("%Y%m%dT%H%M%SZ")
    canonical = "\n".join(
        [
            method,
            path if path.endswith("/") else path + "/",
            query,
            f"host:{host}",
            f"x-sdk-date:{date}",
            "",
            "host;x-sdk-date",
            hashlib.sha256(body).hexdigest(),
        ]
    )
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    authorization = f"SDK-HMAC-SHA256 Access={access}, SignedHeaders=host;x-sdk-date, Signature={signature}"
    return {"Host": host, "X-Sdk-Date": date, "Authorization": authorization}
