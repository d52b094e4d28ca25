//! Requests captured from real clients verify; changed ones and four stated cases do not.

use crate::vector_file::{Vector, load};
use tidemill_iam::api_signature::{ApiAuth, AuthError, QueryReading};
use tidemill_iam::object_signature::{Dialect, PayloadRule};

/// Dot segments rewritten after signing, two algorithms not offered, and a repeated name whose second
/// value is unsigned.
const REFUSED: [&str; 4] =
    ["core-13-dot-segments-and-lists", "core-sm3-01", "core-p256-01", "gopher-05-query"];

fn vector(id: &str) -> Vector {
    load().vectors.into_iter().find(|vector| vector.id == id).unwrap()
}

#[test]
fn eighty_seven_of_ninety_one_captured_requests_verify() {
    let file = load();
    assert_eq!(file.vectors.len(), 91);
    let mut verified = 0;
    for vector in &file.vectors {
        let result = vector.wire().check(vector.is_object());
        if REFUSED.contains(&vector.id.as_str()) {
            assert!(result.is_err(), "{} must be refused", vector.id);
        } else {
            assert!(result.is_ok(), "{}: {result:?}", vector.id);
            verified += 1;
        }
    }
    assert_eq!(verified, 87);
}

#[test]
fn the_four_refusals_have_their_stated_reason() {
    let refusal = |id: &str| vector(id).wire().check_api(&ApiAuth::default()).unwrap_err();
    assert_eq!(refusal(REFUSED[0]), AuthError::Signature);
    assert_eq!(refusal(REFUSED[1]), AuthError::Algorithm("SDK-HMAC-SM3".into()));
    assert_eq!(refusal(REFUSED[2]), AuthError::Algorithm("SDK-ECDSA-P256-SHA256".into()));
    assert_eq!(refusal(REFUSED[3]), AuthError::Signature);
}

#[test]
fn all_nine_changed_requests_are_refused() {
    let file = load();
    assert_eq!(file.negatives.len(), 9);
    for vector in &file.negatives {
        let result = vector.wire().check(vector.is_object());
        assert!(result.is_err(), "{} verified", vector.id);
    }
}

#[test]
fn the_reading_of_a_raw_plus_is_reported() {
    let reading = |id: &str| vector(id).wire().check_api(&ApiAuth::default()).unwrap().query_reading;
    assert_eq!(reading("dis-01-list"), QueryReading::Blank);
    assert_eq!(reading("java-dis-04-raw-cursor"), QueryReading::Plus);
}

#[test]
fn requests_outside_fifteen_minutes_are_refused_either_way() {
    for vector in [vector("core-05-post-json"), vector("obs-01-put-object"), vector("aws4-01-put")] {
        for (minutes, ok) in [(-16, false), (-15, true), (15, true), (16, false)] {
            let mut wire = vector.wire();
            wire.now_ms += minutes * 60_000;
            assert_eq!(wire.check(vector.is_object()).is_ok(), ok, "{} at {minutes}", vector.id);
        }
    }
}

#[test]
fn signed_urls_end() {
    for id in ["obs-url-01", "aws2-url-01", "aws4-url-01"] {
        let mut wire = vector(id).wire();
        wire.now_ms += 2 * 3_600_000;
        assert!(wire.check(true).is_err(), "{id}");
    }
}

#[test]
fn a_security_token_is_bound_to_its_key_even_where_it_is_unsigned() {
    for vector in load()
        .vectors
        .into_iter()
        .filter(|v| v.wire().lookup("AKTESTEXAMPLE0000001").is_some_and(|k| k.temporary.is_some()))
    {
        for header in ["x-security-token", "x-obs-security-token", "x-amz-security-token"] {
            let mut wire = vector.wire();
            if wire.headers.contains_key(header) {
                wire.headers.insert(header, "another".parse().unwrap());
                assert!(wire.check(vector.is_object()).is_err(), "{} {header}", vector.id);
                wire.headers.remove(header);
                assert!(wire.check(vector.is_object()).is_err(), "{} without {header}", vector.id);
            }
        }
        let mut late = vector.wire();
        late.now_ms += 14 * 60_000;
        let in_url = !late.headers.contains_key("authorization");
        assert!(in_url || late.check(vector.is_object()).is_ok(), "{}", vector.id);
    }
    let mut permanent = vector("dis-02-list-default").wire();
    permanent.headers.insert("x-security-token", "made-up".parse().unwrap());
    assert!(permanent.check(false).is_err());
}

#[test]
fn a_kept_signing_key_changes_no_verdict() {
    let auth = ApiAuth::default();
    for id in ["dis-v11-01", "dis-v11-02", "core-v11-01", "dis-03-create", "dis-v11-01"] {
        assert!(vector(id).wire().check_api(&auth).is_ok(), "{id}");
    }
    for negative in load().negatives.iter().filter(|v| !v.is_object()) {
        assert!(negative.wire().check_api(&auth).is_err(), "{}", negative.id);
    }
}

#[test]
fn dialect_and_payload_rule_follow_the_request() {
    let found = |id: &str| vector(id).wire().check_object().unwrap();
    assert_eq!(found("obs-01-put-object").dialect, Dialect::Obs);
    assert_eq!(found("aws2-01-put-path-style").dialect, Dialect::Aws);
    assert!(matches!(found("obs-12-put-chunked").payload, PayloadRule::Plain));
    assert!(matches!(found("aws4-01-put").payload, PayloadRule::Sha256(_)));
    assert!(matches!(found("esdk4-01-put").payload, PayloadRule::Unsigned));
    let framed = found("aws4-10-put-https-trailer").payload;
    assert!(matches!(framed, PayloadRule::AwsChunked { signed: None, trailer: true }));
}

#[test]
fn an_added_unsigned_amz_header_is_refused() {
    let mut wire = vector("aws4-02-put-plain").wire();
    wire.headers.insert("x-amz-copy-source", "/other/secret".parse().unwrap());
    assert!(wire.check(true).is_err());
}

#[test]
fn a_post_signed_as_a_form_verifies_only_as_that_pair() {
    let vector = vector("gopher-04-post-nobody");
    assert!(vector.wire().check(false).is_ok());
    let mut with_body = vector.wire();
    with_body.body = b"a=1&b=2".to_vec();
    assert!(with_body.check(false).is_err());
    let mut other_query = vector.wire();
    other_query.target = other_query.target.replace("a=1", "a=2");
    assert!(other_query.check(false).is_err());
}
