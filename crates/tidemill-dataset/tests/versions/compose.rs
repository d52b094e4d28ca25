//! Versions that a processing run composes.

use crate::support::*;
use futures::stream;
use std::time::Duration;
use tidemill_dataset::sample::Usage;
use tidemill_dataset::version::{
    Composed, ComposedVersion, Gate, NewVersion, VersionEntry, VersionError, VersionStatus,
};
use tidemill_dataset::{DatasetStatus, DatasetType};
use tidemill_model::random_id;
use tokio_util::sync::CancellationToken;

fn composed(version_id: &str) -> ComposedVersion {
    ComposedVersion {
        version_id: version_id.to_owned(),
        name: None,
        description: String::new(),
        copies: None,
    }
}

fn sample(entry: VersionEntry) -> Result<Composed, String> {
    Ok(Composed::Sample(Box::new(entry)))
}

#[tokio::test]
async fn a_composed_version_becomes_current_with_its_samples() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let samples = vec![
        world.image("in/a.jpg", "a", &["cat"]).await,
        world.image("in/b.jpg", "b", &["cat"]).await,
        world.image("in/c.jpg", "c", &["dog"]).await,
    ];
    add(&datasets, &set.id, samples).await;
    let first = published(&datasets, &set.id, NewVersion::default()).await;
    let kept = entries(&datasets, &first).await.remove(0);
    let mut changed = world.image("in/import_1/b_checked.jpg", "B", &["cat"]).await;
    changed.usage = Some(Usage::Eval);
    let added = world.image("in/0.jpg", "0", &["dog", "new"]).await;
    world.clock.advance(Duration::from_secs(1));
    let late = ["in/y.jpg", "in/z.jpg"].map(|key| world.image(key, "late", &["late"]));
    add(&datasets, &set.id, futures::future::join_all(late).await).await;
    let left_out = Ok(Composed::LeftOut(at("/user/in/y.jpg")));
    let all =
        vec![sample(VersionEntry::new(changed)), left_out, sample(kept), sample(VersionEntry::new(added))];
    let id = random_id();
    let made = datasets
        .publish_entries(&project(), set.id.as_str(), composed(&id), stream::iter(all))
        .await
        .unwrap();
    assert_eq!((made.status, made.is_current, made.name.as_str()), (VersionStatus::Normal, true, "V002"));
    let counts = &made.summary;
    assert_eq!((counts.total, counts.added, counts.modified, counts.deleted), (3, 2, 0, 2));
    assert_eq!(
        shown(&working(&datasets, &set.id).await),
        [
            "user/in/0.jpg dog,new",
            "user/in/a.jpg cat",
            "user/in/import_1/b_checked.jpg cat",
            "user/in/z.jpg late"
        ],
        "what no version holds and the run says nothing of stays"
    );
    assert_eq!(datasets.get(&project(), set.id.as_str()).await.unwrap().sample_count, 4);
    let usages: Vec<_> = entries(&datasets, &made).await.iter().map(|e| e.sample.usage).collect();
    assert_eq!(usages, [None, Some(Usage::Train), Some(Usage::Eval)], "usage is kept");
    let again = datasets
        .publish_entries(&project(), set.id.as_str(), composed(&id), stream::iter(Vec::new()))
        .await
        .unwrap();
    assert_eq!(again, made, "a second call finds what the first made");
}

#[tokio::test]
async fn a_failing_stream_leaves_the_dataset_as_it_was_and_the_run_may_try_again() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    add(&datasets, &set.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    let one = || async { sample(VersionEntry::new(world.image("in/z.jpg", "z", &["dog"]).await)) };
    let id = random_id();
    let broken = stream::iter(vec![one().await, Err("the run was stopped".to_owned())]);
    let failed = datasets.publish_entries(&project(), set.id.as_str(), composed(&id), broken).await;
    assert!(matches!(failed.unwrap_err(), VersionError::Failed(why) if why.contains("stopped")));
    assert_eq!(datasets.get(&project(), set.id.as_str()).await.unwrap().status, DatasetStatus::Normal);
    let version = datasets.version(&project(), set.id.as_str(), &id).await.unwrap();
    assert_eq!(version.status, VersionStatus::Failed);
    assert_eq!(shown(&working(&datasets, &set.id).await), ["user/in/a.jpg cat"]);
    let whole = stream::iter(vec![one().await]);
    let made = datasets.publish_entries(&project(), set.id.as_str(), composed(&id), whole).await.unwrap();
    assert_eq!((made.id, made.status), (id, VersionStatus::Normal));
    assert_eq!(shown(&working(&datasets, &set.id).await), ["user/in/a.jpg cat", "user/in/z.jpg dog"]);
}

#[tokio::test]
async fn a_version_that_is_given_up_at_the_gate_leaves_nothing() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    add(&datasets, &set.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    for at_once in [true, false] {
        let cancel = CancellationToken::new();
        if at_once {
            cancel.cancel();
        }
        let stop = cancel.clone();
        let seal = || async move {
            assert!(!at_once, "nothing was to be made");
            stop.cancel();
            Ok(false)
        };
        let entry = sample(VersionEntry::new(world.image("in/z.jpg", "z", &["dog"]).await));
        let (entries, id) = (stream::iter(vec![entry]), random_id());
        let (of, gate) = (set.id.as_str(), Gate { cancel, seal });
        let failed = datasets.publish_entries_through(&project(), of, composed(&id), entries, gate).await;
        assert!(matches!(failed.unwrap_err(), VersionError::Failed(_)));
        assert_eq!(datasets.get(&project(), of).await.unwrap().status, DatasetStatus::Normal);
        assert_eq!(datasets.versions(&project(), of).await.unwrap(), []);
        assert_eq!(shown(&working(&datasets, &set.id).await), ["user/in/a.jpg cat"]);
    }
}

#[tokio::test]
async fn copies_lie_in_a_directory_below_the_input_path() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    for place in ["/user/in/", "/user/in", "/user/elsewhere/", "/user/in/import_1", "/other/in/import_1/"] {
        let new = ComposedVersion { copies: Some(at(place)), ..composed(&random_id()) };
        let refused =
            datasets.publish_entries(&project(), set.id.as_str(), new, stream::iter(Vec::new())).await;
        assert!(matches!(refused, Err(VersionError::Invalid(_))), "{place}: {refused:?}");
    }
    assert_eq!(datasets.versions(&project(), set.id.as_str()).await.unwrap(), []);
    assert_eq!(datasets.get(&project(), set.id.as_str()).await.unwrap().status, DatasetStatus::Normal);
}
