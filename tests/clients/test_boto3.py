"""boto3: every object operation offered, over HTTP and over TLS (where its bodies are aws-chunked with a trailer)."""

import base64
import hashlib
import io
import os

import pytest
import requests
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from support import names, png
from support.names import fresh
from support.objects import s3 as connect

MIB = 1024 * 1024


@pytest.fixture(params=["http", "https"])
def s3(request):
    if request.param == "http":
        return connect(request.getfixturevalue("server"))
    authority = request.getfixturevalue("authority")
    return connect(request.getfixturevalue("tls_server"), verify=authority.bundle)


@pytest.fixture
def bucket(s3):
    name = fresh("bucket")
    s3.create_bucket(Bucket=name)
    yield name
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for entry in page.get("Contents", []):
            s3.delete_object(Bucket=name, Key=entry["Key"])
    s3.delete_bucket(Bucket=name)


def get(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def code_of(refusal):
    return refusal.value.response["Error"]["Code"], refusal.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_buckets(s3, bucket):
    assert bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    s3.head_bucket(Bucket=bucket)
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == names.REGION
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="in the way", Body=b"x")
    with pytest.raises(ClientError) as refusal:
        s3.delete_bucket(Bucket=bucket)
    assert code_of(refusal) == ("BucketNotEmpty", 409)
    with pytest.raises(ClientError) as refusal:
        s3.create_bucket(Bucket="No_Such_Form")
    assert code_of(refusal)[0] == "InvalidBucketName"


@pytest.mark.parametrize("body", [b"", b"text", os.urandom(3 * MIB + 17)], ids=["empty", "small", "3MiB"])
def test_what_is_put_comes_back(s3, bucket, body):
    answer = s3.put_object(
        Bucket=bucket, Key="key", Body=body, ContentType="text/x-test", Metadata={"origin": "unit"},
        CacheControl="max-age=5", ContentEncoding="identity",
    )  # fmt: skip
    assert answer["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    found = s3.get_object(Bucket=bucket, Key="key")
    assert found["Body"].read() == body
    assert (found["ContentType"], found["Metadata"]) == ("text/x-test", {"origin": "unit"})
    assert found["CacheControl"] == "max-age=5"
    assert "aws-chunked" not in found.get("ContentEncoding", "")
    head = s3.head_object(Bucket=bucket, Key="key")
    assert (head["ContentLength"], head["ETag"]) == (len(body), answer["ETag"])


def test_a_body_of_unknown_length_is_streamed(s3, bucket):
    class Endless(io.RawIOBase):
        """A file that cannot tell its size."""

        def __init__(self, left):
            self.left = left

        def readable(self):
            return True

        def readinto(self, buffer):
            count = min(len(buffer), self.left)
            buffer[:count] = b"s" * count
            self.left -= count
            return count

    s3.upload_fileobj(io.BufferedReader(Endless(2 * MIB)), bucket, "streamed")
    assert get(s3, bucket, "streamed") == b"s" * (2 * MIB)


@pytest.mark.parametrize(
    "key", ["a", "a/b", "a/", "//", "with blank", "plus+and%25", "ünïcode/日本", "dots/../x", "q?x=1&y", "a~b*c'(d)!"]
)
def test_any_key_is_kept_as_it_is(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert get(s3, bucket, key) == key.encode()
    assert [e["Key"] for e in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert get(s3, bucket, "copy") == key.encode()
    s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key=key)


def test_ranges_and_conditions(s3, bucket):
    body = bytes(range(256)) * 10
    etag = s3.put_object(Bucket=bucket, Key="key", Body=body)["ETag"]
    part = s3.get_object(Bucket=bucket, Key="key", Range="bytes=10-19")
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (part["Body"].read(), part["ContentRange"]) == (body[10:20], "bytes 10-19/2560")
    assert get(s3, bucket, "key", Range="bytes=2550-") == body[2550:]
    assert get(s3, bucket, "key", Range="bytes=-5") == body[-5:]
    assert get(s3, bucket, "key", Range="bytes=2000-99999") == body[2000:]
    with pytest.raises(ClientError) as refusal:
        get(s3, bucket, "key", Range="bytes=2560-")
    assert code_of(refusal) == ("InvalidRange", 416)
    assert get(s3, bucket, "key", IfMatch=etag) == body
    with pytest.raises(ClientError) as refusal:
        get(s3, bucket, "key", IfMatch='"other"')
    assert code_of(refusal) == ("PreconditionFailed", 412)
    with pytest.raises(ClientError) as refusal:
        get(s3, bucket, "key", IfNoneMatch=etag)
    assert code_of(refusal)[1] == 304
    named = s3.get_object(Bucket=bucket, Key="key", ResponseContentType="text/named")
    assert named["ContentType"] == "text/named"


def test_listing_in_pages_and_by_directory(s3, bucket):
    keys = sorted([f"d{n % 3}/k{n:02}" for n in range(12)] + ["top"])
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for operation in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": 5})
        assert [e["Key"] for page in pages for e in page["Contents"]] == keys, operation
        folder = getattr(s3, operation)(Bucket=bucket, Delimiter="/")
        assert [p["Prefix"] for p in folder["CommonPrefixes"]] == ["d0/", "d1/", "d2/"]
        assert [e["Key"] for e in folder["Contents"]] == ["top"]
        below = getattr(s3, operation)(Bucket=bucket, Prefix="d1/", Delimiter="/")
        assert [e["Key"] for e in below["Contents"]] == ["d1/k01", "d1/k04", "d1/k07", "d1/k10"]
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="d1/k10", MaxKeys=2)
    assert ([e["Key"] for e in after["Contents"]], after["IsTruncated"]) == (["d2/k02", "d2/k05"], True)
    marked = s3.list_objects(Bucket=bucket, Marker="d2/k08")
    assert [e["Key"] for e in marked["Contents"]] == ["d2/k11", "top"]


def test_a_large_file_goes_in_parts(s3, bucket, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(30 * MIB))
    settings = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB, max_concurrency=4)
    s3.upload_file(str(source), bucket, "large", Config=settings)
    head = s3.head_object(Bucket=bucket, Key="large")
    assert (head["ContentLength"], head["ETag"].endswith('-4"')) == (30 * MIB, True)
    target = tmp_path / "target"
    s3.download_file(bucket, "large", str(target), Config=settings)
    assert target.read_bytes() == source.read_bytes()
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "large copy", Config=settings)
    assert hashlib.md5(get(s3, bucket, "large copy")).digest() == hashlib.md5(source.read_bytes()).digest()


