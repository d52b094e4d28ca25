"""esdk-obs-python: the OBS dialect through BUCKET.localhost, and the V2 and V4 forms by path."""

import os
from http.client import HTTPConnection

import pytest
import requests
from obs import (
    CompleteMultipartUploadRequest,
    CompletePart,
    CopyObjectHeader,
    DeleteObjectsRequest,
    GetObjectHeader,
    GetObjectRequest,
    ObsClient,
    PutObjectHeader,
)
from obs import Object as ObsObject

from support import names, png
from support.names import fresh

MIB = 1024 * 1024


def connect(server, host, signature, **more):
    port = int(server.objects.rsplit(":", 1)[1])
    return ObsClient(
        access_key_id=names.ACCESS_KEY_ID, secret_access_key=names.SECRET_ACCESS_KEY,
        server=f"http://{host}:{port}", signature=signature, region=names.REGION, max_retry_count=1, **more,
    )  # fmt: skip


@pytest.fixture(params=["obs-virtual-host", "v2-path", "v4-path"])
def obs(server, request):
    if request.param == "obs-virtual-host":
        client = connect(server, "localhost", "obs")
    else:
        client = connect(server, "127.0.0.1", request.param[:2], path_style=True)
    yield client
    client.close()


@pytest.fixture
def bucket(obs):
    name = fresh("bucket")
    assert obs.createBucket(name, location=names.REGION).status == 200
    return name


def ok(answer, status=200):
    """The answer, which must have this status."""
    assert answer.status == status, (answer.status, answer.errorCode, answer.errorMessage)
    return answer


def get(obs, bucket, key, **more):
    answer = ok(obs.getObject(bucket, key, loadStreamInMemory=True, **more), 206 if more else 200)
    return answer.body.buffer


def test_the_obs_dialect_is_really_used(server, monkeypatch):
    """This client falls back to another signature in silence: look at what goes out."""
    sent, put_header = [], HTTPConnection.putheader

    def note(self, name, *values):
        sent.append((name, values))
        return put_header(self, name, *values)

    monkeypatch.setattr(HTTPConnection, "putheader", note)
    client = connect(server, "localhost", "obs")
    ok(client.createBucket(fresh("bucket")))
    signatures = [str(values[0]) for name, values in sent if name == "Authorization"]
    assert signatures and all(text.startswith("OBS ") for text in signatures), sent
    client.close()


def test_buckets(obs, bucket):
    assert bucket in [entry.name for entry in ok(obs.listBuckets()).body.buckets]
    ok(obs.headBucket(bucket))
    assert obs.headBucket(fresh("nobody")).status == 404
    assert ok(obs.getBucketLocation(bucket)).body.location == names.REGION
    ok(obs.getBucketAcl(bucket))
    ok(obs.putContent(bucket, "in the way", "x"))
    refused = obs.deleteBucket(bucket)
    assert (refused.status, refused.errorCode) == (409, "BucketNotEmpty")
    ok(obs.deleteObject(bucket, "in the way"), 204)
    ok(obs.deleteBucket(bucket), 204)
    assert obs.headBucket(bucket).status == 404


def test_put_get_head_delete(obs, bucket):
    headers = PutObjectHeader(contentType="text/x-test")
    put = ok(obs.putContent(bucket, "dir/ü key", "some text", metadata={"origin": "unit"}, headers=headers))
    assert put.body.etag
    assert get(obs, bucket, "dir/ü key") == b"some text"
    head = ok(obs.getObjectMetadata(bucket, "dir/ü key"))
    assert (head.body.contentLength, head.body.contentType, head.body.etag) == (9, "text/x-test", put.body.etag)
    assert dict(head.header)["origin"] == "unit"
    assert get(obs, bucket, "dir/ü key", headers=GetObjectHeader(range="5-8")) == b"text"
    ok(obs.deleteObject(bucket, "dir/ü key"), 204)
    missing = obs.getObject(bucket, "dir/ü key")
    assert (missing.status, missing.errorCode) == (404, "NoSuchKey")


