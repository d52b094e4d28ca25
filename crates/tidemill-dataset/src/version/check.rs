//! Whether the objects of samples are still what they were when they became samples.

use super::heads::{Head, Heads};
use crate::Datasets;
use crate::sample::Sample;
use tidemill_bucket::Location;
use tidemill_model::ProjectId;

/// Objects that are named; of the others only the number is told.
const NAMED: usize = 10;

/// Looks at objects and remembers how many have changed.
pub(super) struct Checked {
    heads: Heads,
    changed: u64,
    named: Vec<String>,
}

impl Checked {
    pub(super) fn new(datasets: Datasets, project: ProjectId) -> Self {
        Self { heads: Heads::new(datasets, project), changed: 0, named: Vec::new() }
    }

    /// Looks at the objects of a page of samples; lines of one text object are one look.
    pub(super) async fn check(&mut self, page: &[Sample]) {
        let mut wanted: Vec<(&Location, &Sample)> =
            page.iter().filter_map(|sample| Some((sample.place.location()?, sample))).collect();
        wanted.dedup_by_key(|(location, _)| *location);
        let places: Vec<&Location> = wanted.iter().map(|(location, _)| *location).collect();
        let heads = self.heads.of(&places).await;
        let pairs = wanted.iter().zip(&heads);
        let told = pairs.filter_map(|((location, sample), head)| difference(location, &sample.etag, head));
        let told: Vec<String> = told.collect();
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
fn difference(location: &Location, etag: &str, head: &Head) -> Option<String> {
    let what = match head {
        Head::Unreachable => "unreachable",
        Head::Gone => "gone",
        Head::Found(meta) => {
            let found = meta.e_tag.as_deref().unwrap_or_default().trim_matches('"');
            if etag.is_empty() || found == etag {
                return None;
            }
            "changed"
        }
    };
    Some(format!("{location} ({what})"))
}
