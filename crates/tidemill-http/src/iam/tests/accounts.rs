//! Accounts beyond the first: made and removed by the administrator, closed to each other.

use super::{Answer, Api, HOST, PROJECT};
use serde_json::{Value, json};
use tidemill_iam::api_signature::{SignRequest, sign};

impl Api {
    async fn as_admin(&self, method: &str, target: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.signed(method, target, &body).await
    }

    pub(super) async fn with_key(&self, key: &Value, method: &str, target: &str, body: &str) -> Answer {
        let now_ms = self.clock.now_ms();
        let request = SignRequest { method, target, host: HOST, body: body.as_bytes(), now_ms };
        let text = |name: &str| key[name].as_str().unwrap().to_owned();
        let [date, authorization] = sign(&request, &text("access"), &text("secret"));
        self.send(method, target, &[(date.0, &date.1), (authorization.0, &authorization.1)], body).await
    }

    async fn made(&self, kind: &str, fields: Value) -> Value {
        let answer = self.as_admin("POST", &format!("/v3/{kind}s"), json!({ kind: fields })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body[kind].clone()
    }

    async fn key_of(&self, user: &Value) -> Value {
        let body = json!({ "credential": { "user_id": user["id"] } });
        let answer = self.as_admin("POST", "/v3.0/OS-CREDENTIAL/credentials", body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["credential"].clone()
    }

    pub(super) async fn login(&self, user: &str, domain: &str, password: &str) -> Answer {
        let user = json!({ "name": user, "password": password, "domain": { "name": domain } });
        let identity = json!({ "methods": ["password"], "password": { "user": user } });
        let body = json!({ "auth": { "identity": identity, "scope": { "project": { "name": "local-1" } } } });
        self.send("POST", "/v3/auth/tokens", &[], &body.to_string()).await
    }
}

/// An account `acme` with a project, its owner and the owner's key.
pub(super) struct Acme {
    pub(super) domain: Value,
    project: Value,
    owner: Value,
    pub(super) key: Value,
}

pub(super) async fn acme(api: &Api) -> Acme {
    let domain = api.made("domain", json!({ "name": "acme" })).await;
    let project = api.made("project", json!({ "name": "local-1", "domain_id": domain["id"] })).await;
    let fields = json!({ "name": "wile", "domain_id": domain["id"], "password": "beep beep" });
    let owner = api.made("user", fields).await;
    let key = api.key_of(&owner).await;
    Acme { domain, project, owner, key }
}

#[tokio::test]
async fn an_account_works_on_its_own_and_sees_nothing_else() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    assert_eq!(acme.owner["is_domain_owner"], true);
    let projects = api.with_key(&acme.key, "GET", "/v3/projects?name=local-1", "").await.body;
    assert_eq!(projects["projects"].as_array().unwrap().len(), 1);
    assert_eq!(projects["projects"][0]["id"], acme.project["id"]);
    assert_eq!(api.signed("GET", "/v3/projects?name=local-1", "").await.body["projects"][0]["id"], PROJECT);
    let token = api.login("wile", "acme", "beep beep").await;
    assert_eq!((token.status.as_u16(), &token.body["token"]["project"]["id"]), (201, &acme.project["id"]));
    assert_eq!(api.login("wile", "acme", "beep").await.status, 401);
    assert_eq!(api.login("wile", "local", "beep beep").await.status, 401);
    for (target, name) in
        [("/v3/domains", "domains"), ("/v3/auth/domains", "domains"), ("/v3/users", "users")]
    {
        let seen = api.with_key(&acme.key, "GET", target, "").await.body;
        assert_eq!(seen[name].as_array().unwrap().len(), 1, "{seen}");
    }
    let local = api.signed("GET", "/v3/domains?name=local", "").await.body["domains"][0]["id"].clone();
    let local = local.as_str().unwrap();
    let foreign = api.with_key(&acme.key, "GET", &format!("/v3/users?domain_id={local}"), "").await;
    assert_eq!(foreign.body["users"], json!([]));
    let foreign = api.with_key(&acme.key, "GET", &format!("/v3/projects?domain_id={local}"), "").await;
    assert_eq!(foreign.body["projects"], json!([]));
    for target in [format!("/v3/projects/{PROJECT}"), format!("/v3/domains/{local}")] {
        assert_eq!(api.with_key(&acme.key, "GET", &target, "").await.status, 404, "{target}");
    }
    let of_acme = format!("/v3/projects?domain_id={}", acme.domain["id"].as_str().unwrap());
    assert_eq!(api.signed("GET", &of_acme, "").await.body["projects"][0]["id"], acme.project["id"]);
}

#[tokio::test]
async fn only_the_administrator_makes_and_removes_accounts_and_projects() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let own = acme.domain["id"].as_str().unwrap();
    let calls = [
        ("POST", "/v3/domains".to_owned(), json!({ "domain": { "name": "x" } })),
        ("POST", "/v3/projects".to_owned(), json!({ "project": { "name": "x", "domain_id": own } })),
        ("DELETE", format!("/v3/domains/{own}"), Value::Null),
        ("DELETE", format!("/v3/projects/{}", acme.project["id"].as_str().unwrap()), Value::Null),
        ("DELETE", format!("/v3/users/{}", acme.owner["id"].as_str().unwrap()), Value::Null),
    ];
    for (method, target, body) in calls {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        assert_eq!(api.with_key(&acme.key, method, &target, &body).await.status, 403, "{method} {target}");
        assert_eq!(api.send(method, &target, &[], &body).await.status, 401, "{method} {target}");
    }
    let local = api.signed("GET", "/v3/domains?name=local", "").await.body["domains"][0]["id"].clone();
    let first = format!("/v3/domains/{}", local.as_str().unwrap());
    assert_eq!(api.as_admin("DELETE", &first, Value::Null).await.status, 403);
    let foreign = json!({ "user": { "name": "spy", "domain_id": local } }).to_string();
    assert_eq!(api.with_key(&acme.key, "POST", "/v3/users", &foreign).await.status, 403);
}

