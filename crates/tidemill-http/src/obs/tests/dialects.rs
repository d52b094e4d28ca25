//! Both dialects on one endpoint, the probe, and both addressing styles.

use super::client::Endpoint;

#[tokio::test]
async fn metadata_stored_in_one_dialect_is_read_in_the_other() {
    let endpoint = Endpoint::new().await;
    let put = endpoint.aws("PUT", "/bkt/k").header("x-amz-meta-color", "blue").body(b"x");
    put.header("x-amz-storage-class", "GLACIER").send().await.expect(200);
    let obs = endpoint.obs("HEAD", "/bkt/k").send().await.expect(200);
    assert_eq!((obs.header("x-obs-meta-color"), obs.header("x-obs-storage-class")), ("blue", "COLD"));
    assert!(!obs.header("x-obs-request-id").is_empty());
    assert_eq!(obs.headers.keys().filter(|name| name.as_str().starts_with("x-amz-")).count(), 0);
}

#[tokio::test]
async fn the_probe_tells_the_dialect_and_whether_a_bucket_exists() {
    let endpoint = Endpoint::new().await;
    let probe = |host: &'static str| endpoint.anonymous("HEAD", "/?apiversion").host(host).send();
    for host in ["obs.test", "bkt.obs.test", "bkt.localhost:7071", "127.0.0.1:7071"] {
        assert_eq!(probe(host).await.expect(200).header("x-obs-api"), "3.0", "{host}");
    }
    let missing = probe("none.obs.test").await.expect(404);
    assert!(missing.body.is_empty());
    endpoint.anonymous("HEAD", "/bkt?apiversion").send().await.expect(200);
}

#[tokio::test]
async fn locations_are_as_each_dialect_reads_them() {
    let endpoint = Endpoint::new().await;
    let aws = endpoint.aws("GET", "/bkt?location").send().await.expect(200).text();
    assert!(
        aws.ends_with(">local-1<LocationConstraint>local-1</LocationConstraint></LocationConstraint>"),
        "{aws}"
    );
    let obs = endpoint.obs("GET", "/bkt?location").send().await.expect(200);
    assert!(obs.text().contains("<Location xmlns=\"http://obs.test/doc/2015-06-30/\">local-1</Location>"));
    let aws = endpoint.aws("HEAD", "/bkt").send().await.expect(200);
    assert_eq!(aws.header("x-amz-bucket-region"), "local-1");
    let obs = endpoint.obs("HEAD", "/bkt").send().await.expect(200);
    assert_eq!(obs.header("x-obs-bucket-location"), "local-1");
}

#[tokio::test]
async fn a_bucket_is_found_in_the_host_too() {
    let endpoint = Endpoint::new().await;
    endpoint.aws("PUT", "/dir/k").host("bkt.obs.test:7071").body(b"x").send().await.expect(200);
    assert_eq!(endpoint.get("/bkt/dir/k").await, b"x");
    let listed = endpoint.aws("GET", "/").host("bkt.obs.test").send().await.expect(200);
    assert_eq!(listed.elements("Key"), ["dir/k"]);
    endpoint.aws("GET", "/").host("none.obs.test").send().await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn refusals_speak_the_dialect_they_are_asked_in() {
    let endpoint = Endpoint::new().await;
    let obs = endpoint.obs("GET", "/bkt/none").send().await;
    obs.refused(404, "NoSuchKey");
    assert!(!obs.header("x-obs-request-id").is_empty() && obs.header("x-amz-request-id").is_empty());
    let forged = endpoint.anonymous("GET", "/bkt").header("authorization", "OBS AKTEST:AAAA");
    let forged = forged.header("date", "Thu, 15 Jan 2026 09:30:00 GMT").send().await;
    forged.refused(403, "SignatureDoesNotMatch");
    assert!(!forged.header("x-obs-request-id").is_empty());
    let anonymous = endpoint.anonymous("GET", "/bkt").send().await;
    anonymous.refused(403, "AccessDenied");
    assert!(
        !anonymous.header("x-obs-request-id").is_empty() && !anonymous.header("x-amz-request-id").is_empty()
    );
}
