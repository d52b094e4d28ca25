//! Deleting labels: what samples keep, and that an interrupted call can be repeated.

use crate::support::*;
use std::collections::BTreeSet;
use tidemill_dataset::label::{DeletePolicy, Label};
use tidemill_dataset::{Dataset, DatasetChange, DatasetType, Datasets, LabelType};

const KIND: LabelType = LabelType::ImageClassification;
/// More than are stripped in one transaction.
const MANY: usize = 1100;

/// A dataset with samples that are cats; every second one is a pet as well.
async fn cats(world: &World, datasets: &Datasets) -> Dataset {
    let set = dataset(datasets, "s", DatasetType::ImageClassification).await;
    let one = world.image("in/0000.jpg", "x", &["cat"]).await;
    let mut samples = Vec::with_capacity(MANY);
    for n in 0..MANY {
        let mut sample = one.clone();
        sample.place = tidemill_dataset::sample::Place::Object(at(&format!("/user/in/{n:04}.jpg")));
        if n % 2 == 1 {
            let pet = tidemill_dataset::sample::SampleLabel::named("pet", KIND, "human/t/u");
            sample.labels.push(pet);
        }
        samples.push(sample);
    }
    add(datasets, &set.id, samples).await;
    set
}

async fn listed(datasets: &Datasets, set: &Dataset) -> BTreeSet<String> {
    datasets.labels(&set.id, 0, 100).await.unwrap().0.into_iter().map(|label| label.name).collect()
}

/// How often a label stands on the samples, and how many samples there are.
async fn carried(datasets: &Datasets, set: &Dataset, name: &str) -> (usize, usize) {
    let samples = working(datasets, &set.id).await;
    let with = samples.iter().filter(|sample| sample.labels.iter().any(|label| label.name == name));
    (with.count(), samples.len())
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_is_finished_by_the_next() {
    for call in 0..3 {
        for after in [false, true] {
            let world = World::new().await;
            let (dying, gate) = world.dying_process().await;
            let set = cats(&world, &dying).await;
            gate.arm(call, after);
            let deleting = async {
                dying.delete_label(&set, "cat", KIND, DeletePolicy::Samples).await.unwrap();
            };
            assert!(gate.stopped_before(deleting).await, "three writes are made");
            let datasets = world.process().await;
            if listed(&datasets, &set).await.contains("cat") {
                datasets.delete_label(&set, "cat", KIND, DeletePolicy::Samples).await.unwrap();
            }
            assert_eq!(carried(&datasets, &set, "cat").await, (0, MANY / 2), "{call} {after}");
            assert_eq!(carried(&datasets, &set, "pet").await.0, MANY / 2);
            assert_eq!(listed(&datasets, &set).await, BTreeSet::from(["pet".to_owned()]));
            let known = datasets.get(&project(), set.id.as_str()).await.unwrap();
            assert_eq!(known.sample_count as usize, MANY / 2);
        }
    }
}

#[tokio::test]
async fn a_label_that_is_deleted_and_added_stays_on_its_samples() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = cats(&world, &datasets).await;
    let change = DatasetChange {
        delete_labels: vec![("cat".into(), KIND), ("pet".into(), KIND)],
        add_labels: vec![Label::new("cat", KIND), Label::new("dog", KIND)],
        ..DatasetChange::default()
    };
    datasets.update(&set, change).await.unwrap();
    assert_eq!(carried(&datasets, &set, "cat").await, (MANY, MANY));
    assert_eq!(carried(&datasets, &set, "pet").await, (0, MANY));
    assert_eq!(listed(&datasets, &set).await, BTreeSet::from(["cat".to_owned(), "dog".to_owned()]));
}

#[tokio::test]
async fn a_refused_change_takes_no_label_off() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = cats(&world, &datasets).await;
    let change = DatasetChange {
        delete_labels: vec![("cat".into(), KIND)],
        add_labels: vec![Label::new("pet", KIND)],
        ..DatasetChange::default()
    };
    datasets.update(&set, change).await.unwrap_err();
    assert_eq!(carried(&datasets, &set, "cat").await, (MANY, MANY));
    assert!(listed(&datasets, &set).await.contains("cat"));
}

#[tokio::test]
async fn a_name_is_free_for_another_label_once_it_is_deleted() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = cats(&world, &datasets).await;
    let mut renamed = Label::new("pet", KIND);
    renamed.property.insert("@modelarts:rename_to".into(), "cat".into());
    let change = DatasetChange {
        delete_labels: vec![("cat".into(), KIND)],
        update_labels: vec![renamed],
        ..DatasetChange::default()
    };
    datasets.update(&set, change).await.unwrap();
    assert_eq!(carried(&datasets, &set, "cat").await, (MANY / 2, MANY));
    assert_eq!(listed(&datasets, &set).await, BTreeSet::from(["cat".to_owned()]));
}
