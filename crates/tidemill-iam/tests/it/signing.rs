//! What we sign ourselves verifies, as signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tidemill_iam::api_signature::{ApiAuth, SignRequest, sign};
use tidemill_iam::object_signature::{Addressing, Dialect, ObjectAuth, PresignRequest, presign};
use tidemill_iam::{AccessKey, RequestHead, SecretKey};

const NOW_MS: i64 = 1_768_469_400_000;

fn key(id: &str) -> Option<Arc<AccessKey>> {
    let secret = SecretKey::new("secret");
    (id == "AK").then(|| {
        Arc::new(AccessKey { id: id.into(), secret, user_id: "u".into(), active: true, temporary: None })
    })
}

#[test]
fn our_signer_satisfies_our_check() {
    for target in ["/", "/v2/p/streams/s%20x?limit=1&a=b+c&z&e=", "/v3/projects?name=%C3%A4"] {
        let request = SignRequest { method: "POST", target, host: "h:1", body: b"{}", now_ms: NOW_MS };
        let mut headers = HeaderMap::new();
        headers.insert("host", "h:1".parse().unwrap());
        for (name, value) in sign(&request, "AK", "secret") {
            headers.insert(name, value.parse().unwrap());
        }
        let head = RequestHead { method: "POST", target, authority: None, headers: &headers };
        let finish = |body: &[u8]| {
            let pending = ApiAuth::default().begin(&head, NOW_MS, key).unwrap();
            pending.finish(&Sha256::digest(body).into(), body.is_empty())
        };
        assert_eq!(finish(b"{}").unwrap().key.id, "AK", "{target}");
        assert!(finish(b"{ }").is_err(), "{target}");
    }
}

/// boto3 with V2 signatures and path style: the wire says `/bkt`, the signature covers `/bkt/`.
#[test]
fn a_bare_bucket_may_be_signed_with_a_slash() {
    let mut headers = HeaderMap::new();
    let date = "Thu, 15 Jan 2026 09:30:00 GMT";
    headers.insert("host", "obs.test".parse().unwrap());
    headers.insert("date", date.parse().unwrap());
    let signed = format!("POST\n\n\n{date}\n/bkt/?delete");
    let signature = Hmac::<Sha1>::new_from_slice(b"secret").unwrap().chain_update(signed).finalize();
    let signature = STANDARD.encode(signature.into_bytes());
    headers.insert("authorization", format!("AWS AK:{signature}").parse().unwrap());
    let addressing = Addressing::new(["obs.test".to_owned()]);
    for (target, ok) in
        [("/bkt?delete", true), ("/bkt/?delete", true), ("/bkt/k?delete", false), ("/bk?delete", false)]
    {
        let head = RequestHead { method: "POST", target, authority: None, headers: &headers };
        assert_eq!(ObjectAuth::default().begin(&head, &addressing, NOW_MS, key).is_ok(), ok, "{target}");
    }
}

#[test]
fn our_signed_urls_verify_until_they_end() {
    let addressing = Addressing::new(["obs.test".to_owned()]);
    for path_style in [false, true] {
        let request = PresignRequest {
            method: "GET",
            scheme: "https",
            host: "obs.test",
            port: 443,
            path_style,
            bucket: "bkt",
            key: "dir/数 a+b.jpg",
            expires_s: NOW_MS / 1000 + 60,
            parameters: &[("x-image-process", "image/resize,m_lfit,h_200")],
            security_token: None,
        };
        let url = presign(&request, "AK", "secret");
        let (host, target) =
            url.strip_prefix("https://").unwrap().split_at(url.find(":443").unwrap() - 8 + 4);
        assert!(target.contains("?AccessKeyId=AK&Expires=1768469460&x-image-process=image%2Fresize%2Cm_lfit%2Ch_200&Signature="), "{url}");
        let mut headers = HeaderMap::new();
        headers.insert("host", host.parse().unwrap());
        let check = |target: &str, now_ms: i64| {
            let head = RequestHead { method: "GET", target, authority: None, headers: &headers };
            ObjectAuth::default().begin(&head, &addressing, now_ms, key)
        };
        let found = check(target, NOW_MS).unwrap();
        assert_eq!((found.dialect, found.key.unwrap().id.as_str()), (Dialect::Obs, "AK"));
        assert_eq!(check(target, NOW_MS + 62_000).unwrap_err().code(), "AccessDenied");
        assert_eq!(
            check(&target.replace("h_200", "h_900"), NOW_MS).unwrap_err().code(),
            "SignatureDoesNotMatch"
        );
    }
}
