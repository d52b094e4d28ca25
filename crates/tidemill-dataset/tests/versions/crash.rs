//! A process that dies at any of its writes: the next one finishes, or nothing happened.

use crate::support::*;
use futures::stream;
use tidemill_dataset::version::{Composed, ComposedVersion, NewVersion, VersionEntry, VersionStatus};
use tidemill_dataset::{DatasetId, DatasetType, Datasets};
use tidemill_model::random_id;

/// More writes than any of these operations makes.
const WRITES_MAX: i64 = 60;

/// A world with a version of `a cat`, while the working samples are `a dog` and `b dog`.
async fn world() -> (World, DatasetId, String) {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    add(&datasets, &set.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    let version = published(&datasets, &set.id, NewVersion::default()).await;
    let changed =
        vec![world.image("in/a.jpg", "a", &["dog"]).await, world.image("in/b.jpg", "b", &["dog"]).await];
    add(&datasets, &set.id, changed).await;
    datasets.shutdown().await;
    (world, set.id, version.id)
}

async fn clean(world: &World, datasets: Datasets, versions: usize) {
    datasets.shutdown().await;
    assert_eq!(world.keys(&world.artefacts, "publishing").await, Vec::<String>::new());
    assert_eq!(world.keys(&world.artefacts, "versions").await.len(), versions);
}

#[tokio::test]
async fn publishing_is_finished_by_the_next_process_or_never_began() {
    for after in [false, true] {
        for call in 0..WRITES_MAX {
            let (world, id, _) = world().await;
            let (dying, gate) = world.dying_process().await;
            gate.arm(call, after);
            let publish = async {
                dying.publish(&project(), id.as_str(), NewVersion::default()).await.unwrap();
                idle(&dying, &id).await;
            };
            let died = gate.stopped_before(publish).await;
            let datasets = world.process().await;
            idle(&datasets, &id).await;
            let versions = datasets.versions(&project(), id.as_str()).await.unwrap();
            assert!(versions.iter().all(|version| version.status == VersionStatus::Normal), "{versions:?}");
            assert!(versions.len() == 2 || (call == 0 && !after && versions.len() == 1), "write {call}");
            if let [newest, _] = &versions[..] {
                assert!(newest.is_current);
                assert_eq!(entries(&datasets, newest).await.len(), 2);
                assert_eq!(world.text(&newest.manifest.key).await.lines().count(), 2);
            }
            clean(&world, datasets, versions.len()).await;
            if !died {
                assert!(call > 2, "publishing makes more than two writes");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_switch_is_finished_by_the_next_process_or_never_began() {
    for after in [false, true] {
        for call in 0..WRITES_MAX {
            let (world, id, version) = world().await;
            let (dying, gate) = world.dying_process().await;
            gate.arm(call, after);
            let switch = async {
                dying.switch_version(&project(), id.as_str(), &version).await.unwrap();
                idle(&dying, &id).await;
            };
            let died = gate.stopped_before(switch).await;
            let datasets = world.process().await;
            idle(&datasets, &id).await;
            let seen = shown(&working(&datasets, &id).await);
            if call == 0 && !after {
                assert_eq!(seen, ["user/in/a.jpg dog", "user/in/b.jpg dog"]);
            } else {
                assert_eq!(seen, ["user/in/a.jpg cat"], "write {call}");
            }
            clean(&world, datasets, 1).await;
            if !died {
                assert!(call > 1, "a switch makes more than one write");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_composed_version_is_there_or_failed_and_its_run_can_call_again() {
    for after in [false, true] {
        for call in 0..WRITES_MAX {
            let (world, id, _) = world().await;
            let (dying, gate) = world.dying_process().await;
            gate.arm(call, after);
            let new = ComposedVersion {
                version_id: random_id(),
                name: None,
                description: String::new(),
                copies: Some(at("/user/in/import_1/")),
            };
            // The run copies as the entries are taken.
            let copied = async || {
                let entry = VersionEntry::new(world.image("in/import_1/z.jpg", "z", &["new"]).await);
                Ok(Composed::Sample(Box::new(entry)))
            };
            let entries = || Box::pin(stream::once(copied()));
            let publish = async {
                dying.publish_entries(&project(), id.as_str(), new.clone(), entries()).await.unwrap();
            };
            let died = gate.stopped_before(publish).await;
            let datasets = world.process().await;
            idle(&datasets, &id).await;
            let seen = shown(&working(&datasets, &id).await);
            let untouched = seen == ["user/in/a.jpg dog", "user/in/b.jpg dog"];
            assert!(untouched || seen == ["user/in/import_1/z.jpg new"], "write {call}: {seen:?}");
            let made =
                datasets.publish_entries(&project(), id.as_str(), new.clone(), entries()).await.unwrap();
            assert!(made.is_current);
            assert_eq!(shown(&working(&datasets, &id).await), ["user/in/import_1/z.jpg new"]);
            clean(&world, datasets, 2).await;
            assert_eq!(world.keys(&world.user, "in/import_1").await, ["in/import_1/z.jpg"], "write {call}");
            if !died {
                assert!(call > 2, "composing makes more than two writes");
                break;
            }
        }
    }
}
