//! Objects over HTTP: put, get, head, conditions, ranges, append, copy, delete.

use super::client::Endpoint;

#[tokio::test]
async fn an_object_comes_back_with_its_headers() {
    let endpoint = Endpoint::new().await;
    let put = endpoint
        .aws("PUT", "/bkt/dir//a%20b%2F%C3%A4%2B.txt")
        .header("content-type", "text/plain")
        .header("cache-control", "no-cache")
        .header("x-amz-meta-color", "blue")
        .header("x-amz-storage-class", "STANDARD_IA")
        .body(b"hello")
        .send()
        .await
        .expect(200);
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    for method in ["GET", "HEAD"] {
        let got = endpoint.aws(method, "/bkt/dir//a%20b%2F%C3%A4%2B.txt").send().await.expect(200);
        assert_eq!(got.body, if method == "GET" { b"hello".as_slice() } else { b"" });
        let wanted = [
            ("content-length", "5"),
            ("content-type", "text/plain"),
            ("cache-control", "no-cache"),
            ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
            ("last-modified", "Thu, 15 Jan 2026 09:30:00 GMT"),
            ("accept-ranges", "bytes"),
            ("x-amz-meta-color", "blue"),
            ("x-amz-storage-class", "STANDARD_IA"),
        ];
        for (name, value) in wanted {
            assert_eq!(got.header(name), value, "{name}");
        }
        assert_eq!(got.header("x-amz-request-id").len(), 32);
    }
    endpoint.put("/bkt/plain", b"x").await;
    let plain = endpoint.aws("GET", "/bkt/plain").send().await.expect(200);
    assert_eq!(plain.header("content-type"), "binary/octet-stream");
    assert_eq!(plain.header("x-amz-storage-class"), "");
}

#[tokio::test]
async fn ranges_conditions_and_overrides_shape_a_get() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/k", b"0123456789").await;
    let etag = "\"781e5e245d69b566979b86e28d23f2c7\"";
    let get =
        |name: &'static str, value: &'static str| endpoint.aws("GET", "/bkt/k").header(name, value).send();
    let part = get("range", "bytes=2-4").await.expect(206);
    assert_eq!((part.body.as_slice(), part.header("content-range")), (b"234".as_slice(), "bytes 2-4/10"));
    let beyond = get("range", "bytes=10-").await;
    beyond.refused(416, "InvalidRange");
    assert_eq!(beyond.header("content-range"), "bytes */10");
    let changed = endpoint.aws("GET", "/bkt/k").header("range", "bytes=2-4").header("if-range", "\"x\"");
    assert_eq!(changed.send().await.expect(200).body.len(), 10);
    get("if-match", etag).await.expect(200);
    get("if-match", "\"x\"").await.refused(412, "PreconditionFailed");
    let same = get("if-none-match", etag).await.expect(304);
    assert_eq!((same.body.len(), same.header("etag")), (0, etag));
    get("if-modified-since", "Thu, 15 Jan 2026 09:30:00 GMT").await.expect(304);
    get("if-unmodified-since", "Thu, 15 Jan 2026 09:29:00 GMT").await.refused(412, "PreconditionFailed");
    let target = "/bkt/k?response-content-type=text%2Fcsv&response-content-disposition=attachment";
    let overridden = endpoint.aws("GET", target).send().await.expect(200);
    assert_eq!(overridden.header("content-type"), "text/csv");
    assert_eq!(overridden.header("content-disposition"), "attachment");
}

#[tokio::test]
async fn a_conditional_put_does_not_replace() {
    let endpoint = Endpoint::new().await;
    let put = |name: &'static str, value: &'static str| {
        endpoint.aws("PUT", "/bkt/k").header(name, value).body(b"new").send()
    };
    put("if-none-match", "*").await.expect(200);
    put("if-none-match", "*").await.refused(412, "PreconditionFailed");
    put("if-match", "\"x\"").await.refused(412, "PreconditionFailed");
    put("if-match", "\"22af645d1859cb5ca6da0c484f1f37ea\"").await.expect(200);
}

#[tokio::test]
async fn deleting_is_idempotent_and_a_missing_key_is_told() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/k", b"x").await;
    endpoint.aws("DELETE", "/bkt/k").send().await.expect(204);
    endpoint.aws("DELETE", "/bkt/k").send().await.expect(204);
    let missing = endpoint.aws("GET", "/bkt/k").send().await;
    missing.refused(404, "NoSuchKey");
    assert_eq!(missing.element("Resource"), "/bkt/k");
    assert_eq!(missing.element("RequestId"), missing.header("x-amz-request-id"));
    assert!(endpoint.aws("HEAD", "/bkt/k").send().await.expect(404).body.is_empty());
}

