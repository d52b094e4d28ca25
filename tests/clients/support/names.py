"""Names nobody used before, so that tests share one server without seeing each other."""

import uuid

PROJECT_ID = "0123456789abcdef0123456789abcdef"
ACCESS_KEY_ID = "TIDEMILLTESTKEY00001"
SECRET_ACCESS_KEY = "tidemill-test-secret-key-000000000000001"
USER = "admin"
DOMAIN = "local"
PASSWORD = "Tidemill-test-1"
REGION = "local-1"


# What was made up since the last test began, for the recorder.
MADE_UP = []
BUCKETS = set()


def fresh(prefix):
    """`prefix` and eight random letters: fits a stream, an app, a task and a bucket."""
    name = f"{prefix}-{uuid.uuid4().hex[:8]}"
    MADE_UP.append(name)
    return name


def fresh_bucket():
    """A name for a bucket that the test's own client creates."""
    name = fresh("bucket")
    BUCKETS.add(name)
    return name


def shard(index):
    """The ten-digit form of a partition id, the only one the server emits."""
    return f"shardId-{index:010d}"
