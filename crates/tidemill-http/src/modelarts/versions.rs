//! `/datasets/{dataset_id}/versions` and `/datasets/{dataset_id}/versions/{version_id}`.

use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use tidemill_api::modelarts::version::{
    CreateVersion, CreateVersionResponse, DatasetVersion, LabelStats, VersionContent, VersionList,
};
use tidemill_bucket::Scheme;
use tidemill_dataset::DatasetType;
use tidemill_dataset::version::{
    LabelSummary, LabelVariety, NewVersion, Version, VersionFormat, VersionOptions, VersionStatus,
    VersionTasks,
};

/// The states a version may be asked for by.
const STATUS_CODES: std::ops::RangeInclusive<i64> = 0..=4;

pub(super) async fn create(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:datasetVersion:create")?;
    let body: CreateVersion = request.json_or_default()?;
    let dataset = state.datasets.get(&request.project, request.path("dataset_id")).await?;
    let new = new_version(body, dataset.kind)?;
    let version_id = state.datasets.publish(&request.project, dataset.id.as_str(), new).await?;
    Ok(reply::json(StatusCode::CREATED, &CreateVersionResponse { version_id }))
}

pub(super) async fn list(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:datasetVersion:list")?;
    let page = request.page(1000, 1000)?;
    let wanted = Wanted::read(&request)?;
    let mut all = state.datasets.versions(&request.project, request.path("dataset_id")).await?;
    all.retain(|version| wanted.takes(version));
    let total_number = all.len() as u64;
    let from = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let versions = all_shown(&state, all.into_iter().skip(from).take(limit)).await?;
    Ok(reply::ok(&VersionList { total_number, versions }))
}

/// Versions as answers show them.
pub(super) async fn all_shown(
    state: &ModelArtsState,
    versions: impl IntoIterator<Item = Version>,
) -> Result<Vec<DatasetVersion>, ModelArtsError> {
    let mut all = Vec::new();
    for version in versions {
        let tasks = state.datasets.version_tasks(&version.id).await?;
        all.push(shown(version, tasks));
    }
    Ok(all)
}

pub(super) async fn describe(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:datasetVersion:get")?;
    let (dataset, id) = (request.path("dataset_id"), request.path("version_id"));
    let version = state.datasets.version(&request.project, dataset, id).await?;
    let tasks = state.datasets.version_tasks(&version.id).await?;
    Ok(reply::ok(&shown(version, tasks)))
}

pub(super) async fn delete(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:datasetVersion:delete")?;
    let (dataset, id) = (request.path("dataset_id"), request.path("version_id"));
    state.datasets.delete_version(&request.project, dataset, id).await?;
    Ok(reply::no_content())
}

/// What the body asks for, in the domain's words.
fn new_version(body: CreateVersion, kind: DatasetType) -> Result<NewVersion, ModelArtsError> {
    let default = VersionOptions::default();
    let format = match body.version_format.as_deref() {
        None if kind == DatasetType::Table => VersionFormat::Csv,
        None => VersionFormat::Default,
        Some(name) => VersionFormat::parse(name).ok_or_else(|| {
            ModelArtsError::invalid(format!(
                "version_format must be Default, CarbonData or CSV, got {name:?}"
            ))
        })?,
    };
    let ratio = match body.train_evaluate_sample_ratio {
        None => default.ratio,
        Some(Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
    };
    let options = VersionOptions {
        format,
        ratio,
        remove_usage: body.remove_sample_usage.unwrap_or(default.remove_usage),
        clear_hard: body.clear_hard_property.unwrap_or(default.clear_hard),
        export_images: body.export_images.unwrap_or(default.export_images),
        column_header: body.with_column_header.unwrap_or(default.column_header),
    };
    Ok(NewVersion { name: body.version_name, description: body.description.unwrap_or_default(), options })
}

/// Which versions a list asks for.
struct Wanted {
    status: Option<i64>,
    format: Option<VersionFormat>,
    ratio: Option<(f64, f64)>,
}

impl Wanted {
    fn read(request: &ModelArtsRequest) -> Result<Self, ModelArtsError> {
        Ok(Self {
            status: request.code("status", |code| STATUS_CODES.contains(&code).then_some(code))?,
            format: request.code("version_format", format_of)?,
            ratio: request.query.get("train_evaluate_ratio").map(ratio_range).transpose()?,
        })
    }

    fn takes(&self, version: &Version) -> bool {
        let ratio = version.options.ratio.as_deref().and_then(|text| text.trim().parse::<f64>().ok());
        let in_range = |(min, max): (f64, f64)| ratio.is_some_and(|ratio| (min..=max).contains(&ratio));
        self.status.is_none_or(|status| version.status.code() == status)
            && self.format.is_none_or(|format| version.options.format == format)
            && self.ratio.is_none_or(in_range)
    }
}

/// The format that a code of a query means.
pub(super) fn format_of(code: i64) -> Option<VersionFormat> {
    usize::try_from(code).ok().and_then(|code| VersionFormat::ALL.get(code).copied())
}

/// `min,max`, each from 0 to 1.
pub(super) fn ratio_range(text: &str) -> Result<(f64, f64), ModelArtsError> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    let range = text.split_once(',').and_then(|(min, max)| Some((number(min)?, number(max)?)));
    range.filter(|(min, max)| min <= max).ok_or_else(|| {
        let told = format!("train_evaluate_ratio must be min,max with 0 <= min <= max <= 1, got {text:?}");
        ModelArtsError::invalid(told)
    })
}

