//! A dataset as answers show it.

use crate::modelarts::{ModelArtsError, ModelArtsState, versions};
use serde_json::{Map, Value};
use tidemill_api::modelarts::dataset::{Dataset as Wire, Label as WireLabel};
use tidemill_bucket::{Location, Scheme};
use tidemill_dataset::label::Label;
use tidemill_dataset::version::VersionLabel;
use tidemill_dataset::{Dataset, DatasetType, Directory, Work};

/// Members kept with the definition that have a place of their own in answers, or none.
const NOT_OTHERS: [&str; 5] =
    ["data_sources", "work_path", "import_annotations", "data_format", "workforce_information"];

/// What is shown besides the dataset itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Its labels.
    pub(super) labels: bool,
    /// Its versions.
    pub(super) versions: bool,
    /// What is going on with it.
    pub(super) running: Option<Running>,
}

/// Which work counts as going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Running {
    /// All.
    Any,
    /// That of one kind.
    Only(Work),
    /// That of intelligent tasks, which are not offered: none.
    Intelligent,
}

impl Running {
    /// The meaning of a `running_task_type`.
    pub(super) fn of_code(code: i64) -> Option<Self> {
        Some(match code {
            // Labeling beforehand, active labeling, grouping.
            0 | 1 | 7 => Self::Intelligent,
            // Samples, and their manifest: one export writes both.
            2 | 4 => Self::Only(Work::Export),
            3 => Self::Only(Work::Switch),
            5 => Self::Only(Work::Import),
            6 => Self::Only(Work::Publishing),
            _ => return None,
        })
    }

    fn counts(self, work: Work) -> bool {
        match self {
            Self::Any => true,
            Self::Only(kind) => kind == work,
            Self::Intelligent => false,
        }
    }
}

/// The dataset with its counts.
pub(super) async fn of(
    state: &ModelArtsState,
    dataset: &Dataset,
    shown: Shown,
) -> Result<Wire, ModelArtsError> {
    let counts = state.datasets.status_counts(&dataset.id).await?;
    let mut wire = facts(dataset);
    (wire.dataset_version_count, wire.current_version_name) = state.datasets.version_brief(dataset).await?;
    if shown.versions {
        let versions = state.datasets.versions(&dataset.project, dataset.id.as_str()).await?;
        wire.versions = Some(versions::all_shown(state, versions).await?);
    }
    wire.annotated_sample_count = counts.labeled;
    wire.unconfirmed_sample_count = counts.unconfirmed;
    if shown.labels {
        let labels = state.datasets.labels(&dataset.id, 0, u64::from(u32::MAX)).await?.0;
        wire.labels = Some(labels.into_iter().map(label).collect());
    }
    if let Some(running) = shown.running {
        let work = state.datasets.work_under_way(dataset).await?.into_iter();
        let ids: Vec<String> = work.filter(|(work, _)| running.counts(*work)).map(|(_, id)| id).collect();
        wire.exist_running_task = Some(!ids.is_empty());
        wire.running_tasks_id = Some(ids).filter(|ids| !ids.is_empty());
    }
    Ok(wire)
}

fn facts(dataset: &Dataset) -> Wire {
    let echoed = |name: &str| dataset.definition.get(name).cloned().unwrap_or_default();
    let text = |name: &str| echoed(name).as_str().map(str::to_owned);
    let inner = |which| slash(&dataset.directory(which));
    let is_table = dataset.kind == DatasetType::Table;
    Wire {
        dataset_id: dataset.id.to_string(),
        dataset_name: dataset.name.clone(),
        dataset_type: dataset.kind.code(),
        dataset_format: i64::from(is_table),
        data_format: text("data_format").unwrap_or_else(|| "Default".to_owned()),
        status: dataset.status.code(),
        description: (!dataset.description.is_empty()).then(|| dataset.description.clone()),
        create_time: dataset.created_ms,
        update_time: dataset.updated_ms,
        data_update_time: dataset.data_updated_ms,
        data_sources: echoed("data_sources").as_array().cloned().unwrap_or_default(),
        work_path: text("work_path").unwrap_or_default(),
        inner_work_path: slash(&dataset.work),
        inner_annotation_path: inner(Directory::Annotation),
        inner_data_path: inner(Directory::Data),
        inner_log_path: inner(Directory::Logs),
        inner_temp_path: inner(Directory::Temp),
        inner_task_path: inner(Directory::Task),
        workspace_id: dataset.workspace.clone(),
        current_version_id: dataset.current_version.clone(),
        next_version_num: dataset.next_version_num,
        import_task_id: dataset.import_task_id.clone(),
        total_sample_count: dataset.sample_count,
        deleted_sample_count: dataset.deleted_samples,
        content_labeling: dataset.kind == DatasetType::SpeechParagraphs,
        others: others(&dataset.definition),
        ..Wire::default()
    }
}

fn others(definition: &Map<String, Value>) -> Map<String, Value> {
    let kept = definition.iter().filter(|(name, _)| !NOT_OTHERS.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn slash(location: &Location) -> String {
    location.written(Scheme::Slash)
}

/// A label of a version as answers show it.
pub(super) fn label_of_version(label: VersionLabel) -> WireLabel {
    WireLabel {
        name: Some(label.name),
        kind: Some(label.kind),
        property: Some(label.property),
        attributes: (!label.attributes.is_empty()).then_some(label.attributes),
    }
}

/// A label as answers show it.
pub(super) fn label(label: Label) -> WireLabel {
    WireLabel {
        name: Some(label.name),
        kind: Some(label.kind.code()),
        property: Some(label.property),
        attributes: (!label.attributes.is_empty()).then_some(label.attributes),
    }
}
