//! Listings as documents.

use super::client::Endpoint;

async fn filled() -> Endpoint {
    let endpoint = Endpoint::new().await;
    for key in ["a%20b", "d/1", "d/2", "e/1", "z%26%3C"] {
        endpoint.put(&format!("/bkt/{key}"), b"x").await;
    }
    endpoint
}

#[tokio::test]
async fn the_first_version_goes_on_after_a_marker() {
    let endpoint = filled().await;
    let first = endpoint.aws("GET", "/bkt?delimiter=%2F&max-keys=2").send().await.expect(200);
    assert_eq!(
        (first.elements("Key"), first.elements("IsTruncated")),
        (vec!["a b".into()], vec!["true".into()])
    );
    assert_eq!(first.element("NextMarker"), "d/");
    let second = endpoint.aws("GET", "/bkt?delimiter=%2F&marker=d%2F&max-keys=2").send().await.expect(200);
    assert_eq!(second.elements("Key"), ["z&amp;&lt;"]);
    assert_eq!(second.element("IsTruncated"), "false");
    assert!(second.text().contains("<CommonPrefixes><Prefix>e/</Prefix></CommonPrefixes>"));
    assert_eq!(second.element("ETag"), "&quot;9dd4e461268c8034f5c8564e155c67a6&quot;");
    assert_eq!(second.element("LastModified"), "2026-01-15T09:30:00.000Z");
}

#[tokio::test]
async fn the_second_version_goes_on_with_a_token() {
    let endpoint = filled().await;
    let (mut target, mut keys) = ("/bkt?list-type=2&max-keys=2".to_owned(), Vec::new());
    loop {
        let page = endpoint.aws("GET", &target).send().await.expect(200);
        assert_eq!(page.element("KeyCount"), page.elements("Key").len().to_string());
        assert!(!page.text().contains("<Owner>"));
        keys.extend(page.elements("Key"));
        let token = page.element("NextContinuationToken");
        if token.is_empty() {
            assert_eq!(page.element("IsTruncated"), "false");
            break;
        }
        target = format!("/bkt?continuation-token={token}&list-type=2&max-keys=2");
    }
    assert_eq!(keys, ["a b", "d/1", "d/2", "e/1", "z&amp;&lt;"]);
    let after = endpoint.aws("GET", "/bkt?fetch-owner=true&list-type=2&start-after=e%2F1").send().await;
    assert_eq!(after.elements("Key"), ["z&amp;&lt;"]);
    assert_eq!(after.element("StartAfter"), "e/1");
    assert!(after.text().contains("<Owner>"));
    let forged = endpoint.aws("GET", "/bkt?continuation-token=%25&list-type=2").send().await;
    forged.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn names_are_encoded_if_asked() {
    let endpoint = filled().await;
    let target = "/bkt?delimiter=%2F&encoding-type=url&list-type=2&prefix=a%20";
    let page = endpoint.aws("GET", target).send().await.expect(200);
    assert_eq!((page.element("Key"), page.elements("Prefix")), ("a%20b".into(), vec!["a%20".into()]));
    assert_eq!(page.element("EncodingType"), "url");
    endpoint.aws("GET", "/bkt?encoding-type=x").send().await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn page_sizes_are_bounded_and_checked() {
    let endpoint = filled().await;
    let none = endpoint.aws("GET", "/bkt?max-keys=0").send().await.expect(200);
    assert!(none.elements("Key").is_empty() && none.element("IsTruncated") == "false");
    let most = endpoint.aws("GET", "/bkt?max-keys=99999999").send().await.expect(200);
    assert_eq!(most.element("MaxKeys"), "1000");
    for bad in ["-1", "x", "99999999999999999999999"] {
        let page = endpoint.aws("GET", &format!("/bkt?max-keys={bad}")).send().await;
        page.refused(400, "InvalidArgument");
    }
}
