//! Switching a dataset to a version.

use crate::support::*;
use serde_json::json;
use std::time::Instant;
use tidemill_dataset::version::{NewVersion, VersionError};
use tidemill_dataset::{DatasetStatus, DatasetType};

#[tokio::test]
async fn publishing_switching_and_publishing_again_is_a_round_trip() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let id = set.id.as_str();
    let mut one = world.image("in/a.jpg", "a", &["cat", "pet"]).await;
    one.metadata.insert("@modelarts:size".into(), json!([4, 3, 3]));
    one.labels[0].property.insert("fur".into(), json!("white"));
    add(&datasets, &set.id, vec![one, world.image("in/b.jpg", "b", &[]).await]).await;
    let mut keep = ratio("1.00");
    keep.options.remove_usage = false;
    let first = published(&datasets, &set.id, keep.clone()).await;
    let before = working(&datasets, &set.id).await;

    let changed =
        vec![world.image("in/a.jpg", "a", &["dog"]).await, world.image("in/c.jpg", "c", &["dog"]).await];
    add(&datasets, &set.id, changed).await;
    let second = published(&datasets, &set.id, NewVersion::default()).await;
    datasets.switch_version(&project(), id, &first.id).await.unwrap();
    let now = idle(&datasets, &set.id).await;
    assert_eq!((now.current_version.as_deref(), now.sample_count), (Some(first.id.as_str()), 2));
    let mut after = working(&datasets, &set.id).await;
    assert_eq!(after[0].usage, Some(tidemill_dataset::sample::Usage::Train), "the version's usage came back");
    after[0].usage = None;
    assert_eq!(after, before);
    let again = published(&datasets, &set.id, keep).await;
    assert_eq!(again.identity, first.identity);
    let labels: Vec<_> = again.labels.iter().map(|l| (l.name.as_str(), l.sample_count)).collect();
    assert_eq!(labels, [("cat", 1), ("pet", 1)], "the labels are the version's");
    assert_eq!(entries(&datasets, &second).await.len(), 3, "the other version is as it was");
}

#[tokio::test]
async fn only_a_normal_version_of_the_dataset_can_be_switched_to() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let other = dataset(&datasets, "o", DatasetType::ImageClassification).await;
    let table = dataset(&datasets, "t", DatasetType::Table).await;
    let version = published(&datasets, &other.id, NewVersion::default()).await;
    let refused = datasets.switch_version(&project(), set.id.as_str(), &version.id).await.unwrap_err();
    assert!(matches!(refused, VersionError::Unknown(_)), "{refused}");
    let refused = datasets.switch_version(&project(), table.id.as_str(), &version.id).await.unwrap_err();
    assert!(matches!(refused, VersionError::Invalid(_)), "{refused}");
    assert_eq!(idle(&datasets, &set.id).await.status, DatasetStatus::Normal);
}

#[tokio::test]
async fn readers_see_the_samples_of_before_or_of_after() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let mut samples = Vec::new();
    for n in 0..120 {
        samples.push(world.image(&format!("in/{n:04}.jpg"), "x", &["old"]).await);
    }
    add(&datasets, &set.id, samples.clone()).await;
    let first = published(&datasets, &set.id, NewVersion::default()).await;
    samples.iter_mut().for_each(|sample| sample.labels[0].name = "new".into());
    add(&datasets, &set.id, samples).await;
    let id = set.id.as_str();
    datasets.switch_version(&project(), id, &first.id).await.unwrap();
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < PATIENCE, "the switch does not end");
        let done = datasets.get(&project(), id).await.unwrap().status == DatasetStatus::Normal;
        let seen = working(&datasets, &set.id).await;
        assert_eq!(seen.len(), 120);
        let old = seen.iter().filter(|sample| sample.labels[0].name == "old").count();
        assert!(old == 0 || old == 120, "{old} of 120 are of after");
        if done {
            assert_eq!(old, 120);
            return;
        }
    }
}
