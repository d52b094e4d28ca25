//! What reaches receivers: signed, in order, at least once, and nothing after a delete.

use crate::receiver::Receiver;
use crate::support::{World, project, subscription};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use tidemill_model::EventKind::{DumpTaskAbnormal, TrafficLimited, TrafficRestored};
use tidemill_notify::{Filter, NewSubscription, Source, Target};

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_says_what_happened_and_proves_who_says_it() {
    let (world, receiver) = (World::new().await, Receiver::start());
    let stream = world.stream("orders").await;
    world.webhook("alerts", &receiver.url).await;
    world.raise(TrafficLimited, &stream, "1000 records/s reached");
    let got = receiver.next();
    for (member, value) in [
        ("event", "Traffic limited"),
        ("event_type", "Monitoring"),
        ("level", "Warning"),
        ("source", "Stream"),
        ("stream_name", "orders"),
        ("detail", "1000 records/s reached"),
        ("time", "2026-01-15T09:30:00Z"),
    ] {
        assert_eq!(got.member(member), value, "{}", got.body);
    }
    assert_eq!(got.headers["webhook-id"], got.member("id"));
    assert_eq!(got.headers["webhook-timestamp"], "1768469400");
    let made = world.notifications.get(&project(), "alerts").await.unwrap().0;
    let secret = world.notifications.secret(&made);
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.1768469400.{}", got.member("id"), got.body).as_bytes());
    let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(got.headers["webhook-signature"], wanted);
    world.nothing_waits("alerts").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_hears_only_what_it_asked_for() {
    let (world, receiver) = (World::new().await, Receiver::start());
    let (orders, other) = (world.stream("orders").await, world.stream("other").await);
    let target = || Target::Webhook(receiver.url.clone());
    let wanted = NewSubscription {
        stream_id: Some(orders.id.clone()),
        filter: Filter { sources: vec![Source::Stream], ..Filter::default() },
        ..subscription("alerts", target())
    };
    world.notifications.create(&project(), wanted).await.unwrap();
    let disabled = NewSubscription { enabled: false, ..subscription("silent", target()) };
    world.notifications.create(&project(), disabled).await.unwrap();
    world.raise(TrafficLimited, &other, "another stream");
    world.raise(DumpTaskAbnormal, &orders, "another source");
    world.raise(TrafficRestored, &orders, "wanted");
    assert_eq!(receiver.next().member("detail"), "wanted");
    world.nothing_waits("alerts").await;
    assert!(!receiver.has_more());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_is_asked_again_in_order_also_after_a_restart() {
    let (mut world, receiver) = (World::new().await, Receiver::start());
    let stream = world.stream("orders").await;
    world.webhook("alerts", &receiver.url).await;
    receiver.answer(500);
    world.raise(TrafficLimited, &stream, "first");
    let id = receiver.next().member("id");
    world.raise(TrafficRestored, &stream, "second");
    crate::support::until(async || world.waiting("alerts").await == 2).await;
    world.restart().await;
    receiver.answer(204);
    world.advance(2);
    let again = receiver.next();
    assert_eq!((again.member("detail"), again.member("id")), ("first".into(), id));
    assert_eq!(receiver.next().member("detail"), "second");
    world.nothing_waits("alerts").await;
    assert!(!receiver.has_more());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_nobody_takes_for_a_day_is_given_up() {
    let (world, receiver) = (World::new().await, Receiver::start());
    let stream = world.stream("orders").await;
    world.webhook("alerts", &receiver.url).await;
    receiver.answer(500);
    world.raise(TrafficLimited, &stream, "old");
    receiver.next();
    world.advance(24 * 60 * 60);
    crate::support::until(async || {
        world.advance(1);
        world.waiting("alerts").await == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_become_records_of_a_stream_but_never_about_itself() {
    let world = World::new().await;
    let (orders, audit) = (world.stream("orders").await, world.stream("audit").await);
    let wanted = subscription("into", Target::Stream(audit.id.clone()));
    world.notifications.create(&project(), wanted).await.unwrap();
    world.raise(TrafficLimited, &audit, "about itself");
    for n in 0..20 {
        world.raise(TrafficLimited, &orders, &n.to_string());
    }
    crate::support::until(async || world.payloads(&audit).await.len() == 20).await;
    let detail = |text: &String| serde_json::from_str::<serde_json::Value>(text).unwrap()["detail"].clone();
    let details: Vec<_> = world.payloads(&audit).await.iter().map(detail).collect();
    assert_eq!(details, (0..20).map(|n| serde_json::json!(n.to_string())).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_after_a_delete() {
    let (world, receiver) = (World::new().await, Receiver::start());
    let stream = world.stream("orders").await;
    world.webhook("alerts", &receiver.url).await;
    receiver.answer(500);
    world.raise(TrafficLimited, &stream, "waits");
    receiver.next();
    world.notifications.delete(&project(), "alerts").await.unwrap();
    assert!(!receiver.has_more());
    receiver.answer(204);
    world.advance(3600);
    world.webhook("alerts", &receiver.url).await;
    world.raise(TrafficRestored, &stream, "of the new one");
    assert_eq!(receiver.next().member("detail"), "of the new one");
    assert!(!receiver.has_more());
}
