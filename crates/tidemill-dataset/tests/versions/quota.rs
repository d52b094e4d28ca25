//! How many versions a dataset may have.

use crate::support::*;
use std::sync::Arc;
use tidemill_dataset::version::{NewVersion, VersionError};
use tidemill_dataset::{DatasetType, Datasets};
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{insert_version, version};
use tidemill_model::limits::VERSIONS_PER_DATASET_MAX;

/// Adds versions like the one with this id until there are as many as a dataset may have.
async fn fill(world: &World, first: &str) {
    let first: Arc<str> = first.into();
    let filled = world.meta.tx::<_, MetaError, _>(move |tx| {
        let first = first.clone();
        Box::pin(async move {
            let first = version(tx, &first).await?.unwrap();
            for n in 2..=VERSIONS_PER_DATASET_MAX {
                let mut row = first.clone();
                (row.version_id, row.name) = (format!("{n:019}"), format!("like-{n}"));
                row.n = i64::try_from(n).unwrap();
                assert!(insert_version(tx, &row).await?);
            }
            Ok(())
        })
    });
    filled.await.unwrap();
}

async fn publish(datasets: &Datasets, id: &str) -> Result<String, VersionError> {
    datasets.publish(&project(), id, NewVersion::default()).await
}

#[tokio::test]
async fn a_dataset_has_a_thousand_versions_at_most() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let first = published(&datasets, &set.id, NewVersion::default()).await;
    fill(&world, &first.id).await;
    let refused = publish(&datasets, set.id.as_str()).await;
    assert!(matches!(refused, Err(VersionError::TooMany(VERSIONS_PER_DATASET_MAX))), "{refused:?}");
    idle(&datasets, &set.id).await;

    datasets.delete_version(&project(), set.id.as_str(), &format!("{:019}", 7)).await.unwrap();
    published(&datasets, &set.id, NewVersion::default()).await;
    assert!(publish(&datasets, set.id.as_str()).await.is_err());
}
