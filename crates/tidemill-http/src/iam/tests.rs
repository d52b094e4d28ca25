//! The identity API as clients call it, in the order in which they do.

mod accounts;
mod agencies;

use crate::iam::{IamState, PublicUrls, router, versions};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tidemill_iam::api_signature::{SignRequest, sign};
use tidemill_iam::{FirstIdentity, Iam};
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, ProjectId};
use tower::ServiceExt;

const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const HOST: &str = "dis.test:7070";

struct Api {
    _dir: tempfile::TempDir,
    clock: Clock,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Api {
    async fn new() -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::manual(1_768_469_400_000));
        let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
        let first = FirstIdentity {
            domain: "local".into(),
            user: "admin".into(),
            password: "pw".into(),
            project_id: ProjectId::parse(PROJECT).unwrap(),
            region: "local-1".into(),
            access_key_id: "AK".into(),
            secret_access_key: "SK".into(),
        };
        let iam = Iam::open(meta, clock.clone(), &dir.path().join("key"), &first).await.unwrap().0;
        let public = PublicUrls { region: "local-1".into(), objects_port: 7071, ..PublicUrls::default() };
        let state = IamState { iam: Arc::new(iam), public: Arc::new(public) };
        let root = Router::new().route("/", get(versions)).with_state(state.clone());
        Self { _dir: dir, clock, router: router(state).merge(root) }
    }

    async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(target).header("host", HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn signed(&self, method: &str, target: &str, body: &str) -> Answer {
        let now_ms = self.clock.now_ms();
        let request = SignRequest { method, target, host: HOST, body: body.as_bytes(), now_ms };
        let [date, authorization] = sign(&request, "AK", "SK");
        self.send(method, target, &[(date.0, &date.1), (authorization.0, &authorization.1)], body).await
    }

    async fn token(&self) -> String {
        let answer = self.send("POST", "/v3/auth/tokens", &[], &login("pw").to_string()).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.headers["x-subject-token"].to_str().unwrap().to_owned()
    }
}

