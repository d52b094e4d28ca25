//! Bad input: the right code, nothing stored, nothing read that need not be.

use super::client::Endpoint;
use crate::obs::request::Target;
use http::HeaderMap;
use proptest::prelude::*;
use tidemill_iam::RequestHead;
use tidemill_iam::object_signature::Addressing;

#[tokio::test]
async fn bodies_that_differ_from_what_is_stated_store_nothing() {
    let endpoint = Endpoint::new().await;
    let put = || endpoint.aws("PUT", "/bkt/k");
    let wrong = put().hash(&"0".repeat(64)).body(b"x").send().await;
    wrong.refused(400, "XAmzContentSHA256Mismatch");
    let md5 = put().header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==").body(b"x").send().await;
    md5.refused(400, "BadDigest");
    put().header("content-md5", "short").body(b"x").send().await.refused(400, "InvalidDigest");
    let crc = put().header("x-amz-checksum-crc32", "AAAAAA==").body(b"x").send().await;
    crc.refused(400, "BadDigest");
    let sha = put().header("x-amz-checksum-sha256", "AAAA").hash("UNSIGNED-PAYLOAD").body(b"x").send().await;
    sha.refused(400, "BadDigest");
    put().hash("UNSIGNED-PAYLOAD").body(b"half").ends_in_error().send().await.refused(400, "IncompleteBody");
    endpoint.aws("GET", "/bkt/k").send().await.refused(404, "NoSuchKey");
    assert_eq!(endpoint.blob_files(), 0);
    put().header("content-md5", "ndTkYSaMgDT1yFZOFVxnpg==").body(b"x").send().await.expect(200);
}

#[tokio::test]
async fn lengths_are_checked_before_the_body_is_read() {
    let endpoint = Endpoint::new().await;
    let put = || endpoint.aws("PUT", "/bkt/k").hash("UNSIGNED-PAYLOAD");
    put().without_length().body(b"x").send().await.refused(411, "MissingContentLength");
    put().header("content-length", "5368709121").send().await.refused(400, "EntityTooLarge");
    let document = endpoint.aws("POST", "/bkt?delete").hash("UNSIGNED-PAYLOAD");
    document.header("content-length", "1048577").send().await.refused(400, "EntityTooLarge");
    let endless = endpoint.aws("POST", "/bkt?delete").hash("UNSIGNED-PAYLOAD").without_length();
    let endless = endless.body(&vec![b'<'; 1024 * 1024]).body(b"<").send().await;
    endless.refused(400, "MaxMessageLengthExceeded");
}

#[tokio::test]
async fn a_refused_client_that_waits_keeps_its_body() {
    let endpoint = Endpoint::new().await;
    let call = endpoint.anonymous("PUT", "/bkt/k").header("expect", "100-continue");
    // Reading this body would end in an error.
    let refused = call.ends_in_error().send().await;
    refused.refused(403, "AccessDenied");
    assert_eq!(refused.header("connection"), "close");
    let read = endpoint.anonymous("PUT", "/bkt/k").body(b"short").send().await;
    assert_eq!(read.header("connection"), "");
}

#[tokio::test]
async fn a_client_that_falls_silent_is_let_go() {
    let endpoint = Endpoint::new().await;
    let call = endpoint.aws("PUT", "/bkt/k").hash("UNSIGNED-PAYLOAD").header("content-length", "10");
    let waiting = call.body(b"half").never_ends().send();
    let time_passes = async {
        // Until the refusal is there: the endpoint waits on this clock, first for the body, then for its rest.
        loop {
            endpoint.clock.advance(std::time::Duration::from_secs(61));
            tokio::task::yield_now().await;
        }
    };
    let refused = tokio::select! {
        refused = waiting => refused,
        () = time_passes => unreachable!(),
    };
    refused.refused(400, "RequestTimeout");
    assert_eq!(refused.header("connection"), "close");
    assert_eq!(endpoint.blob_files(), 0);
}

#[tokio::test]
async fn headers_that_are_no_text_are_not_passed_over() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/k", b"old").await;
    let garbled = || http::HeaderValue::from_bytes(b"\xff").unwrap();
    let copy = endpoint.obs("PUT", "/bkt/k").raw_header("if-match", garbled()).body(b"new").send().await;
    copy.refused(412, "PreconditionFailed");
    assert_eq!(endpoint.get("/bkt/k").await, b"old");
}

#[tokio::test]
async fn keys_have_bounds() {
    let endpoint = Endpoint::new().await;
    let longest = "k".repeat(1024);
    endpoint.put(&format!("/bkt/{longest}"), b"x").await;
    endpoint.aws("PUT", &format!("/bkt/{longest}k")).body(b"x").send().await.refused(400, "KeyTooLongError");
    endpoint.aws("PUT", "/bkt/a%00b").body(b"x").send().await.refused(400, "KeyTooLongError");
    endpoint.aws("PUT", "/bkt/%FF").body(b"x").send().await.refused(400, "InvalidURI");
    endpoint.aws("GET", "/bkt/..%2F..%2Fetc%2Fpasswd").send().await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn metadata_has_bounds_and_what_is_not_offered_is_said() {
    let endpoint = Endpoint::new().await;
    let put = || endpoint.aws("PUT", "/bkt/k").body(b"x");
    put().header("x-amz-meta-a", &"x".repeat(8192)).send().await.refused(400, "MetadataTooLarge");
    put().header("x-amz-storage-class", "FAST").send().await.refused(400, "InvalidStorageClass");
    put().header("x-amz-server-side-encryption", "AES256").send().await.refused(501, "NotImplemented");
    put().header("x-amz-acl", "public-read").send().await.refused(501, "NotImplemented");
    put().header("x-amz-acl", "private").send().await.expect(200);
}

#[tokio::test]
async fn unknown_operations_are_refused() {
    let endpoint = Endpoint::new().await;
    endpoint.aws("PATCH", "/bkt/k").send().await.refused(405, "MethodNotAllowed");
    endpoint.aws("DELETE", "/").send().await.refused(405, "MethodNotAllowed");
    endpoint.aws("POST", "/bkt").body(b"form").send().await.refused(501, "NotImplemented");
    endpoint.aws("POST", "/bkt/k?restore").body(b"x").send().await.refused(501, "NotImplemented");
    endpoint
        .anonymous("GET", "/bkt")
        .header("authorization", "Bearer x")
        .send()
        .await
        .refused(400, "AuthorizationHeaderMalformed");
}

#[tokio::test]
async fn skewed_clocks_and_unknown_keys_are_named() {
    let endpoint = Endpoint::new().await;
    let forged = endpoint.anonymous("GET", "/bkt").header("authorization", "OBS NOBODY:AAAA");
    forged.header("date", "Thu, 15 Jan 2026 09:30:00 GMT").send().await.refused(403, "InvalidAccessKeyId");
    endpoint.clock.advance(std::time::Duration::from_secs(16 * 60));
    endpoint.aws("GET", "/bkt").send().await.refused(403, "RequestTimeTooSkewed");
}

proptest! {
    #[test]
    fn any_target_is_read_or_refused(target in "/[ -~]{0,60}", host in "[ -~]{0,30}") {
        let mut headers = HeaderMap::new();
        if let Ok(host) = host.parse() {
            headers.insert("host", host);
        }
        let head = RequestHead { method: "GET", target: &target, authority: None, headers: &headers };
        let addressing = Addressing::new(["obs.test".to_owned()]);
        if let Ok(target) = Target::of(&head, &addressing.place(&head)) {
            prop_assert!(target.resource().starts_with('/'));
        }
    }
}