def test_multipart_by_hand(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts", ContentType="text/parts")["UploadId"]
    assert [u["UploadId"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    bodies = {number: bytes([number]) * 200_000 for number in (1, 2, 3)}
    of = {"Bucket": bucket, "Key": "parts", "UploadId": upload}
    etags = {n: s3.upload_part(**of, PartNumber=n, Body=bodies[n])["ETag"] for n in (3, 1, 2)}
    listed = s3.list_parts(**of)["Parts"]
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in listed] == [(n, 200_000, etags[n]) for n in (1, 2, 3)]
    parts = [{"PartNumber": n, "ETag": etags[n]} for n in (1, 2, 3)]
    with pytest.raises(ClientError) as refusal:
        s3.complete_multipart_upload(**of, MultipartUpload={"Parts": parts[::-1]})
    assert code_of(refusal)[0] == "InvalidPartOrder"
    with pytest.raises(ClientError) as refusal:
        s3.complete_multipart_upload(**of, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"0"'}]})
    assert code_of(refusal)[0] == "InvalidPart"
    s3.complete_multipart_upload(**of, MultipartUpload={"Parts": parts})
    found = s3.get_object(Bucket=bucket, Key="parts")
    assert (found["Body"].read(), found["ContentType"]) == (b"".join(bodies.values()), "text/parts")
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")


def test_an_aborted_upload_leaves_nothing(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="aborted")["UploadId"]
    of = {"Bucket": bucket, "Key": "aborted", "UploadId": upload}
    part = s3.upload_part(**of, PartNumber=1, Body=b"x" * 200_000)
    s3.abort_multipart_upload(**of)
    with pytest.raises(ClientError) as refusal:
        s3.complete_multipart_upload(**of, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert code_of(refusal) == ("NoSuchUpload", 404)
    with pytest.raises(ClientError) as refusal:
        get(s3, bucket, "aborted")
    assert code_of(refusal) == ("NoSuchKey", 404)


def test_copy_keeps_or_replaces_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="source", Body=b"body", Metadata={"kept": "yes"}, ContentType="text/one")
    s3.copy_object(Bucket=bucket, Key="same", CopySource=f"{bucket}/source")
    assert s3.head_object(Bucket=bucket, Key="same")["Metadata"] == {"kept": "yes"}
    s3.copy_object(
        Bucket=bucket, Key="other", CopySource=f"{bucket}/source", MetadataDirective="REPLACE",
        Metadata={"new": "1"}, ContentType="text/two",
    )  # fmt: skip
    head = s3.head_object(Bucket=bucket, Key="other")
    assert (head["Metadata"], head["ContentType"]) == ({"new": "1"}, "text/two")
    with pytest.raises(ClientError) as refusal:
        s3.copy_object(Bucket=bucket, Key="none", CopySource=f"{bucket}/missing")
    assert code_of(refusal) == ("NoSuchKey", 404)


def test_delete_many(s3, bucket):
    for n in range(20):
        s3.put_object(Bucket=bucket, Key=f"k{n}", Body=b"x")
    wanted = [{"Key": f"k{n}"} for n in range(19)] + [{"Key": "never there"}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": wanted})
    assert len(answer["Deleted"]) == 20 and not answer.get("Errors")
    assert [e["Key"] for e in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k19"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k19"}], "Quiet": True})
    assert not quiet.get("Deleted")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_missing_things_are_told(s3, bucket):
    with pytest.raises(ClientError) as refusal:
        get(s3, bucket, "missing")
    assert code_of(refusal) == ("NoSuchKey", 404)
    with pytest.raises(ClientError) as refusal:
        s3.list_objects_v2(Bucket=fresh("nobody"))
    assert code_of(refusal) == ("NoSuchBucket", 404)
    s3.delete_object(Bucket=bucket, Key="missing")
    for read, code in [
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
    ]:
        with pytest.raises(ClientError) as refusal:
            read(Bucket=bucket)
        assert code_of(refusal) == (code, 404)
    assert s3.get_bucket_acl(Bucket=bucket)["Owner"]["ID"]
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def test_a_damaged_body_is_refused(s3, bucket):
    wrong = base64.b64encode(hashlib.md5(b"something else").digest()).decode()
    with pytest.raises(ClientError) as refusal:
        s3.put_object(Bucket=bucket, Key="key", Body=b"body", ContentMD5=wrong)
    assert code_of(refusal)[0] == "BadDigest"
    with pytest.raises(ClientError) as refusal:
        s3.put_object(Bucket=bucket, Key="key", Body=b"body", ChecksumCRC32="AAAAAA==")
    assert code_of(refusal)[1] == 400
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="key")


