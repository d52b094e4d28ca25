//! Making, replacing and ending subscriptions.

use crate::support::{World, project, subscription};
use tidemill_notify::{SubscribeError, Target};

fn to(url: &str) -> Target {
    Target::Webhook(url.to_owned())
}

#[tokio::test]
async fn a_subscription_is_kept_as_it_was_asked_for() {
    let mut world = World::new().await;
    let stream = world.stream("orders").await;
    let mut wanted = subscription("alerts", to("http://127.0.0.1:9/hook"));
    wanted.stream_id = Some(stream.id.clone());
    let made = world.notifications.create(&project(), wanted.clone()).await.unwrap();
    assert!(world.notifications.secret(&made).starts_with("whsec_"));
    let secret = world.notifications.secret(&made);
    world.restart().await;
    let (kept, waiting) = world.notifications.get(&project(), "alerts").await.unwrap();
    assert_eq!((&kept, waiting), (&made, 0));
    assert_eq!(world.notifications.secret(&kept), secret);
    wanted.enabled = false;
    let updated = world.notifications.update(&project(), wanted).await.unwrap();
    assert_eq!((updated.id, updated.wanted.enabled), (made.id, false));
    assert_eq!(world.notifications.list(&project()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason() {
    let world = World::new().await;
    let create = async |name: &str, target: Target| {
        world.notifications.create(&project(), subscription(name, target)).await
    };
    for name in ["", "-a", "a b", &"x".repeat(65)] {
        let refused = create(name, to("http://a/")).await;
        assert!(matches!(refused, Err(SubscribeError::Invalid(_))), "{name:?}: {refused:?}");
    }
    assert!(matches!(create("a", to("ftp://a/")).await, Err(SubscribeError::Invalid(_))));
    let nowhere = create("a", Target::Stream("none".into())).await;
    assert!(matches!(nowhere, Err(SubscribeError::UnknownStream(_))));
    create(&"x".repeat(64), to("http://a/")).await.unwrap();
    create("a", to("http://a/")).await.unwrap();
    assert!(matches!(create("a", to("http://a/")).await, Err(SubscribeError::Exists(_))));
    for n in 2..50 {
        create(&format!("n{n}"), to("http://a/")).await.unwrap();
    }
    assert!(matches!(create("one-too-many", to("http://a/")).await, Err(SubscribeError::Quota)));
    let unknown = world.notifications.update(&project(), subscription("b", to("http://a/"))).await;
    assert!(matches!(unknown, Err(SubscribeError::Unknown(_))));
    assert!(matches!(world.notifications.delete(&project(), "b").await, Err(SubscribeError::Unknown(_))));
}

#[tokio::test]
async fn a_deleted_stream_ends_the_subscriptions_about_it_and_into_it() {
    let world = World::new().await;
    let (orders, audit) = (world.stream("orders").await, world.stream("audit").await);
    let about = tidemill_notify::NewSubscription {
        stream_id: Some(orders.id.clone()),
        ..subscription("about", to("http://127.0.0.1:9/"))
    };
    world.notifications.create(&project(), about).await.unwrap();
    let into = subscription("into", Target::Stream(audit.id.clone()));
    world.notifications.create(&project(), into).await.unwrap();
    let names = async || -> Vec<String> {
        let all = world.notifications.list(&project()).await.unwrap();
        all.into_iter().map(|s| s.wanted.name).collect()
    };
    world.streams.delete_stream(&orders.id).await.unwrap();
    assert_eq!(names().await, ["into"]);
    world.streams.delete_stream(&audit.id).await.unwrap();
    assert_eq!(names().await, Vec::<String>::new());
}