#[tokio::test]
async fn an_owner_makes_members_that_do_not_administer() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let body = json!({ "user": { "name": "road.runner", "password": "12345678" } }).to_string();
    let member = api.with_key(&acme.key, "POST", "/v3/users", &body).await;
    assert_eq!((member.status.as_u16(), &member.body["user"]["is_domain_owner"]), (201, &json!(false)));
    assert_eq!(member.body["user"]["domain_id"], acme.domain["id"]);
    let target = format!("/v3/users/{}", member.body["user"]["id"].as_str().unwrap());
    let token = api.login("road.runner", "acme", "12345678").await;
    let token = token.headers["x-subject-token"].to_str().unwrap().to_owned();
    let header = [("x-auth-token", token.as_str())];
    assert_eq!(api.send("GET", &target, &header, "").await.status, 200);
    assert_eq!(api.send("GET", "/v3/users", &header, "").await.body["users"].as_array().unwrap().len(), 1);
    let owner = format!("/v3/users/{}", acme.owner["id"].as_str().unwrap());
    assert_eq!(api.send("GET", &owner, &header, "").await.status, 404);
    assert_eq!(api.send("POST", "/v3/users", &header, &body).await.status, 403);
    assert_eq!(api.send("DELETE", &target, &header, "").await.status, 403);
    let key = json!({ "credential": { "user_id": acme.owner["id"] } }).to_string();
    assert_eq!(api.send("POST", "/v3.0/OS-CREDENTIAL/credentials", &header, &key).await.status, 403);
    assert_eq!(api.with_key(&acme.key, "DELETE", &target, "").await.status, 204);
    assert_eq!(api.send("GET", "/v3/users", &header, "").await.status, 401, "its token ends with it");
}

