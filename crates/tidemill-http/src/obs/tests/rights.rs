//! Who may do what.

use super::client::Endpoint;
use tidemill_model::BucketName;
use tidemill_objects::BucketAcl;

#[tokio::test]
async fn a_private_bucket_shows_nothing_and_a_public_one_is_read_only() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/k", b"x").await;
    let requests =
        [("GET", "/bkt/k"), ("GET", "/bkt"), ("GET", "/bkt?uploads"), ("GET", "/bkt?acl"), ("GET", "/")];
    for (method, target) in requests {
        endpoint.anonymous(method, target).send().await.refused(403, "AccessDenied");
    }
    endpoint.aws("PUT", "/bkt?acl").header("x-amz-acl", "public-read").send().await.expect(200);
    let acl = endpoint.aws("GET", "/bkt?acl").send().await.expect(200);
    assert_eq!(acl.elements("Permission"), ["FULL_CONTROL", "READ"]);
    assert_eq!(endpoint.anonymous("GET", "/bkt/k").send().await.expect(200).body, b"x");
    endpoint.anonymous("HEAD", "/bkt/k").send().await.expect(200);
    assert_eq!(endpoint.anonymous("GET", "/bkt").send().await.expect(200).elements("Key"), ["k"]);
    for (method, target) in [
        ("PUT", "/bkt/k"),
        ("DELETE", "/bkt/k"),
        ("DELETE", "/bkt"),
        ("POST", "/bkt?delete"),
        ("POST", "/bkt/k?uploads"),
        ("PUT", "/bkt?acl"),
        ("GET", "/bkt?acl"),
        ("GET", "/bkt/k?acl"),
    ] {
        let refused = endpoint.anonymous(method, target).body(b"evil").send().await;
        refused.refused(403, "AccessDenied");
    }
    endpoint.aws("PUT", "/bkt?acl").header("x-amz-acl", "private").send().await.expect(200);
    endpoint.anonymous("GET", "/bkt/k").send().await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn another_accounts_bucket_is_out_of_reach() {
    let endpoint = Endpoint::new().await;
    let name = BucketName::parse("theirs").unwrap();
    endpoint.objects.create_bucket(&name, "other-domain", "p", BucketAcl::Private).await.unwrap();
    endpoint.aws("PUT", "/theirs").send().await.refused(409, "BucketAlreadyExists");
    for (method, target) in
        [("GET", "/theirs"), ("PUT", "/theirs/k"), ("DELETE", "/theirs"), ("POST", "/theirs/k?uploads")]
    {
        endpoint.aws(method, target).body(b"x").send().await.refused(403, "AccessDenied");
    }
    let copy = endpoint.aws("PUT", "/bkt/k").header("x-amz-copy-source", "theirs/k").send().await;
    copy.refused(403, "AccessDenied");
    let listed = endpoint.aws("GET", "/").send().await.expect(200);
    assert_eq!(listed.elements("Name"), ["bkt"]);
}

#[tokio::test]
async fn a_signed_url_works_until_it_ends() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/k", b"x").await;
    let signed = endpoint.obs("GET", "/bkt/k");
    endpoint.clock.advance(std::time::Duration::from_secs(59));
    signed.send().await.expect(200);
    let late = endpoint.anonymous("GET", "/bkt/k?AccessKeyId=AKTEST&Expires=1768469000&Signature=x");
    late.send().await.refused(403, "AccessDenied");
}
