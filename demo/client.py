"""The demo's real clients: the stream SDK (huaweicloud-sdk-python-dis) and boto3.

Usage: client.py create | send FILE | await FILE DIR | read FILE | upload FOLDER BUCKET
The server and the identity come from the TIDEMILL_* variables that demo.sh sets.
"""

import hashlib
import logging
import os
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config
from dis_sdk_python import disclient

STREAM, TASK, BUCKET = "flights", "to-bucket", "demo-flights"
BATCH_RECORDS = 500
# Spread like a live feed, so that more than one delivery carries the file.
SENDING_SECONDS = 36
DELIVERY_SECONDS_MAX = 45


def env(name):
    return os.environ["TIDEMILL_" + name]


def streams():
    return disclient(
        env("ENDPOINT"), env("ACCESS_KEY_ID"), env("SECRET_ACCESS_KEY"), env("PROJECT_ID"), env("REGION")
    )


def bucket_client():
    return boto3.client(
        "s3",
        endpoint_url=env("OBJECTS_ENDPOINT"),
        aws_access_key_id=env("ACCESS_KEY_ID"),
        aws_secret_access_key=env("SECRET_ACCESS_KEY"),
        region_name=env("REGION"),
        config=Config(s3={"addressing_style": "path"}),
    )


def progress(label, done, total):
    """One line that is drawn over; on a log file only its last state is written."""
    if sys.stderr.isatty():
        filled = 32 * done // max(total, 1)
        bar = "=" * filled + " " * (32 - filled)
        print(f"\r{label} [{bar}] {done / 1e6:.2f}/{total / 1e6:.2f} MB", end="", file=sys.stderr, flush=True)
    if done >= total:
        end = "\n" if sys.stderr.isatty() else ""
        print(end + f"{label}: {total} bytes", file=sys.stderr)


def create():
    bucket_client().create_bucket(Bucket=BUCKET)
    client = streams()
    client.createStream(STREAM, 1, "BLOB", "COMMON")
    destination = {
        "agency_name": "dis_admin_agency",
        "obs_bucket_path": BUCKET,
        "file_prefix": "out",
        "deliver_time_interval": 30,
        "consumer_strategy": "TRIM_HORIZON",
        "destination_file_type": "text",
        "record_delimiter": "\n",
    }
    client.add_dump_task(STREAM, TASK, "OBS", destination)


def send(path):
    client, total, done, began = streams(), os.path.getsize(path), 0, time.monotonic()
    with open(path, encoding="utf-8", newline="\n") as lines:
        batch = []
        for line in lines:
            batch.append({"data": line.rstrip("\n"), "partition_id": "shardId-0000000000"})
            done += len(line.encode())
            if len(batch) == BATCH_RECORDS:
                put(client, batch)
                batch = []
                progress("sending", done - (done == total), total)
                time.sleep(max(0, began + SENDING_SECONDS * done / total - time.monotonic()))
        if batch:
            put(client, batch)
    progress("sending", total, total)


def put(client, batch):
    answer = client.put_records(STREAM, "", batch)
    if answer.failedRecordCount:
        sys.exit(f"{answer.failedRecordCount} records were refused: {answer.recordResult[:1]}")


def delivered(s3):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="out/")
    return [entry for page in pages for entry in page.get("Contents", [])]


def wait_for_delivery(path, directory):
    """Waits until the bucket holds as many bytes as the file, then compares them in name order."""
    s3, total, deadline = bucket_client(), os.path.getsize(path), time.monotonic() + DELIVERY_SECONDS_MAX
    while (done := sum(entry["Size"] for entry in delivered(s3))) < total:
        progress("delivered", done, total)
        if time.monotonic() > deadline:
            sys.exit(f"only {done} of {total} bytes were delivered in {DELIVERY_SECONDS_MAX} s")
        time.sleep(0.5)
    progress("delivered", total, total)
    joined, objects = hashlib.sha256(), sorted(delivered(s3), key=lambda entry: entry["Key"])
    os.makedirs(directory, exist_ok=True)
    for entry in objects:
        target = os.path.join(directory, os.path.basename(entry["Key"]))
        s3.download_file(BUCKET, entry["Key"], target)
        with open(target, "rb") as file:
            joined.update(file.read())
        print(f"  {entry['Size']:>9}  s3://{BUCKET}/{entry['Key']}", file=sys.stderr)
    same(path, joined, f"the {len(objects)} delivered object(s), joined in name order,")


def upload(folder, bucket):
    """Every file of the folders below `folder`, under `in/`."""
    s3 = bucket_client()
    s3.create_bucket(Bucket=bucket)
    files = [file for file in sorted(Path(folder).glob("*/*")) if file.suffix != ".md"]
    for file in files:
        s3.upload_file(str(file), bucket, f"in/{file.relative_to(folder)}")
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files)} bytes", file=sys.stderr)


def read(path):
    client, joined, count = streams(), hashlib.sha256(), 0
    cursor = client.getCursor(STREAM, "shardId-0000000000", "TRIM_HORIZON").cursor
    while True:
        page = client.getRecords(cursor, limit=10000)
        if not page.recordResult:
            break
        for record in page.recordResult:
            joined.update(record["data"].encode() + b"\n")
        count += page.recordCount
        cursor = page.nextPartitionCursor
    same(path, joined, f"the {count} records read back")


def same(path, joined, what):
    with open(path, "rb") as file:
        wanted = hashlib.sha256(file.read())
    if joined.digest() != wanted.digest():
        sys.exit(f"{what} differ from the file")
    print(f"{what} are the file, byte for byte (SHA-256 {wanted.hexdigest()[:16]}...)", file=sys.stderr)


if __name__ == "__main__":
    logging.disable(logging.INFO)  # the stream SDK logs a line a batch, in the middle of the bar
    verbs = {"create": create, "send": send, "await": wait_for_delivery, "read": read, "upload": upload}
    verbs[sys.argv[1]](*sys.argv[2:])
