//! Access keys: permanent, temporary, and what is kept of them.

use crate::installation::{Installation, PROJECT, first};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tidemill_iam::api_signature::{AuthError, SignRequest, sign};
use tidemill_iam::identity::{Caller, Found, TemporaryKeyRequest};
use tidemill_iam::{IamError, RequestHead};
use tidemill_model::ProjectId;

/// Signs a request with the key and has it checked.
fn signed(
    here: &Installation,
    id: &str,
    secret: &str,
    token: Option<&str>,
) -> Result<Arc<Caller>, AuthError> {
    let now_ms = here.clock.now_ms();
    let request =
        SignRequest { method: "GET", target: "/v3/projects?name=a+b", host: "h", body: b"", now_ms };
    let mut headers = HeaderMap::new();
    headers.insert("host", "h".parse().unwrap());
    for (name, value) in sign(&request, id, secret) {
        headers.insert(name, value.parse().unwrap());
    }
    token.map(|token| headers.insert("x-security-token", token.parse().unwrap()));
    let head = RequestHead { method: "GET", target: request.target, authority: None, headers: &headers };
    let pending = here.iam.begin(&head)?;
    here.iam.finish(pending, &Sha256::digest(b"").into(), true).map(|(caller, _)| caller)
}

fn temporary(text: &str) -> TemporaryKeyRequest {
    serde_json::from_str(text).unwrap()
}

const TOKEN_METHOD: &str = r#"{"identity":{"methods":["token"],"token":{"duration-secods":1200}}}"#;

#[tokio::test]
async fn the_first_key_signs_and_reaches_its_account_only() {
    let here = Installation::new().await;
    assert_eq!(here.found, Found::Created);
    let caller = signed(&here, "AKFIRST", "first secret", None).unwrap();
    assert!(here.iam.may_use(&caller, &ProjectId::parse(PROJECT).unwrap()));
    assert!(!here.iam.may_use(&caller, &ProjectId::parse(&"f".repeat(32)).unwrap()));
    assert_eq!(signed(&here, "AKFIRST", "wrong", None), Err(AuthError::Signature));
    assert_eq!(signed(&here, "NONE", "first secret", None), Err(AuthError::UnknownKey));
}

#[tokio::test]
async fn a_user_has_two_keys_whose_changes_survive_a_restart() {
    let here = Installation::new().await;
    let caller = signed(&here, "AKFIRST", "first secret", None).unwrap();
    let new = here.iam.create_key(&caller, "second").await.unwrap();
    let (id, secret) = (new.info.id.clone(), new.secret.expose().to_owned());
    let refused = here.iam.create_key(&caller, "third").await.unwrap_err();
    assert!(matches!(refused, IamError::BadRequest { code: Some("akSkNumExceed"), .. }));

    let here = here.restarted().await;
    assert_eq!(here.found, Found::AsConfigured);
    assert!(signed(&here, &id, &secret, None).is_ok());
    here.iam.update_key(&caller, &id, Some(false), None).await.unwrap();
    assert_eq!(signed(&here, &id, &secret, None), Err(AuthError::UnknownKey));
    let here = here.restarted().await;
    assert_eq!(signed(&here, &id, &secret, None), Err(AuthError::UnknownKey));
    let key = here.iam.update_key(&caller, &id, Some(true), Some("again")).await.unwrap();
    assert_eq!((key.active, key.description.as_str()), (true, "again"));
    assert!(signed(&here, &id, &secret, None).is_ok());

    here.iam.delete_key(&caller, &id).await.unwrap();
    assert_eq!(signed(&here, &id, &secret, None), Err(AuthError::UnknownKey));
    assert_eq!(here.iam.delete_key(&caller, &id).await.unwrap_err().status(), 404);
    let here = here.restarted().await;
    assert_eq!(here.iam.keys(&caller).len(), 1);
}

