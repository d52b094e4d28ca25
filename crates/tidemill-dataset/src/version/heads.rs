//! What the buckets say of objects now, many at a time.

use crate::Datasets;
use futures::StreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::{Bucket, Location};
use tidemill_model::ProjectId;

/// Objects asked for at a time.
const AT_A_TIME: usize = 32;

/// Asks for objects; opens every bucket once.
pub(super) struct Heads {
    datasets: Datasets,
    project: ProjectId,
    buckets: HashMap<String, Option<Arc<dyn Bucket>>>,
}

/// What is known of an object.
#[derive(Debug)]
pub(super) enum Head {
    /// It is there.
    Found(ObjectMeta),
    /// It is not there.
    Gone,
    /// Its bucket or its name cannot be used.
    Unreachable,
}

impl Heads {
    pub(super) fn new(datasets: Datasets, project: ProjectId) -> Self {
        Self { datasets, project, buckets: HashMap::new() }
    }

    /// What is known of each object, in their order.
    pub(super) async fn of(&mut self, objects: &[&Location]) -> Vec<Head> {
        for object in objects {
            if !self.buckets.contains_key(&object.bucket) {
                let opened = self.datasets.buckets().open(&self.project, &object.bucket).await;
                self.buckets.insert(object.bucket.clone(), opened.ok());
            }
        }
        let bucket_of = |object: &Location| self.buckets.get(&object.bucket).cloned().flatten();
        let looks: Vec<_> =
            objects.iter().map(|object| look(bucket_of(object), object.key.clone())).collect();
        futures::stream::iter(looks).buffered(AT_A_TIME).collect().await
    }
}

async fn look(bucket: Option<Arc<dyn Bucket>>, key: String) -> Head {
    let (Some(bucket), Ok(path)) = (bucket, Path::parse(&key)) else { return Head::Unreachable };
    bucket.head(&path).await.map_or(Head::Gone, Head::Found)
}
