//! Buckets and their configurations.

use super::client::Endpoint;

#[tokio::test]
async fn buckets_are_created_listed_and_deleted_when_empty() {
    let endpoint = Endpoint::new().await;
    let location =
        b"<CreateBucketConfiguration><LocationConstraint>x</LocationConstraint></CreateBucketConfiguration>";
    let made = endpoint.aws("PUT", "/second/").body(location).send().await.expect(200);
    assert_eq!(made.header("location"), "/second");
    endpoint.aws("PUT", "/bkt").send().await.expect(200);
    let listed = endpoint.aws("GET", "/").send().await.expect(200);
    assert_eq!(listed.elements("Name"), ["bkt", "second"]);
    assert_eq!(listed.element("CreationDate"), "2026-01-15T09:30:00.000Z");
    endpoint.put("/second/k", b"x").await;
    endpoint.aws("DELETE", "/second").send().await.refused(409, "BucketNotEmpty");
    endpoint.aws("DELETE", "/second/k").send().await.expect(204);
    endpoint.aws("DELETE", "/second").send().await.expect(204);
    endpoint.aws("DELETE", "/second").send().await.refused(404, "NoSuchBucket");
    endpoint.aws("HEAD", "/second").send().await.expect(404);
}

#[tokio::test]
async fn bad_names_and_documents_are_refused() {
    let endpoint = Endpoint::empty().await;
    for name in ["ab", "Upper", "under_score", "a..b"] {
        let made = endpoint.aws("PUT", &format!("/{name}")).send().await;
        made.refused(400, "InvalidBucketName");
    }
    endpoint.aws("PUT", "/good").body(b"<Create").send().await.refused(400, "MalformedXML");
    let acl = endpoint.aws("PUT", "/good").header("x-amz-acl", "public-read-write").send().await;
    acl.refused(501, "NotImplemented");
    endpoint.aws("GET", "/good").send().await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn what_is_never_configured_has_fixed_answers() {
    let endpoint = Endpoint::new().await;
    let missing = [
        ("policy", "NoSuchBucketPolicy"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("cors", "NoSuchCORSConfiguration"),
        ("tagging", "NoSuchTagSet"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ];
    for (name, code) in missing {
        let target = format!("/bkt?{name}");
        endpoint.aws("GET", &target).send().await.refused(404, code);
        endpoint.aws("PUT", &target).body(b"<x/>").send().await.refused(501, "NotImplemented");
        endpoint.aws("DELETE", &target).send().await.expect(204);
    }
    let versioning = endpoint.aws("GET", "/bkt?versioning").send().await.expect(200);
    assert!(versioning.text().contains("<VersioningConfiguration"));
    endpoint.put("/bkt/k", b"x").await;
    assert!(endpoint.aws("GET", "/bkt/k?tagging").send().await.expect(200).text().contains("<TagSet>"));
}

#[tokio::test]
async fn a_deleted_configuration_does_not_delete_the_bucket() {
    let endpoint = Endpoint::new().await;
    endpoint.aws("DELETE", "/bkt?policy").send().await.expect(204);
    endpoint.aws("HEAD", "/bkt").send().await.expect(200);
    endpoint.put("/bkt/k", b"x").await;
    endpoint.aws("DELETE", "/bkt/k?tagging").send().await.expect(204);
    assert_eq!(endpoint.get("/bkt/k").await, b"x");
}