#[tokio::test]
async fn a_temporary_key_works_with_its_token_until_it_ends() {
    let here = Installation::new().await;
    let caller = signed(&here, "AKFIRST", "first secret", None).unwrap();
    let made = here.iam.create_temporary_key(&caller, &temporary(TOKEN_METHOD)).await.unwrap();
    assert_eq!(made.expires_ms, here.clock.now_ms() + 900_000);
    let (id, secret, token) = (&made.access_key, made.secret.expose(), made.security_token.expose());
    let here = here.restarted().await;
    let as_temporary = signed(&here, id, secret, Some(token)).unwrap();
    assert!(signed(&here, id, secret, None).is_err());
    assert!(signed(&here, id, secret, Some("another")).is_err());
    assert!(signed(&here, "AKFIRST", "first secret", Some(token)).is_err());

    // Nothing that outlives it can be made with it.
    let again = here.iam.create_temporary_key(&as_temporary, &temporary(TOKEN_METHOD)).await;
    assert_eq!(again.unwrap_err().status(), 403);
    assert_eq!(here.iam.create_key(&as_temporary, "").await.unwrap_err().status(), 403);

    here.clock.advance(Duration::from_secs(900));
    assert!(signed(&here, id, secret, Some(token)).is_err());
}

#[tokio::test]
async fn temporary_keys_are_bounded_in_life_and_never_wider_than_asked() {
    let here = Installation::new().await;
    let caller = signed(&here, "AKFIRST", "first secret", None).unwrap();
    let refused = [
        r#"{"identity":{"methods":["token"],"token":{"duration_seconds":899}}}"#,
        r#"{"identity":{"methods":["token"],"token":{"duration_seconds":86401}}}"#,
        r#"{"identity":{"methods":["token"],"policy":{"Version":"1.1","Statement":[]}}}"#,
        r#"{"identity":{"methods":["assume_role"]}}"#,
    ];
    for body in refused {
        let made = here.iam.create_temporary_key(&caller, &temporary(body)).await;
        assert_eq!(made.unwrap_err().status(), 400, "{body}");
    }
    let longest = temporary(r#"{"identity":{"methods":["token"],"token":{"duration_seconds":"86400"}}}"#);
    let made = here.iam.create_temporary_key(&caller, &longest).await.unwrap();
    assert_eq!(made.expires_ms, here.clock.now_ms() + 86_400_000);
}

#[tokio::test]
async fn no_secret_is_on_disk_in_clear() {
    let here = Installation::new().await;
    let token = here.admin_token().await;
    let new = here.iam.create_key(&token.info.caller, "").await.unwrap();
    here.meta.close().await;
    let bytes = here.all_bytes();
    for secret in ["first secret", "a password", &token.text, new.secret.expose()] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}

#[tokio::test]
async fn what_is_stored_counts_and_differences_are_named() {
    let here = Installation::new().await;
    let mut changed = first();
    changed.region = "elsewhere".into();
    changed.secret_access_key = "another".into();
    let found = here.reopened(&changed).await.unwrap();
    assert_eq!(found, Found::Different(vec!["region", "secret-access-key"]));
    let caller = signed(&here, "AKFIRST", "first secret", None).unwrap();
    here.iam.create_key(&caller, "").await.unwrap();
    here.iam.delete_key(&caller, "AKFIRST").await.unwrap();
    // A deleted first key does not come back with the next start.
    assert_eq!(here.reopened(&first()).await.unwrap(), Found::Different(vec!["access-key-id"]));
}

#[tokio::test]
async fn without_the_key_file_an_installation_does_not_open() {
    let here = Installation::new().await;
    std::fs::remove_file(here.sealing_key()).unwrap();
    let refused = here.reopened(&first()).await.unwrap_err().to_string();
    assert!(refused.contains("is missing"), "{refused}");
    assert!(!here.sealing_key().exists());
}

#[tokio::test]
async fn the_project_of_a_request_is_the_path_then_the_header_then_the_only_one() {
    let here = Installation::new().await;
    let caller = signed(&here, "AKFIRST", "first secret", None).unwrap();
    let choose = |path: Option<&str>, name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        let head = RequestHead { method: "GET", target: "/", authority: None, headers: &headers };
        here.iam.choose_project(&caller, path, &head).map(|id| id.to_string())
    };
    let (own, foreign) = (PROJECT.to_owned(), "f".repeat(32));
    assert_eq!(choose(Some(PROJECT), "x-project-id", PROJECT), Ok(own.clone()));
    assert_eq!(choose(None, "x-project-id", PROJECT), Ok(own.clone()));
    assert_eq!(choose(None, "accept", "*/*"), Ok(own));
    assert!(choose(Some(PROJECT), "x-project-id", &foreign).is_err());
    assert!(choose(Some(&foreign), "accept", "*/*").is_err());
    assert!(choose(Some("not an id"), "accept", "*/*").is_err());
    assert!(choose(Some(PROJECT), "x-domain-id", &foreign).is_err());
}
