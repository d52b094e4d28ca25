//! Samples and labels of a version, listed in the order of its manifest.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, Page, sample_query};
use tidemill_dataset::sample::{Sample, SampleStatus};
use tidemill_dataset::version::VersionEntry;

/// Samples of one page and how many the filters let through in all.
pub(super) struct Found {
    /// The page.
    pub(super) samples: Vec<Sample>,
    /// All of them.
    pub(super) total: u64,
}

/// A page of the version's samples: with the label of `label_name`, and in the state of `sample_state`. Searches and
/// scores are about what is being worked on: 0104.
pub(super) async fn page(
    state: &ModelArtsState,
    request: &ModelArtsRequest,
    version: &str,
    page: Page,
) -> Result<Found, ModelArtsError> {
    if let Some(other) = ["search_conditions", "low_score", "high_score"].iter().find(|n| given(request, n)) {
        return Err(ModelArtsError::invalid(format!("{other} cannot be asked of a version")));
    }
    let wanted = Wanted::of(request)?;
    let dataset = request.path("dataset_id");
    let mut entries = state.datasets.version_entries(&request.project, dataset, version).await?;
    let mut found = Found { samples: Vec::new(), total: 0 };
    while let Some(entry) = entries.next().await.map_err(ModelArtsError::internal)? {
        if !wanted.lets_through(&entry) {
            continue;
        }
        if (page.offset..page.offset.saturating_add(page.limit)).contains(&found.total) {
            found.samples.push(entry.into_sample());
        }
        found.total += 1;
    }
    Ok(found)
}

fn given(request: &ModelArtsRequest, name: &str) -> bool {
    request.query.get(name).is_some_and(|value| !value.is_empty())
}

struct Wanted<'r> {
    label: Option<&'r str>,
    states: Option<Vec<SampleStatus>>,
}

impl<'r> Wanted<'r> {
    fn of(request: &'r ModelArtsRequest) -> Result<Self, ModelArtsError> {
        let label = request.query.get("label_name");
        Ok(Self { label, states: sample_query::wanted_states(request)? })
    }

    fn lets_through(&self, entry: &VersionEntry) -> bool {
        let labels = &entry.sample.labels;
        self.states.as_ref().is_none_or(|states| states.contains(&SampleStatus::of(labels)))
            && self.label.is_none_or(|name| labels.iter().any(|label| label.name == name))
    }
}
