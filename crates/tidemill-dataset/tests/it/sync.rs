//! A dataset follows its input path.

use crate::support::{World, own, project};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use tidemill_bucket::Location;
use tidemill_dataset::label::DeletePolicy;
use tidemill_dataset::sample::{Relabel, SampleLabel};
use tidemill_dataset::task::TaskState;
use tidemill_dataset::version::{Composed, ComposedVersion, NewVersion};
use tidemill_dataset::{DatasetError, DatasetType, LabelType};

#[tokio::test]
async fn what_is_new_comes_what_vanished_goes_and_what_is_known_is_not_read_again() {
    let world = World::new().await;
    for key in ["in/cat/1.jpg", "in/cat/2.jpg", "in/3.jpg", "in-other/4.jpg"] {
        world.put(key, "image").await;
    }
    world.put("in/3.txt", "dog\n").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.import(&dataset, own(&dataset)).await;
    world.bucket.take_read();

    let task = world.sync(&dataset).await;
    assert_eq!((task.counts.added, task.counts.deleted, task.counts.total), (0, 0, 3));
    assert_eq!(world.bucket.take_read(), Vec::<String>::new());

    world.bucket.delete(&Path::from("in/cat/1.jpg")).await.unwrap();
    world.put("in/cat/0.jpg", "image").await;
    world.put("in/z/9.jpg", "image").await;
    world.put("in/z/9.txt", "cow").await;
    world.put("in/cat/2.jpg", "another image").await;
    let task = world.sync(&dataset).await;
    assert_eq!((task.counts.added, task.counts.deleted, task.counts.total), (2, 1, 4), "{task:?}");
    assert_eq!(world.bucket.take_read(), ["in/z/9.txt"]);
    let expected = ["in/3.jpg: dog", "in/cat/0.jpg: cat", "in/cat/2.jpg: cat", "in/z/9.jpg: cow"];
    assert_eq!(world.shown(&dataset).await, expected);
    assert_eq!(world.samples(&dataset).await[2].size, 13, "the facts of a changed object are taken over");
    let now = world.datasets.get(&project(), dataset.id.as_str()).await.unwrap();
    assert_eq!((now.sample_count, now.deleted_samples), (4, 1));
}