#[tokio::test]
async fn what_is_removed_is_refused_at_once() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let token = api.login("wile", "acme", "beep beep").await;
    let token = token.headers["x-subject-token"].to_str().unwrap().to_owned();
    let id = acme.project["id"].as_str().unwrap();
    assert_eq!(api.as_admin("DELETE", &format!("/v3/projects/{id}"), Value::Null).await.status, 204);
    let header = [("x-auth-token", token.as_str())];
    assert_eq!(api.send("GET", "/v3/auth/projects", &header, "").await.status, 401);
    assert_eq!(api.with_key(&acme.key, "GET", "/v3/auth/projects", "").await.body["projects"], json!([]));
    let domain = format!("/v3/domains/{}", acme.domain["id"].as_str().unwrap());
    assert_eq!(api.as_admin("DELETE", &domain, Value::Null).await.status, 204);
    assert_eq!(api.with_key(&acme.key, "GET", "/v3/auth/projects", "").await.status, 401);
    assert_eq!(api.login("wile", "acme", "beep beep").await.status, 401);
    assert_eq!(api.as_admin("DELETE", &domain, Value::Null).await.status, 404);
    assert_eq!(api.as_admin("GET", "/v3/domains?name=acme", Value::Null).await.body["domains"], json!([]));
    api.made("domain", json!({ "name": "acme" })).await;
}

#[tokio::test]
async fn refused_accounts_name_the_reason() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let domain = acme.domain["id"].clone();
    let user = |name: &str, more: Value| {
        let mut fields = json!({ "name": name, "domain_id": domain });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "user": fields })
    };
    let project = |name: &str| json!({ "project": { "name": name, "domain_id": domain } });
    for (target, body, status) in [
        ("/v3/domains", json!({ "domain": { "name": "acme" } }), 409),
        ("/v3/domains", json!({ "domain": { "name": "" } }), 400),
        ("/v3/domains", json!({ "domain": { "name": "a.b" } }), 400),
        ("/v3/domains", json!({ "domain": { "name": "a".repeat(65) } }), 400),
        ("/v3/domains", json!({ "domain": { "name": null } }), 400),
        ("/v3/domains", json!({ "domain": { "name": 1 } }), 400),
        ("/v3/domains", json!({ "domain": { "name": "b", "enabled": false } }), 400),
        ("/v3/domains", json!({}), 400),
        ("/v3/projects", project("local-1"), 409),
        ("/v3/projects", project("a b"), 400),
        ("/v3/projects", project(&"a".repeat(65)), 400),
        ("/v3/projects", json!({ "project": { "name": "x", "domain_id": "none" } }), 404),
        ("/v3/projects", json!({ "project": {} }), 400),
        ("/v3/users", user("wile", json!({})), 409),
        ("/v3/users", user("a,b", json!({})), 400),
        ("/v3/users", user("", json!({})), 400),
        ("/v3/users", user("u", json!({ "password": "1234567" })), 400),
        ("/v3/users", user("u", json!({ "password": "p".repeat(129) })), 400),
        ("/v3/users", user("u", json!({ "password": 12345678 })), 400),
        ("/v3/users", user("u", json!({ "enabled": false })), 400),
        ("/v3/users", json!({ "user": { "name": "u", "domain_id": "none" } }), 404),
    ] {
        let refused = api.as_admin("POST", target, body.clone()).await;
        assert_eq!(refused.status.as_u16(), status, "{target} {body} {}", refused.body);
        assert_eq!(refused.body["error"]["code"], status, "{}", refused.body);
    }
    for target in ["/v3/domains/none", "/v3/projects/none", "/v3/users/none"] {
        assert_eq!(api.as_admin("DELETE", target, Value::Null).await.status, 404, "{target}");
    }
    let longest = "a".repeat(64);
    api.made("domain", json!({ "name": longest })).await;
    api.made("user", json!({ "name": "no.password@x", "domain_id": domain })).await;
    assert_eq!(api.login("no.password@x", "acme", "").await.status, 401);
}
