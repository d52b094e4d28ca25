//! Whether the objects of samples are still what they were when they became samples.

use crate::Datasets;
use crate::sample::Sample;
use futures::StreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::{Bucket, Location};
use tidemill_model::ProjectId;

/// Objects asked for at a time.
const AT_A_TIME: usize = 32;
/// Objects that are named; of the others only the number is told.
const NAMED: usize = 10;

/// Looks at objects and remembers how many have changed.
pub(super) struct Checked {
    datasets: Datasets,
    project: ProjectId,
    buckets: HashMap<String, Option<Arc<dyn Bucket>>>,
    changed: u64,
    named: Vec<String>,
}

impl Checked {
    pub(super) fn new(datasets: Datasets, project: ProjectId) -> Self {
        Self { datasets, project, buckets: HashMap::new(), changed: 0, named: Vec::new() }
    }

    /// Looks at the objects of a page of samples; lines of one text object are one look.
    pub(super) async fn check(&mut self, page: &[Sample]) {
        let mut wanted: Vec<(&Location, &Sample)> =
            page.iter().filter_map(|sample| Some((sample.place.location()?, sample))).collect();
        wanted.dedup_by_key(|(location, _)| *location);
        for (location, _) in &wanted {
            if !self.buckets.contains_key(&location.bucket) {
                let opened = self.datasets.buckets().open(&self.project, &location.bucket).await;
                self.buckets.insert(location.bucket.clone(), opened.ok());
            }
        }
        let looks: Vec<_> = wanted
            .into_iter()
            .map(|(location, sample)| {
                let bucket = self.buckets.get(&location.bucket).cloned().flatten();
                look(bucket, location.clone(), sample.etag.clone())
            })
            .collect();
        let looks = futures::stream::iter(looks);
        let told: Vec<String> = looks.buffered(AT_A_TIME).filter_map(futures::future::ready).collect().await;
        self.changed += told.len() as u64;
        let room = NAMED.saturating_sub(self.named.len());
        self.named.extend(told.into_iter().take(room));
    }

    /// What has changed, for people; empty if nothing has.
    pub(super) fn told(&self) -> String {
        match self.changed {
            0 => String::new(),
            changed => format!(
                "{changed} objects are not what they were when they became samples: {}{}",
                self.named.join(", "),
                if changed > NAMED as u64 { ", …" } else { "" }
            ),
        }
    }
}

/// How an object differs from what its sample says, if it does.
async fn look(bucket: Option<Arc<dyn Bucket>>, location: Location, etag: String) -> Option<String> {
    let (Some(bucket), Ok(path)) = (bucket, Path::parse(&location.key)) else {
        return Some(format!("{location} (unreachable)"));
    };
    let Ok(meta) = bucket.head(&path).await else { return Some(format!("{location} (gone)")) };
    let found = meta.e_tag.as_deref().unwrap_or_default().trim_matches('"');
    let same = etag.is_empty() || found == etag;
    (!same).then(|| format!("{location} (changed)"))
}
