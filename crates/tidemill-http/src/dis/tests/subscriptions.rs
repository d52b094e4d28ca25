//! Subscriptions to events as clients call them.

use super::Api;
use crate::dis::subscriptions::{NotifyState, router};
use serde_json::json;
use tidemill_notify::Notifications;

const ALL: &str = "/tidemill/subscriptions";

async fn api() -> Api {
    let mut api = Api::new().await;
    let opened = Notifications::open(api.meta.clone(), api.streams.clone(), api.clock.clone()).await;
    let state = NotifyState { dis: api.state(), notifications: opened.unwrap() };
    api.router = api.router.clone().merge(router(state));
    api
}

#[tokio::test]
async fn a_subscription_is_made_shown_replaced_listed_and_ended() {
    let api = api().await;
    api.create("orders", 1).await;
    let asked = json!({
        "name": "alerts", "enabled": true, "stream_name": "orders", "levels": ["Warning"],
        "sources": ["Dump task"], "webhook": "https://example.org/hook", "more": 1,
    });
    let made = api.post(ALL, asked).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.body["secret"].as_str().unwrap().starts_with("whsec_"));
    let shown = api.get("/tidemill/subscriptions/alerts").await.body;
    for (member, value) in [
        ("name", json!("alerts")),
        ("enabled", json!(true)),
        ("stream_name", json!("orders")),
        ("levels", json!(["Warning"])),
        ("sources", json!(["Dump task"])),
        ("event_types", json!([])),
        ("webhook", json!("https://example.org/hook")),
        ("waiting", json!(0)),
        ("secret", made.body["secret"].clone()),
    ] {
        assert_eq!(shown[member], value, "{member}: {shown}");
    }
    let into = json!({"target_stream": "orders"}).to_string();
    let replaced = api.call("PUT", "/tidemill/subscriptions/alerts/", into).await;
    assert_eq!((replaced.status.as_u16(), &replaced.body["target_stream"]), (200, &json!("orders")));
    assert_eq!((&replaced.body["enabled"], replaced.body.get("secret")), (&json!(false), None));
    let listed = api.get(ALL).await.body;
    assert_eq!(listed["subscriptions"][0]["subscription_id"], made.body["subscription_id"]);
    assert_eq!(api.call("DELETE", "/tidemill/subscriptions/alerts", "").await.status, 204);
    api.get("/tidemill/subscriptions/alerts").await.refused(400, "DIS.4200");
    assert_eq!(api.get(ALL).await.body, json!({"subscriptions": []}));
}

#[tokio::test]
async fn bad_subscriptions_are_refused_with_what_is_allowed() {
    let api = api().await;
    api.create("orders", 1).await;
    let url = "http://example.org/";
    for (body, part) in [
        (json!({"webhook": url}), "name is missing"),
        (json!({"name": "a"}), "either webhook or target_stream"),
        (json!({"name": "a", "webhook": url, "target_stream": "orders"}), "either webhook or"),
        (json!({"name": "_a", "webhook": url}), "starting with a letter or digit"),
        (json!({"name": "a", "webhook": "file:///x"}), "http or https"),
        (json!({"name": "a", "webhook": url, "levels": ["Loud"]}), "allowed are Normal, Warning"),
        (json!({"name": "a", "webhook": url, "levels": ["Normal", "Normal", "Normal"]}), "more than 2"),
    ] {
        let refused = api.post(ALL, body.clone()).await;
        let message = refused.refused(400, "DIS.4200");
        assert!(message.contains(part), "{body}: {message}");
    }
    for body in [
        json!({"name": "a", "target_stream": "no"}),
        json!({"name": "a", "webhook": url, "stream_name": "no"}),
    ] {
        api.post(ALL, body).await.refused(400, "DIS.4301");
    }
    assert_eq!(api.post(ALL, json!({"name": "a", "webhook": url})).await.status, 201);
    api.post(ALL, json!({"name": "a", "webhook": url})).await.refused(400, "DIS.4200");
}