fn login(password: &str) -> Value {
    let user = json!({ "name": "admin", "password": password, "domain": { "name": "local" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    json!({ "auth": { "identity": identity, "scope": { "project": { "name": "local-1" } } } })
}

/// Type and URL of every entry.
fn services(catalog: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |entry: &Value| (text(&entry["type"]), text(&entry["endpoints"][0]["url"]));
    catalog.as_array().unwrap().iter().map(pair).collect()
}

#[tokio::test]
async fn versions_need_no_credentials_and_name_the_host_that_was_asked() {
    let api = Api::new().await;
    let all = api.send("GET", "/", &[], "").await;
    assert_eq!(all.status, 300);
    let entry = &all.body["versions"]["values"][0];
    assert_eq!(entry["links"][0]["href"], "http://dis.test:7070/v3/");
    assert_eq!((&entry["id"], &entry["status"]), (&json!("v3.6"), &json!("stable")));
    for path in ["/v3", "/v3/"] {
        let one = api.send("GET", path, &[], "").await;
        assert_eq!((one.status, &one.body["version"]), (StatusCode::OK, entry), "{path}");
    }
}

#[tokio::test]
async fn a_token_is_issued_shown_and_ended() {
    let api = Api::new().await;
    let issued = api.send("POST", "/v3/auth/tokens", &[], &login("pw").to_string()).await;
    assert_eq!(issued.status, 201);
    let token = issued.headers["x-subject-token"].to_str().unwrap();
    let document = &issued.body["token"];
    assert_eq!(document["issued_at"], "2026-01-15T09:30:00.000000Z");
    assert_eq!(document["expires_at"], "2026-01-16T09:30:00.000000Z");
    assert_eq!(document["project"]["id"], PROJECT);
    assert_eq!(document["user"]["domain"]["name"], "local");
    assert_eq!(document["roles"][0]["name"], "te_admin");
    let expected = [
        ("identity", "http://dis.test:7070/v3"),
        ("dis", "http://dis.test:7070/"),
        ("modelarts", "http://dis.test:7070/"),
        ("object", "http://dis.test:7071"),
        ("disv2", "http://dis.test:7070/v2/0123456789abcdef0123456789abcdef"),
        ("modelartsv2", "http://dis.test:7070/v2/0123456789abcdef0123456789abcdef"),
    ];
    let expected = expected.map(|(kind, url)| (kind.to_owned(), url.to_owned()));
    assert_eq!(services(&document["catalog"]), expected);

    // One client checks a ready token with itself.
    let own = [("x-auth-token", token), ("x-subject-token", token)];
    let shown = api.send("GET", "/v3/auth/tokens?nocatalog=1", &own, "").await;
    assert_eq!((shown.status, shown.headers["x-subject-token"].to_str().unwrap()), (StatusCode::OK, token));
    assert_eq!(shown.body["token"]["user"], document["user"]);
    assert!(shown.body["token"].get("catalog").is_none());
    assert_eq!(api.send("HEAD", "/v3/auth/tokens", &own, "").await.status, 200);

    let other = api.token().await;
    let by_other = [("x-auth-token", other.as_str()), ("x-subject-token", token)];
    assert_eq!(api.send("DELETE", "/v3/auth/tokens/", &by_other, "").await.status, 204);
    assert_eq!(api.send("GET", "/v3/auth/tokens", &by_other, "").await.status, 404);
    assert_eq!(api.send("DELETE", "/v3/auth/tokens", &by_other, "").await.status, 404);
    assert_eq!(api.send("GET", "/v3/auth/tokens", &own, "").await.status, 401);
}

#[tokio::test]
async fn refused_logins_have_the_identity_shape() {
    let api = Api::new().await;
    let wrong = api.send("POST", "/v3/auth/tokens", &[], &login("no").to_string()).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(
        (&wrong.body["error"]["code"], &wrong.body["error"]["title"]),
        (&json!(401), &json!("Unauthorized"))
    );
    // Who logs in again may still send a token that has ended.
    let again =
        api.send("POST", "/v3/auth/tokens", &[("x-auth-token", "ended")], &login("pw").to_string()).await;
    assert_eq!(again.status, 201);
    let mut foreign = login("pw");
    foreign["auth"]["scope"] = json!({ "project": { "id": "f".repeat(32) } });
    assert_eq!(api.send("POST", "/v3/auth/tokens", &[], &foreign.to_string()).await.status, 403);
    for body in
        ["", "{}", "[1]", r#"{"auth":{}}"#, &"[".repeat(60_000), r#"{"auth":{"identity":{"methods":["x"]}}}"#]
    {
        let answer = api.send("POST", "/v3/auth/tokens", &[], body).await;
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!(400)),
            "{body:.20}"
        );
    }
    let large = api.send("POST", "/v3/auth/tokens", &[], &" ".repeat(70_000)).await;
    assert_eq!((large.status, &large.body["error"]["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(413)));
    let method = api.send("PATCH", "/v3/auth/tokens", &[], "").await;
    assert_eq!((method.status, &method.body["error"]["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!(405)));
}

#[tokio::test]
async fn a_key_alone_finds_its_project_account_and_services() {
    let api = Api::new().await;
    let found = api.signed("GET", "/v3/projects?name=local-1", "").await;
    assert_eq!(found.status, 200, "{}", found.body);
    let projects = found.body["projects"].as_array().unwrap();
    assert_eq!(
        (projects.len(), &projects[0]["id"], &projects[0]["enabled"]),
        (1, &json!(PROJECT), &json!(true))
    );
    for none in ["name=other", "is_domain=true", "enabled=false", "domain_id=x", "page=2&per_page=10"] {
        let found = api.signed("GET", &format!("/v3/projects?{none}"), "").await;
        assert_eq!((found.status, &found.body["projects"]), (StatusCode::OK, &json!([])), "{none}");
    }
    let domains = api.signed("GET", "/v3/auth/domains", "").await.body;
    assert_eq!(domains["domains"][0]["name"], "local");
    assert_eq!(projects[0]["domain_id"], domains["domains"][0]["id"]);
    assert_eq!(api.signed("GET", "/v3/auth/domains?name=x", "").await.body["domains"], json!([]));
    let one = api.signed("GET", &format!("/v3/projects/{PROJECT}"), "").await;
    assert_eq!(one.body["project"], projects[0]);
    assert_eq!(api.signed("GET", "/v3/projects/unknown", "").await.status, 404);
    let catalog = api.signed("GET", "/v3/auth/catalog", "").await;
    assert!(
        services(&catalog.body["catalog"])
            .iter()
            .any(|(kind, url)| kind == "disv2" && url.ends_with(PROJECT))
    );
}

#[tokio::test]
async fn everything_else_needs_credentials() {
    let api = Api::new().await;
    let calls = [
        ("GET", "/v3/auth/tokens"),
        ("GET", "/v3/auth/catalog"),
        ("GET", "/v3/projects"),
        ("GET", "/v3/auth/domains"),
        ("GET", "/v3.0/OS-CREDENTIAL/credentials"),
        ("POST", "/v3.0/OS-CREDENTIAL/credentials"),
        ("DELETE", "/v3.0/OS-CREDENTIAL/credentials/AK"),
    ];
    for (method, path) in calls {
        for headers in
            [vec![], vec![("x-auth-token", "made-up")], vec![("authorization", "SDK-HMAC-SM3 Access=AK")]]
        {
            let answer = api.send(method, path, &headers, "").await;
            assert_eq!(
                (answer.status, &answer.body["error"]["code"]),
                (StatusCode::UNAUTHORIZED, &json!(401)),
                "{path}"
            );
        }
    }
    // A bad signature does not fall back to a good token.
    let token = api.token().await;
    let both = [("x-auth-token", token.as_str()), ("authorization", "SDK-HMAC-SHA256 Access=AK")];
    assert_eq!(api.send("GET", "/v3/projects", &both, "").await.status, 401);
}

#[tokio::test]
async fn permanent_keys_are_made_listed_changed_and_removed() {
    let api = Api::new().await;
    let path = "/v3.0/OS-CREDENTIAL/credentials";
    let body = json!({ "credential": { "description": "second" } }).to_string();
    let made = api.signed("POST", path, &body).await;
    assert_eq!(made.status, 201);
    let credential = &made.body["credential"];
    assert_eq!((&credential["status"], &credential["description"]), (&json!("active"), &json!("second")));
    assert!(credential["secret"].as_str().unwrap().len() == 40);
    let third = api.signed("POST", path, &body).await;
    assert_eq!(third.status, 400);
    assert!(third.body["error"]["message"].as_str().unwrap().starts_with("akSkNumExceed"));

    let listed = api.signed("GET", path, "").await;
    assert_eq!(listed.body["credentials"].as_array().unwrap().len(), 2);
    assert!(!listed.body.to_string().contains("secret"));
    let one = format!("{path}/{}", credential["access"].as_str().unwrap());
    let off = json!({ "credential": { "status": "inactive" } }).to_string();
    assert_eq!(api.signed("PUT", &one, &off).await.body["credential"]["status"], "inactive");
    assert_eq!(api.signed("GET", &one, "").await.body["credential"]["status"], "inactive");
    assert_eq!(api.signed("DELETE", &one, "").await.status, 204);
    assert_eq!(api.signed("GET", &one, "").await.status, 404);
    let other_user = json!({ "credential": { "user_id": "x" } }).to_string();
    assert_eq!(api.signed("POST", path, &other_user).await.status, 403);
}

#[tokio::test]
async fn temporary_keys_come_by_header_signature_or_body() {
    let api = Api::new().await;
    let path = "/v3.0/OS-CREDENTIAL/securitytokens";
    let token = api.token().await;
    let with = |id: &str| {
        json!({ "auth": { "identity": { "methods": ["token"], "token": { "id": id, "duration-secods": 3600 } } } }).to_string()
    };
    let by_header = api.send("POST", path, &[("x-auth-token", &token)], &with("made-up")).await;
    assert_eq!(by_header.status, 201);
    assert_eq!(by_header.body["credential"]["expires_at"], "2026-01-15T09:45:00.000000Z");
    for member in ["access", "secret", "securitytoken"] {
        assert!(by_header.body["credential"][member].as_str().unwrap().len() >= 20, "{member}");
    }
    assert_eq!(api.send("POST", path, &[], &with(&token)).await.status, 201);
    assert_eq!(api.signed("POST", path, &with("made-up")).await.status, 201);
    assert_eq!(api.send("POST", path, &[], &with("made-up")).await.status, 401);
    api.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(api.send("POST", path, &[], &with(&token)).await.status, 401);
}