fn shown(version: Version, tasks: VersionTasks) -> DatasetVersion {
    let data_path = version.options.export_images.then(|| version.directory().join("data/"));
    let analysis = tasks.analysis;
    DatasetVersion {
        content: (version.status == VersionStatus::Normal).then(|| content(&version)),
        version_id: version.id,
        version_name: version.name,
        version_format: version.options.format.as_str().to_owned(),
        status: version.status.code(),
        message: Some(version.message).filter(|message| !message.is_empty()),
        description: version.description,
        is_current: version.is_current,
        previous_version_id: version.previous,
        create_time: version.created_ms,
        update_time: version.updated_ms,
        task_type: version.kind.code(),
        manifest_path: version.manifest.written(Scheme::Slash),
        data_path: data_path.map(|path| path.written(Scheme::Slash)),
        train_evaluate_sample_ratio: version.options.ratio,
        remove_sample_usage: version.options.remove_usage,
        clear_hard_property: version.options.clear_hard,
        export_images: version.options.export_images,
        with_column_header: (version.kind == DatasetType::Table).then_some(version.options.column_header),
        analysis_task_id: analysis.as_ref().map(|analysis| analysis.task_id.clone()),
        analysis_status: analysis.as_ref().map(|analysis| analysis.status),
        analysis_cache_path: analysis.as_ref().and_then(|analysis| analysis.path.clone()),
        data_analysis: analysis.and_then(|analysis| analysis.result),
        processor_task_id: tasks.processor.as_ref().map(|(id, _)| id.clone()),
        processor_task_status: tasks.processor.map(|(_, status)| status),
    }
}

fn content(version: &Version) -> VersionContent {
    let counts = &version.summary;
    let label_type = match counts.variety {
        LabelVariety::Unlabeled => "unlabeled",
        LabelVariety::Single => "single",
        LabelVariety::Multi => "multi",
    };
    VersionContent {
        total_sample_count: counts.total,
        annotated_sample_count: counts.annotated,
        total_sub_sample_count: counts.sub_total,
        annotated_sub_sample_count: counts.sub_annotated,
        previous_total_sample_count: counts.previous_total,
        previous_annotated_sample_count: counts.previous_annotated,
        add_sample_count: counts.added,
        modified_sample_count: counts.modified,
        deleted_sample_count: counts.deleted,
        label_type: label_type.to_owned(),
        label_stats: version.labels.iter().map(label_stats).collect(),
    }
}

fn label_stats(label: &LabelSummary) -> LabelStats {
    LabelStats {
        name: label.name.clone(),
        kind: label.kind,
        property: label.property.clone(),
        attributes: label.attributes.clone(),
        count: label.count,
        sample_count: label.sample_count,
    }
}
