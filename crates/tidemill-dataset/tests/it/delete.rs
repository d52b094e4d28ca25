//! Datasets that are deleted while something is going on with them.

use crate::support::{World, bmp, own, project};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use tidemill_bucket::Location;
use tidemill_dataset::sample::{Content, Upload};
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{DatasetError, DatasetStatus, DatasetType};

fn by_path(path: &str) -> Upload {
    Upload {
        name: None,
        content: Content::Object(Location::parse(path).unwrap()),
        encoding: None,
        labels: Vec::new(),
        usage: None,
        hardness: Default::default(),
        metadata: Default::default(),
    }
}

#[tokio::test]
async fn an_upload_under_way_leaves_nothing_of_a_deleted_dataset() {
    let world = World::new().await;
    world.put("elsewhere/a.bmp", bmp(4, 4)).await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.bucket.set_open(false);
    let (datasets, of) = (world.datasets.clone(), dataset.clone());
    let uploading =
        tokio::spawn(async move { datasets.upload(&of, vec![by_path("/b/elsewhere/a.bmp")]).await });
    while !world.bucket.holds_somebody() {
        tokio::task::yield_now().await;
    }
    world.datasets.delete(&project(), dataset.id.as_str()).await.unwrap();
    world.bucket.set_open(true);
    let refused = uploading.await.unwrap().unwrap().pop().unwrap().unwrap_err();
    assert!(matches!(refused, DatasetError::Unknown(_)), "{refused}");
    let left = world.bucket.head(&Path::from("in/a.bmp")).await.unwrap_err();
    assert!(matches!(left, object_store::Error::NotFound { .. }), "{left}");
}

#[tokio::test]
async fn a_dataset_that_a_run_reads_stays() {
    let world = World::new().await;
    world.put("in/a.jpg", "image").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.import(&dataset, own(&dataset)).await;
    let version = world.published(&dataset, NewVersion::default()).await;
    world.datasets.hold_version(&version, "run").await.unwrap();
    let owner = project();
    let delete = || world.datasets.delete(&owner, dataset.id.as_str());
    let refused = delete().await.unwrap_err();
    assert!(matches!(&refused, DatasetError::VersionInUse(name) if name == "V001"), "{refused}");
    assert_eq!(world.samples(&dataset).await.len(), 1);
    world.datasets.release_version(&version, "run").await.unwrap();
    delete().await.unwrap();
}

#[tokio::test]
async fn a_dataset_whose_creation_was_cut_short_is_whole_after_the_next_start() {
    let mut world = World::new().await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    assert_eq!(dataset.status, DatasetStatus::Normal);
    world.datasets.set_status(&dataset, DatasetStatus::Normal, DatasetStatus::Creating).await.unwrap();
    world.restart().await;
    let now = world.datasets.get(&project(), dataset.id.as_str()).await.unwrap();
    assert_eq!(now.status, DatasetStatus::Normal);
}
