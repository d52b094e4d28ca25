//! Multipart uploads over HTTP.

use super::client::Endpoint;

async fn begin(endpoint: &Endpoint, key: &str) -> String {
    let begun = endpoint.aws("POST", &format!("/bkt/{key}?uploads")).header("x-amz-meta-a", "1").send().await;
    begun.expect(200).element("UploadId")
}

async fn put_part(endpoint: &Endpoint, key: &str, id: &str, number: u64, body: &[u8]) -> String {
    let target = format!("/bkt/{key}?partNumber={number}&uploadId={id}");
    endpoint.aws("PUT", &target).body(body).send().await.expect(200).header("etag").to_owned()
}

fn list(parts: &[(u64, String)]) -> Vec<u8> {
    let part = |(number, etag): &(u64, String)| {
        let etag = etag.replace('"', "&quot;");
        format!("<Part><ETag>{etag}</ETag><PartNumber>{number}</PartNumber></Part>")
    };
    let parts: String = parts.iter().map(part).collect();
    format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>").into_bytes()
}

#[tokio::test]
async fn an_upload_is_listed_until_it_is_completed() {
    let endpoint = Endpoint::new().await;
    let id = begin(&endpoint, "k").await;
    let big = vec![b'x'; 102_400];
    let second = put_part(&endpoint, "k", &id, 2, b"end").await;
    let first = put_part(&endpoint, "k", &id, 1, &big).await;
    let parts = endpoint.aws("GET", &format!("/bkt/k?max-parts=1&uploadId={id}")).send().await.expect(200);
    assert_eq!(
        (parts.elements("PartNumber"), parts.element("IsTruncated")),
        (vec!["1".into()], "true".into())
    );
    assert_eq!(parts.element("NextPartNumberMarker"), "1");
    let uploads = endpoint.aws("GET", "/bkt?uploads").send().await.expect(200);
    assert_eq!(uploads.elements("UploadId"), [id.as_str()]);
    endpoint.aws("GET", "/bkt/k").send().await.refused(404, "NoSuchKey");

    let target = format!("/bkt/k?uploadId={id}");
    let body = list(&[(1, first), (2, second)]);
    let done = endpoint.aws("POST", &target).body(&body).send().await.expect(200);
    assert!(done.element("ETag").ends_with("-2&quot;"));
    assert_eq!(endpoint.get("/bkt/k").await, [big.as_slice(), b"end"].concat());
    let head = endpoint.aws("HEAD", "/bkt/k").send().await;
    assert_eq!((head.header("x-amz-meta-a"), head.header("content-length")), ("1", "102403"));
    endpoint.aws("POST", &target).body(&body).send().await.refused(404, "NoSuchUpload");
    let uploads = endpoint.aws("GET", "/bkt?uploads").send().await.expect(200);
    assert!(uploads.elements("UploadId").is_empty());
}

#[tokio::test]
async fn wrong_lists_are_refused_with_their_codes() {
    let endpoint = Endpoint::new().await;
    let id = begin(&endpoint, "k").await;
    let one = put_part(&endpoint, "k", &id, 1, b"small").await;
    let two = put_part(&endpoint, "k", &id, 2, b"small").await;
    let complete = |body: Vec<u8>| {
        let call = endpoint.aws("POST", &format!("/bkt/k?uploadId={id}"));
        async move { call.body(&body).send().await }
    };
    let both = [(1, one.clone()), (2, two.clone())];
    complete(list(&both)).await.refused(400, "EntityTooSmall");
    complete(list(&[both[1].clone(), both[0].clone()])).await.refused(400, "InvalidPartOrder");
    complete(list(&[(3, one.clone())])).await.refused(400, "InvalidPart");
    complete(list(&[])).await.refused(400, "MalformedXML");
    complete(b"<CompleteMultipartUpload><Part/></CompleteMultipartUpload>".to_vec())
        .await
        .refused(400, "MalformedXML");
    complete(list(&[(1, one)])).await.expect(200);
}

#[tokio::test]
async fn after_an_abort_the_upload_takes_nothing() {
    let endpoint = Endpoint::new().await;
    let id = begin(&endpoint, "k").await;
    let etag = put_part(&endpoint, "k", &id, 1, b"x").await;
    let target = format!("/bkt/k?uploadId={id}");
    endpoint.aws("DELETE", &target).send().await.expect(204);
    endpoint.aws("DELETE", &target).send().await.refused(404, "NoSuchUpload");
    endpoint.aws("POST", &target).body(&list(&[(1, etag)])).send().await.refused(404, "NoSuchUpload");
    let part = endpoint.aws("PUT", &format!("/bkt/k?partNumber=1&uploadId={id}")).body(b"x").send().await;
    part.refused(404, "NoSuchUpload");
    endpoint.aws("GET", &target).send().await.refused(404, "NoSuchUpload");
    endpoint.objects.sweep().await.unwrap();
    assert_eq!(endpoint.blob_files(), 0);
}

#[tokio::test]
async fn a_part_can_be_a_range_of_an_object() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/source", b"0123456789").await;
    let id = begin(&endpoint, "k").await;
    let copy = |range: &'static str| {
        let call = endpoint.aws("PUT", &format!("/bkt/k?partNumber=1&uploadId={id}"));
        call.header("x-amz-copy-source", "/bkt/source").header("x-amz-copy-source-range", range).send()
    };
    copy("bytes=20-30").await.refused(400, "InvalidRange");
    let part = copy("bytes=2-4").await.expect(200).element("ETag").replace("&quot;", "\"");
    let call = endpoint.aws("POST", &format!("/bkt/k?uploadId={id}"));
    call.body(&list(&[(1, part)])).send().await.expect(200);
    assert_eq!(endpoint.get("/bkt/k").await, b"234");
}

#[tokio::test]
async fn part_numbers_are_checked() {
    let endpoint = Endpoint::new().await;
    let id = begin(&endpoint, "k").await;
    for number in ["0", "10001", "x", ""] {
        let target = format!("/bkt/k?partNumber={number}&uploadId={id}");
        endpoint.aws("PUT", &target).body(b"x").send().await.refused(400, "InvalidArgument");
    }
}
