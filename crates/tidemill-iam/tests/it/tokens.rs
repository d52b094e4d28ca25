//! Tokens: who gets one, for what, and for how long.

use crate::installation::{Installation, PROJECT, password_request};
use std::time::Duration;
use tidemill_iam::IamError;
use tidemill_iam::identity::Scope;
use tidemill_model::ProjectId;

fn project() -> ProjectId {
    ProjectId::parse(PROJECT).unwrap()
}

#[tokio::test]
async fn a_password_gets_a_project_token_that_lives_a_day() {
    let here = Installation::new().await;
    let token = here.admin_token().await;
    let caller = here.iam.authenticate_token(&token.text).unwrap();
    assert_eq!((caller.user.name.as_str(), caller.domain.name.as_str()), ("admin", "local"));
    assert_eq!(caller.project().unwrap().id, project());
    assert!(here.iam.may_use(&caller, &project()));
    assert!(here.iam.authorize(&caller, "dis:records:write").is_ok());
    here.clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert!(here.iam.authenticate_token(&token.text).is_ok());
    here.clock.advance(Duration::from_secs(1));
    assert!(here.iam.authenticate_token(&token.text).is_err());
}

#[tokio::test]
async fn wrong_credentials_are_refused_alike() {
    let here = Installation::new().await;
    let wrong = [
        password_request("another", "null"),
        password_request("a password", "null").replace("admin", "nobody"),
        password_request("a password", "null").replace("local", "elsewhere"),
        r#"{"auth":{"identity":{"methods":["hw_ak_sk"],"hw_ak_sk":{"access":{"key":"AKFIRST"},"secret":{"key":"x"}}}}}"#.into(),
        r#"{"auth":{"identity":{"methods":["hw_ak_sk"],"hw_ak_sk":{"access":{"key":"NONE"},"secret":{"key":"x"}}}}}"#.into(),
    ];
    for body in wrong {
        assert!(matches!(here.token(&body).await, Err(IamError::WrongCredentials)), "{body}");
    }
    for text in ["", "x", "a token of nobody", &"x".repeat(100_000)] {
        assert!(here.iam.authenticate_token(text).is_err());
    }
}

#[tokio::test]
async fn the_scope_is_what_was_asked_for() {
    let here = Installation::new().await;
    let scope = async |scope: &str| {
        let token = here.token(&password_request("a password", scope)).await;
        token.map(|token| token.info.caller.scope.clone())
    };
    let of_project =
        |found: Result<Scope, IamError>| matches!(found, Ok(Scope::Project(p)) if p.id == project());
    assert!(of_project(scope(r#"{"project":{"name":"local-1"}}"#).await));
    assert!(of_project(scope(&format!(r#"{{"project":{{"id":"{PROJECT}"}}}}"#)).await));
    let both = r#"{"domain":{"name":"local"},"project":{"name":"local-1","domain":{"name":"local"}}}"#;
    assert!(of_project(scope(both).await));
    assert_eq!(scope("null").await.unwrap(), Scope::Domain);
    assert_eq!(scope(r#"{"domain":{"name":"local"}}"#).await.unwrap(), Scope::Domain);
    assert_eq!(scope(r#""unscoped""#).await.unwrap(), Scope::Unscoped);
    for foreign in [r#"{"project":{"name":"x"}}"#, r#"{"domain":{"name":"x"}}"#, r#"{"project":{"id":"x"}}"#]
    {
        assert_eq!(scope(foreign).await.unwrap_err().status(), 403, "{foreign}");
    }
    assert_eq!(scope(r#""everything""#).await.unwrap_err().status(), 400);
}

#[tokio::test]
async fn a_token_without_project_reaches_no_project() {
    let here = Installation::new().await;
    for scope in ["null", r#""unscoped""#] {
        let token = here.token(&password_request("a password", scope)).await.unwrap();
        assert!(!here.iam.may_use(&token.info.caller, &project()), "{scope}");
    }
}

#[tokio::test]
async fn an_access_key_pair_gets_a_token_by_project_name_alone() {
    let here = Installation::new().await;
    let body = r#"{"auth":{"identity":{"methods":["hw_ak_sk"],"hw_ak_sk":{"access":{"key":"AKFIRST"},
        "secret":{"key":"first secret"}}},"scope":{"project":{"name":"local-1"}}}}"#;
    let token = here.token(body).await.unwrap();
    assert_eq!(token.info.methods, ["hw_ak_sk"]);
    assert_eq!(token.info.caller.project().unwrap().id, project());
}

#[tokio::test]
async fn rescoping_never_extends_the_end() {
    let here = Installation::new().await;
    let first = here.token(&password_request("a password", r#""unscoped""#)).await.unwrap();
    here.clock.advance(Duration::from_secs(3600));
    let body = format!(
        r#"{{"auth":{{"identity":{{"methods":["token"],"token":{{"id":"{}"}}}},"scope":{{"project":{{"name":"local-1"}}}}}}}}"#,
        first.text
    );
    let second = here.token(&body).await.unwrap();
    assert_eq!(second.info.expires_ms, first.info.expires_ms);
    assert!(second.info.caller.project().is_some());
    here.iam.revoke_token(&first.text).await.unwrap();
    assert_eq!(here.token(&body).await.unwrap_err().status(), 401);
}

#[tokio::test]
async fn tokens_survive_a_restart_and_revoked_ones_do_not_come_back() {
    let here = Installation::new().await;
    let (kept, revoked) = (here.admin_token().await, here.admin_token().await);
    here.iam.revoke_token(&revoked.text).await.unwrap();
    assert!(here.iam.authenticate_token(&revoked.text).is_err());
    assert_eq!(here.iam.revoke_token(&revoked.text).await.unwrap_err().status(), 404);
    let here = here.restarted().await;
    assert_eq!(*here.iam.token_info(&kept.text).unwrap(), *kept.info);
    assert!(here.iam.authenticate_token(&revoked.text).is_err());
    here.clock.advance(Duration::from_secs(24 * 3600));
    let here = here.restarted().await;
    assert!(here.iam.authenticate_token(&kept.text).is_err());
}

#[tokio::test]
async fn methods_that_are_not_offered_are_named() {
    let here = Installation::new().await;
    for methods in [r#"["assume_role"]"#, r#"["password","totp"]"#, "[]"] {
        let body = format!(r#"{{"auth":{{"identity":{{"methods":{methods}}}}}}}"#);
        let refused = here.token(&body).await.unwrap_err();
        assert_eq!(refused.status(), 400, "{methods}");
    }
}
