"""The object endpoint through boto3, as tests look at what was delivered."""

import datetime
import threading

import boto3
import botocore.auth
from botocore.config import Config

from support import names

LEDGER = "_tidemill/"

_real_now = botocore.auth.get_current_datetime
_signing = threading.local()


def _server_now(*args, **kwargs):
    return _real_now(*args, **kwargs) + datetime.timedelta(seconds=getattr(_signing, "seconds_ahead", 0))


# A signature is good for fifteen minutes: sign with the time of a server whose clock was moved.
botocore.auth.get_current_datetime = _server_now


def s3(server, *, verify=None, signature="s3v4", region=names.REGION):
    """A boto3 client for this server's object endpoint, path style."""
    client = boto3.client(
        "s3",
        endpoint_url=server.objects,
        aws_access_key_id=names.ACCESS_KEY_ID,
        aws_secret_access_key=names.SECRET_ACCESS_KEY,
        region_name=region,
        verify=verify,
        config=Config(signature_version=signature, s3={"addressing_style": "path"}, retries={"max_attempts": 2}),
    )
    client.meta.events.register("before-sign.s3", lambda **_: setattr(_signing, "seconds_ahead", server.moved_seconds))
    return client


def make_bucket(server, name):
    """Creates a bucket and returns its name."""
    s3(server).create_bucket(Bucket=name)
    names.BUCKETS.add(name)
    return name


def listing(server, bucket, prefix=""):
    """All entries of a bucket in listing order."""
    pages = s3(server).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [entry for page in pages for entry in page.get("Contents", [])]


def keys(server, bucket, prefix=""):
    """All keys of a bucket in listing order."""
    return [entry["Key"] for entry in listing(server, bucket, prefix)]


def contents(server, bucket, prefix=""):
    """The bytes of all objects of a bucket, by key, in listing order."""
    client = s3(server)
    return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys(server, bucket, prefix)}


def data_keys(server, bucket, prefix=""):
    """Keys of delivered data; the ledger that proves it lies beside it, below `_tidemill/`."""
    return [key for key in keys(server, bucket, prefix) if not key.startswith(LEDGER)]


def data_bytes(server, bucket):
    """The size of all delivered data together."""
    return sum(e["Size"] for e in listing(server, bucket) if not e["Key"].startswith(LEDGER))


def delivered(server, bucket, prefix=""):
    """The delivered data, concatenated in name order."""
    client = s3(server)
    return b"".join(
        client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in data_keys(server, bucket, prefix)
    )


def open_uploads(server, bucket):
    """Multipart uploads nobody completed or aborted."""
    return [upload["Key"] for upload in s3(server).list_multipart_uploads(Bucket=bucket).get("Uploads", [])]
