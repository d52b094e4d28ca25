//! Agencies: every account has some of its own, which only its owner and the administrator change.

use super::accounts::acme;
use super::{Answer, Api};
use serde_json::{Value, json};

const AGENCIES: &str = "/v3.0/OS-AGENCY/agencies";

async fn create(api: &Api, key: &Value, fields: Value) -> Answer {
    let body = json!({ "agency": fields }).to_string();
    api.with_key(key, "POST", AGENCIES, &body).await
}

fn names(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["agencies"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_account_begins_with_one() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let own = api.with_key(&acme.key, "GET", AGENCIES, "").await;
    assert_eq!(names(&own), ["dis_admin_agency"]);
    let first = &own.body["agencies"][0];
    let shown = json!({
        "id": first["id"], "name": "dis_admin_agency", "domain_id": acme.domain["id"],
        "trust_domain_id": "dc7b3be04a52efeb018c3e61193ac7c8", "trust_domain_name": "op_svc_dis",
        "description": "", "duration": null, "create_time": "2026-01-15T09:30:00.000000Z", "expire_time": null,
    });
    assert_eq!(*first, shown);
    let administrator = api.signed("GET", AGENCIES, "").await;
    assert_eq!(names(&administrator), ["dis_admin_agency"]);
    assert_ne!(administrator.body["agencies"][0]["id"], first["id"]);
}

#[tokio::test]
async fn an_agency_is_made_found_and_deleted() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let fields = json!({ "name": "to.acme-2", "trust_domain_name": "local", "duration": "FOREVER",
                         "description": "for copies", "domain_id": acme.domain["id"] });
    let made = create(&api, &acme.key, fields.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let agency = &made.body["agency"];
    assert_eq!((&agency["name"], &agency["description"]), (&json!("to.acme-2"), &json!("for copies")));
    let target = format!("{AGENCIES}/{}", agency["id"].as_str().unwrap());
    assert_eq!(api.with_key(&acme.key, "GET", &target, "").await.body["agency"], *agency);
    assert_eq!(create(&api, &acme.key, fields).await.status, 409);
    let local = agency["trust_domain_id"].as_str().unwrap();
    assert_eq!(api.signed("GET", "/v3/auth/domains", "").await.body["domains"][0]["id"], local);
    for (query, found) in [
        (format!("trust_domain_id={local}"), vec!["to.acme-2"]),
        ("name=to.acme-2".to_owned(), vec!["to.acme-2"]),
        ("name=to".to_owned(), vec![]),
        (format!("domain_id={}", acme.domain["id"].as_str().unwrap()), vec!["dis_admin_agency", "to.acme-2"]),
    ] {
        let listed = api.with_key(&acme.key, "GET", &format!("{AGENCIES}?{query}"), "").await;
        assert_eq!(names(&listed), found, "{query}");
    }
    assert_eq!(api.with_key(&acme.key, "DELETE", &target, "").await.status, 204);
    assert_eq!(api.with_key(&acme.key, "GET", &target, "").await.status, 404);
    let again = api.with_key(&acme.key, "DELETE", &target, "").await;
    assert_eq!((again.status.as_u16(), &again.body["error"]["code"]), (404, &json!(404)), "{}", again.body);
}

#[tokio::test]
async fn nobody_else_sees_or_changes_them() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let body = json!({ "user": { "name": "member", "password": "12345678" } }).to_string();
    assert_eq!(api.with_key(&acme.key, "POST", "/v3/users", &body).await.status, 201);
    let token = api.login("member", "acme", "12345678").await;
    let header = [("x-auth-token", token.headers["x-subject-token"].to_str().unwrap())];
    let listed = api.send("GET", AGENCIES, &header, "").await;
    assert_eq!(names(&listed), ["dis_admin_agency"]);
    let first = format!("{AGENCIES}/{}", listed.body["agencies"][0]["id"].as_str().unwrap());
    let new = json!({ "agency": { "name": "x", "trust_domain_name": "op_svc_dis" } }).to_string();
    assert_eq!(api.send("POST", AGENCIES, &header, &new).await.status, 403);
    assert_eq!(api.send("DELETE", &first, &header, "").await.status, 403);
    assert_eq!(api.send("GET", AGENCIES, &[], "").await.status, 401);
    // Those of another account; the administrator may.
    let local = api.signed("GET", AGENCIES, "").await.body["agencies"][0].clone();
    let (id, domain) = (local["id"].as_str().unwrap(), local["domain_id"].as_str().unwrap());
    for method in ["GET", "DELETE"] {
        assert_eq!(
            api.with_key(&acme.key, method, &format!("{AGENCIES}/{id}"), "").await.status,
            404,
            "{method}"
        );
    }
    let foreign = api.with_key(&acme.key, "GET", &format!("{AGENCIES}?domain_id={domain}"), "").await;
    assert!(names(&foreign).is_empty());
    let foreign = json!({ "name": "x", "trust_domain_name": "op_svc_dis", "domain_id": domain });
    assert_eq!(create(&api, &acme.key, foreign).await.status, 403);
    assert_eq!(api.signed("DELETE", &first, "").await.status, 204);
}

#[tokio::test]
async fn refused_agencies_name_the_reason() {
    let api = Api::new().await;
    let acme = acme(&api).await;
    let trusting = |more: Value| {
        let mut fields = json!({ "name": "x", "trust_domain_name": "op_svc_dis" });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    for (fields, status, word) in [
        (json!({ "name": "x" }), 400, "trust_domain_name"),
        (json!({ "trust_domain_name": "op_svc_dis" }), 400, "name"),
        (trusting(json!({ "name": "" })), 400, "name"),
        (trusting(json!({ "name": "a b" })), 400, "letters"),
        (trusting(json!({ "name": "a".repeat(65) })), 400, "64"),
        (trusting(json!({ "name": 1 })), 400, "valid"),
        (trusting(json!({ "description": "d".repeat(256) })), 400, "255"),
        (trusting(json!({ "duration": "ONEDAY" })), 400, "duration"),
        (trusting(json!({ "duration": 5 })), 400, "duration"),
        (trusting(json!({ "trust_domain_name": "nobody" })), 404, "nobody"),
        (trusting(json!({ "trust_domain_name": "op_svc_a b" })), 400, "service"),
        (trusting(json!({ "trust_domain_id": "0".repeat(32) })), 400, "trust_domain_id"),
        (json!({ "name": "x", "trust_domain_id": "none" }), 404, "none"),
        (trusting(json!({ "name": "dis_admin_agency" })), 409, "already"),
    ] {
        let refused = create(&api, &acme.key, fields.clone()).await;
        assert_eq!(refused.status.as_u16(), status, "{fields} {}", refused.body);
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(word) && refused.body["error"]["code"] == status, "{fields} {message}");
    }
    let nowhere = json!({ "agency": trusting(json!({ "domain_id": "none" })) }).to_string();
    assert_eq!(api.signed("POST", AGENCIES, &nowhere).await.status, 404);
    let service = json!({ "name": "by-id", "trust_domain_id": "dc7b3be04a52efeb018c3e61193ac7c8" });
    assert_eq!(create(&api, &acme.key, service).await.body["agency"]["trust_domain_name"], "op_svc_dis");
    for n in 0..48 {
        assert_eq!(create(&api, &acme.key, trusting(json!({ "name": format!("n{n}") }))).await.status, 201);
    }
    let one_more = create(&api, &acme.key, trusting(json!({ "name": "one-more" }))).await;
    assert_eq!(one_more.status, 409);
    assert!(one_more.body["error"]["message"].as_str().unwrap().contains("50 agencies"), "{}", one_more.body);
}
