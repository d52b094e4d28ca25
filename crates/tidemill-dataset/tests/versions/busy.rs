//! What is refused, in the transaction that would write it, while something else goes on with a dataset.

use crate::support::*;
use tidemill_dataset::sample::OnPresent;
use tidemill_dataset::{DatasetError, DatasetStatus, DatasetType};
use tidemill_meta::MetaError;
use tidemill_meta::dataset as rows;

/// Gives a dataset a state, as a call does that comes between another's check and its transaction.
async fn set_status(world: &World, id: &str, from: DatasetStatus, to: DatasetStatus) {
    let id = id.to_owned();
    let set = world.meta.tx::<_, MetaError, _>(move |tx| {
        let id = id.clone();
        Box::pin(async move { rows::change_dataset_status(tx, &id, from.code(), to.code(), 7).await })
    });
    assert!(set.await.unwrap());
}

#[tokio::test]
async fn samples_are_not_added_while_a_version_is_made_or_switched_to() {
    use DatasetStatus::{Importing, Normal, Publishing, Switching, Synchronizing};
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let sample = world.image("in/a.jpg", "a", &["cat"]).await;
    for busy in [Publishing, Switching] {
        set_status(&world, set.id.as_str(), Normal, busy).await;
        let refused = datasets.add_samples(&set.id, vec![sample.clone()], OnPresent::Keep).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, DatasetError::Busy(_) | DatasetError::LabelingWhilePublishing),
            "{refused}"
        );
        set_status(&world, set.id.as_str(), busy, Normal).await;
        assert!(working(&datasets, &set.id).await.is_empty());
    }
    for busy in [Importing, Synchronizing] {
        set_status(&world, set.id.as_str(), Normal, busy).await;
        add(&datasets, &set.id, vec![sample.clone()]).await;
        set_status(&world, set.id.as_str(), busy, Normal).await;
    }
    assert_eq!(working(&datasets, &set.id).await.len(), 1);
}