@pytest.mark.parametrize("signature", ["s3", "s3v4"])
def test_signed_urls(server, signature):
    s3, bucket = connect(server, signature=signature), fresh("bucket")
    s3.create_bucket(Bucket=bucket)
    of = {"Bucket": bucket, "Key": "a key/ü"}
    upload = s3.generate_presigned_url("put_object", Params=of, ExpiresIn=300)
    assert ("X-Amz-Signature" in upload) == (signature == "s3v4")
    assert requests.put(upload, data=b"by url", timeout=10).status_code == 200
    download = s3.generate_presigned_url("get_object", Params=of, ExpiresIn=300)
    assert requests.get(download, timeout=10).content == b"by url"
    other = download.replace("a%20key", "b%20key").replace("a+key", "b+key")
    assert other != download
    refused = requests.get(other, timeout=10)
    assert (refused.status_code, "SignatureDoesNotMatch" in refused.text) == (403, True)


def test_a_v2_header_signature(server):
    s3, bucket = connect(server, signature="s3"), fresh("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="key", Body=b"v2", Metadata={"m": "1"})
    assert get(s3, bucket, "key") == b"v2"
    assert [e["Key"] for e in s3.list_objects(Bucket=bucket, Prefix="k")["Contents"]] == ["key"]


def test_strangers_are_refused(server):
    bucket = fresh("bucket")
    connect(server).create_bucket(Bucket=bucket)
    assert requests.get(f"{server.objects}/{bucket}", timeout=10).status_code == 403
    for signature in ("s3", "s3v4"):
        stranger = connect(server, signature=signature)
        stranger._request_signer._credentials.secret_key = "not the secret"
        with pytest.raises(ClientError) as refusal:
            stranger.list_objects(Bucket=bucket)
        assert code_of(refusal) == ("SignatureDoesNotMatch", 403)


def test_a_public_bucket_can_be_read_without_a_key(server):
    s3, bucket = connect(server), fresh("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="open", Body=b"for all")
    url = f"{server.objects}/{bucket}/open"
    assert requests.get(url, timeout=10).status_code == 403
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert requests.get(url, timeout=10).content == b"for all"
    assert requests.put(url, data=b"mine", timeout=10).status_code == 403


def test_images_on_the_way_out(s3, bucket):
    picture = png.picture(90, 60)
    s3.put_object(Bucket=bucket, Key="a b/picture.png", Body=picture, ContentType="image/png")

    def ask(params, **_):
        params["url"] += "?x-image-process=image%2Fresize%2Cm_lfit%2Ch_20"

    s3.meta.events.register("before-call.s3.GetObject", ask)
    answer = s3.get_object(Bucket=bucket, Key="a b/picture.png")
    s3.meta.events.unregister("before-call.s3.GetObject", ask)
    assert (answer["ContentType"], png.size(answer["Body"].read())) == ("image/png", (30, 20))
    assert get(s3, bucket, "a b/picture.png") == picture