def test_files_and_streams(obs, bucket, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(os.urandom(2 * MIB + 5))
    ok(obs.putFile(bucket, "file", str(source)))
    target = tmp_path / "target"
    ok(obs.getObject(bucket, "file", downloadPath=str(target)))
    assert target.read_bytes() == source.read_bytes()
    # A file object goes out in HTTP chunks, without a length.
    with open(source, "rb") as stream:
        ok(obs.putContent(bucket, "stream", stream))
    assert get(obs, bucket, "stream") == source.read_bytes()


def test_listing(obs, bucket):
    keys = sorted([f"d{n % 2}/k{n}" for n in range(8)] + ["top"])
    for key in keys:
        ok(obs.putContent(bucket, key, key))
    assert [e.key for e in ok(obs.listObjects(bucket)).body.contents] == keys
    assert [e.key for e in ok(obs.listObjects(bucket, prefix="d1/")).body.contents] == keys[4:8]
    folder = ok(obs.listObjects(bucket, delimiter="/")).body
    assert [p.prefix for p in folder.commonPrefixs] == ["d0/", "d1/"]
    assert [e.key for e in folder.contents] == ["top"]
    page, found = ok(obs.listObjects(bucket, max_keys=4)).body, []
    while True:
        found += [e.key for e in page.contents]
        if not page.is_truncated:
            break
        page = ok(obs.listObjects(bucket, max_keys=4, marker=page.next_marker)).body
    assert found == keys
    many = DeleteObjectsRequest(quiet=False, objects=[ObsObject(key) for key in keys])
    assert len(ok(obs.deleteObjects(bucket, many)).body.deleted) == len(keys)
    assert ok(obs.listObjects(bucket)).body.contents == []


def test_copy(obs, bucket):
    ok(obs.putContent(bucket, "source ü", "text", metadata={"kept": "yes"}))
    ok(obs.copyObject(bucket, "source ü", bucket, "copy"))
    assert get(obs, bucket, "copy") == b"text"
    assert dict(ok(obs.getObjectMetadata(bucket, "copy")).header)["kept"] == "yes"
    replace = CopyObjectHeader(directive="REPLACE", contentType="text/new")
    ok(obs.copyObject(bucket, "copy", bucket, "copy 2", metadata={"new": "1"}, headers=replace))
    head = ok(obs.getObjectMetadata(bucket, "copy 2"))
    assert (dict(head.header)["new"], head.body.contentType) == ("1", "text/new")


def test_multipart(obs, bucket):
    upload = ok(obs.initiateMultipartUpload(bucket, "parts")).body.uploadId
    assert [u.uploadId for u in ok(obs.listMultipartUploads(bucket)).body.upload] == [upload]
    one = ok(obs.uploadPart(bucket, "parts", 1, upload, b"1" * 200_000)).body.etag
    ok(obs.putContent(bucket, "source", "2" * 300_000))
    two = ok(obs.copyPart(bucket, "parts", 2, upload, f"{bucket}/source")).body.etag
    assert [p.partNumber for p in ok(obs.listParts(bucket, "parts", upload)).body.parts] == [1, 2]
    request = CompleteMultipartUploadRequest([CompletePart(1, one), CompletePart(2, two)])
    assert ok(obs.completeMultipartUpload(bucket, "parts", upload, request)).body.etag.strip('"').endswith("-2")
    assert get(obs, bucket, "parts") == b"1" * 200_000 + b"2" * 300_000

    dropped = ok(obs.initiateMultipartUpload(bucket, "dropped")).body.uploadId
    ok(obs.abortMultipartUpload(bucket, "dropped", dropped), 204)
    refused = obs.uploadPart(bucket, "dropped", 1, dropped, b"late")
    assert (refused.status, refused.errorCode) == (404, "NoSuchUpload")


def test_upload_and_download_in_parallel_parts(obs, bucket, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(12 * MIB + 3))
    ok(obs.uploadFile(bucket, "large", str(source), partSize=5 * MIB, taskNum=3, enableCheckpoint=True))
    ok(obs.downloadFile(bucket, "large", str(target), partSize=5 * MIB, taskNum=3))
    assert target.read_bytes() == source.read_bytes()


def test_signed_urls(obs, bucket):
    upload = obs.createSignedUrl("PUT", bucket, "by url", expires=300)
    answer = requests.put(upload.signedUrl, headers=upload.actualSignedRequestHeaders, data=b"by url", timeout=10)
    assert answer.status_code == 200, answer.text
    download = obs.createSignedUrl("GET", bucket, "by url", expires=300)
    answer = requests.get(download.signedUrl, headers=download.actualSignedRequestHeaders, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"by url")
    other = obs.createSignedUrl("GET", bucket, "other", expires=300).signedUrl
    refused = requests.get(download.signedUrl.replace("by%20url", "other").replace("by+url", "other"), timeout=10)
    assert other and refused.status_code == 403


def test_append(server):
    client, name = connect(server, "localhost", "obs"), fresh("bucket")
    ok(client.createBucket(name))
    from obs import AppendObjectContent

    first = ok(client.appendObject(name, "log", AppendObjectContent(content="one,", position=0)))
    assert int(first.body.nextPosition) == 4
    ok(client.appendObject(name, "log", AppendObjectContent(content="two", position=4)))
    assert get(client, name, "log") == b"one,two"
    assert client.appendObject(name, "log", AppendObjectContent(content="x", position=1)).status == 409
    client.close()


def test_settings_that_are_not_offered(obs, bucket):
    assert obs.getBucketLifecycle(bucket).status == 404
    assert obs.setBucketVersioning(bucket, "Enabled").status == 501


def test_a_wrong_secret_is_refused(server):
    for host, signature in (("localhost", "obs"), ("127.0.0.1", "v2"), ("127.0.0.1", "v4")):
        client = connect(server, host, signature)
        client.securityProvider.secret_access_key = "not the secret"
        answer = client.listBuckets()
        assert (answer.status, answer.errorCode) == (403, "SignatureDoesNotMatch")
        client.close()


def test_images_on_the_way_out(obs, bucket):
    ok(obs.putContent(bucket, "a b/picture.png", png.picture(90, 60)))
    asked = "image/resize,m_lfit,h_20"
    request = GetObjectRequest(imageProcess=asked)
    answer = ok(obs.getObject(bucket, "a b/picture.png", getObjectRequest=request, loadStreamInMemory=True))
    assert png.size(answer.body.buffer) == (30, 20)

    signed = obs.createSignedUrl("GET", bucket, "a b/picture.png", queryParams={"x-image-process": asked})
    answer = requests.get(signed.signedUrl, headers=signed.actualSignedRequestHeaders, timeout=10)
    assert (answer.status_code, png.size(answer.content)) == (200, (30, 20))
    altered = signed.signedUrl.replace("h_20", "h_21")
    assert altered != signed.signedUrl
    answer = requests.get(altered, headers=signed.actualSignedRequestHeaders, timeout=10)
    assert answer.status_code == 403 and "SignatureDoesNotMatch" in answer.text

    refused = obs.getObject(bucket, "a b/picture.png", getObjectRequest=GetObjectRequest(imageProcess="image/blur,r_3"))
    assert (refused.status, refused.errorCode) == (400, "InvalidArgument")