#[tokio::test]
async fn many_are_deleted_at_once() {
    let endpoint = Endpoint::new().await;
    for key in ["a", "b%26%3C", "c"] {
        endpoint.put(&format!("/bkt/{key}"), b"x").await;
    }
    let body = b"<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;&lt;</Key></Object>\
                 <Object><Key>missing</Key></Object></Delete>";
    let done = endpoint.aws("POST", "/bkt?delete").body(body).send().await.expect(200);
    assert_eq!(done.elements("Key"), ["a", "b&amp;&lt;", "missing"]);
    let quiet = b"<Delete><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>";
    let done = endpoint.aws("POST", "/bkt?delete").body(quiet).send().await.expect(200);
    assert!(done.elements("Key").is_empty());
    let listed = endpoint.aws("GET", "/bkt").send().await.expect(200);
    assert!(listed.elements("Key").is_empty());
    endpoint.aws("POST", "/bkt?delete").body(b"<Delete>").send().await.refused(400, "MalformedXML");
    endpoint.aws("POST", "/bkt?delete").body(b"<Delete/>").send().await.refused(400, "MalformedXML");
}

#[tokio::test]
async fn a_copy_keeps_or_replaces_headers() {
    let endpoint = Endpoint::new().await;
    let source = endpoint.aws("PUT", "/bkt/s%20%C3%A4").header("x-amz-meta-a", "1").body(b"x");
    source.header("content-type", "text/plain").send().await.expect(200);
    let copy = |source: &'static str, target: &'static str| {
        endpoint.aws("PUT", target).header("x-amz-copy-source", source)
    };
    for from in ["bkt/s%20%C3%A4", "/bkt/s%20%C3%A4", "bkt%2Fs%20%C3%A4?versionId=null"] {
        let done = copy(from, "/bkt/t").send().await.expect(200);
        assert_eq!(done.element("ETag"), "&quot;9dd4e461268c8034f5c8564e155c67a6&quot;");
    }
    let kept = endpoint.aws("HEAD", "/bkt/t").send().await;
    assert_eq!((kept.header("content-type"), kept.header("x-amz-meta-a")), ("text/plain", "1"));
    let onto_itself = copy("bkt/t", "/bkt/t");
    onto_itself.send().await.refused(400, "InvalidRequest");
    let replaced = copy("bkt/t", "/bkt/t").header("x-amz-metadata-directive", "REPLACE");
    replaced.header("x-amz-meta-b", "2").send().await.expect(200);
    let after = endpoint.aws("HEAD", "/bkt/t").send().await;
    assert_eq!((after.header("x-amz-meta-a"), after.header("x-amz-meta-b")), ("", "2"));
    assert_eq!(endpoint.get("/bkt/t").await, b"x");
    let unmet = copy("bkt/t", "/bkt/u").header("x-amz-copy-source-if-match", "\"other\"");
    unmet.send().await.refused(412, "PreconditionFailed");
    copy("bkt/none", "/bkt/u").send().await.refused(404, "NoSuchKey");
    copy("none/none", "/bkt/u").send().await.refused(404, "NoSuchBucket");
    copy("bkt", "/bkt/u").send().await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn appending_is_for_the_obs_dialect_and_tells_the_end() {
    let endpoint = Endpoint::new().await;
    let append = |position: u64, body: &'static [u8]| {
        endpoint.obs("POST", &format!("/bkt/log?append&position={position}")).body(body).send()
    };
    let first = append(0, b"one").await.expect(200);
    assert_eq!(first.header("x-obs-next-append-position"), "3");
    let wrong = append(0, b"two").await;
    wrong.refused(409, "PositionNotEqualToLength");
    assert_eq!(wrong.header("x-obs-next-append-position"), "3");
    append(3, b"two").await.expect(200);
    let head = endpoint.obs("HEAD", "/bkt/log").send().await.expect(200);
    assert_eq!(head.header("x-obs-object-type"), "Appendable");
    assert_eq!(endpoint.get("/bkt/log").await, b"onetwo");
    let aws = endpoint.aws("POST", "/bkt/log?append=&position=6").body(b"x").send().await;
    aws.refused(501, "NotImplemented");
    endpoint.obs("POST", "/bkt/log?append").body(b"x").send().await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn a_version_is_null_or_not_there() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/k", b"x").await;
    endpoint.aws("GET", "/bkt/k?versionId=null").send().await.expect(200);
    endpoint.aws("GET", "/bkt/k?versionId=v1").send().await.refused(404, "NoSuchVersion");
    endpoint.aws("DELETE", "/bkt/k?versionId=v1").send().await.refused(404, "NoSuchVersion");
    assert_eq!(endpoint.get("/bkt/k").await, b"x");
}