#[tokio::test]
async fn what_a_run_left_out_stays_away_and_is_not_read() {
    let world = World::new().await;
    for name in ["a", "b", "c"] {
        world.put(&format!("in/{name}.jpg"), "image").await;
        world.put(&format!("in/{name}.txt"), "cat\n").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.sync(&dataset).await;
    let id = dataset.id.as_str();
    let first = world.published(&dataset, NewVersion::default()).await;
    let mut entries = world.datasets.version_entries(&project(), id, &first).await.unwrap();
    let kept = entries.next().await.unwrap().unwrap();
    let before = world.samples(&dataset).await.remove(0);
    let left_out = |key: &str| Ok(Composed::LeftOut(Location::parse(&format!("/b/{key}")).unwrap()));
    // The clock shows that what is kept is not made anew.
    world.clock.advance(std::time::Duration::from_secs(3600));
    let all = vec![left_out("in/b.jpg"), Ok(Composed::Sample(Box::new(kept))), left_out("elsewhere/d.jpg")];
    let new =
        ComposedVersion { version_id: "c".repeat(19), name: None, description: String::new(), copies: None };
    world.datasets.publish_entries(&project(), id, new, futures::stream::iter(all)).await.unwrap();
    let after = world.samples(&dataset).await.remove(0);
    assert_eq!((after.created_ms, after.modified_ms), (before.created_ms, before.modified_ms));

    world.bucket.take_read();
    let task = world.sync(&dataset).await;
    assert_eq!((task.counts.added, task.counts.total), (1, 2), "the run knew nothing of c: {task:?}");
    assert_eq!(world.bucket.take_read(), ["in/c.txt"]);
    assert_eq!(world.shown(&dataset).await, ["in/a.jpg: cat", "in/c.jpg: cat"]);

    // Over a switch to a version that has the sample and back again.
    let composed = "c".repeat(19);
    for (version, expected) in [(&first, 3), (&composed, 1)] {
        world.datasets.switch_version(&project(), id, version).await.unwrap();
        world.idle(&dataset).await;
        let samples = world.samples(&dataset).await;
        assert_eq!(samples.len(), expected);
        assert!(samples.iter().all(|sample| sample.modified_ms > 0), "the bucket is asked for times");
    }
    world.sync(&dataset).await;
    assert_eq!(world.shown(&dataset).await, ["in/a.jpg: cat", "in/c.jpg: cat"]);

    // An object that comes again after it vanished is a new one.
    world.datasets.switch_version(&project(), id, &first).await.unwrap();
    world.idle(&dataset).await;
    world.bucket.delete(&Path::from("in/b.jpg")).await.unwrap();
    world.sync(&dataset).await;
    world.put("in/b.jpg", "another").await;
    world.sync(&dataset).await;
    assert_eq!(world.shown(&dataset).await.len(), 3);
}

#[tokio::test]
async fn labels_that_somebody_gave_during_a_run_outlive_its_version() {
    let world = World::new().await;
    for name in ["a", "b", "c", "d"] {
        world.put(&format!("in/{name}.jpg"), "image").await;
        world.put(&format!("in/{name}.txt"), "cat\n").await;
    }
    world.put("in/d.txt", "cow\n").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.sync(&dataset).await;
    let id = dataset.id.as_str();
    let first = world.published(&dataset, NewVersion::default()).await;
    let mut entries = world.datasets.version_entries(&project(), id, &first).await.unwrap();
    let mut all = Vec::new();
    while let Some(entry) = entries.next().await.unwrap() {
        all.push(Ok(Composed::Sample(Box::new(entry))));
    }

    // While the run reads that version.
    world.clock.advance(std::time::Duration::from_secs(60));
    let samples = world.samples(&dataset).await;
    let named = |name| vec![SampleLabel::named(name, LabelType::ImageClassification, "human/t/u")];
    let relabel = |n: usize, labels| Relabel { id: samples[n].id.clone(), labels, ..Relabel::default() };
    let changes = vec![relabel(0, named("dog")), relabel(1, Vec::new())];
    for done in world.datasets.relabel(&dataset, changes).await.unwrap() {
        done.unwrap();
    }
    let cow = LabelType::ImageClassification;
    world.datasets.delete_label(&dataset, "cow", cow, DeletePolicy::LabelOnly).await.unwrap();
    let expected = ["in/a.jpg: dog", "in/b.jpg: ", "in/c.jpg: cat", "in/d.jpg: "];
    assert_eq!(world.shown(&dataset).await, expected);

    world.clock.advance(std::time::Duration::from_secs(60));
    let new =
        ComposedVersion { version_id: "c".repeat(19), name: None, description: String::new(), copies: None };
    world.datasets.publish_entries(&project(), id, new, futures::stream::iter(all)).await.unwrap();
    assert_eq!(world.shown(&dataset).await, expected);
    // The version is what the run made.
    world.datasets.switch_version(&project(), id, &"c".repeat(19)).await.unwrap();
    world.idle(&dataset).await;
    let made = ["in/a.jpg: cat", "in/b.jpg: cat", "in/c.jpg: cat", "in/d.jpg: cow"];
    assert_eq!(world.shown(&dataset).await, made);
}

#[tokio::test]
async fn a_directory_of_thousands_is_followed() {
    let world = World::new().await;
    for n in 0..2500 {
        world.put(&format!("in/{n:05}.jpg"), "image").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    assert_eq!(world.sync(&dataset).await.counts.added, 2500);
    for n in (0..2500).step_by(2) {
        world.bucket.delete(&Path::from(format!("in/{n:05}.jpg"))).await.unwrap();
    }
    let task = world.sync(&dataset).await;
    assert_eq!((task.counts.deleted, task.counts.total), (1250, 1250));
    assert_eq!(world.samples(&dataset).await.len(), 1250);
}

#[tokio::test]
async fn texts_are_not_synchronised_and_without_a_run_there_is_none() {
    let world = World::new().await;
    let dataset = world.dataset(DatasetType::TextClassification).await;
    let refused = world.datasets.start_sync(&project(), dataset.id.as_str()).await.unwrap_err();
    assert!(matches!(refused, DatasetError::Invalid(_)), "{refused}");
    assert_eq!(world.datasets.latest_sync(&project(), dataset.id.as_str()).await.unwrap(), None);
}

#[tokio::test]
async fn a_bucket_that_is_gone_removes_nothing() {
    let world = World::new().await;
    world.put("in/1.jpg", "image").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    assert_eq!(world.sync(&dataset).await.state, TaskState::Completed);
    world.buckets.remove("b");
    let task = world.sync(&dataset).await;
    assert_eq!(task.state, TaskState::Failed);
    assert_eq!(world.samples(&dataset).await.len(), 1);
}
