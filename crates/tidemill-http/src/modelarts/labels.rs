//! `/datasets/{dataset_id}/data-annotations/labels` and below.

use crate::modelarts::datasets::label_of;
use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, batch, detail, reply};
use axum::extract::State;
use axum::response::Response;
use tidemill_api::modelarts::dataset::Label as WireLabel;
use tidemill_api::modelarts::label::{LabelList, ListedLabels, UpdateLabel};
use tidemill_dataset::label::{DeletePolicy, Label};
use tidemill_dataset::{Dataset, DatasetError, DatasetType, LabelType};
use tidemill_model::limits::LABELS_PER_DATASET_MAX;

type Answer = Result<Response, ModelArtsError>;

const PAGE_MAX: u64 = 100_000;

/// The dataset of the path.
pub(super) async fn dataset(
    state: &ModelArtsState,
    request: &ModelArtsRequest,
) -> Result<Dataset, ModelArtsError> {
    Ok(state.datasets.get(&request.project, request.path("dataset_id")).await?)
}

pub(super) async fn create(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:label:create")?;
    let dataset = dataset(&state, &request).await?;
    let labels = list_of(&request, dataset.kind)?;
    Ok(batch::reply(errors(state.datasets.create_labels(&dataset, labels).await?)))
}

pub(super) async fn update(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:label:update")?;
    let dataset = dataset(&state, &request).await?;
    let labels = list_of(&request, dataset.kind)?;
    Ok(batch::reply(errors(state.datasets.update_labels(&dataset, labels).await?)))
}

pub(super) async fn list(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:label:list")?;
    let page = request.page(PAGE_MAX, PAGE_MAX)?;
    let dataset = dataset(&state, &request).await?;
    let Some(version) = request.query.get("version_id").filter(|id| !id.is_empty()) else {
        let (labels, total_number) = state.datasets.labels(&dataset.id, page.offset, page.limit).await?;
        let labels = labels.into_iter().map(detail::label).collect();
        return Ok(reply::ok(&ListedLabels { labels, total_number }));
    };
    let found = state.datasets.version(&request.project, dataset.id.as_str(), version).await?.labels;
    let total_number = found.len() as u64;
    let (offset, limit) = (usize::try_from(page.offset).unwrap_or(usize::MAX), page.limit as usize);
    let labels = found.into_iter().skip(offset).take(limit).map(detail::label_of_version).collect();
    Ok(reply::ok(&ListedLabels { labels, total_number }))
}

pub(super) async fn delete(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:label:delete")?;
    let policy = request.code("delete_policy", DeletePolicy::from_code)?.unwrap_or_default();
    let dataset = dataset(&state, &request).await?;
    let keys = keys(list_of(&request, dataset.kind)?);
    Ok(batch::reply(errors(state.datasets.delete_labels(&dataset, &keys, policy).await?)))
}

/// The answer has no body.
pub(super) async fn update_one(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:label:update")?;
    let dataset = dataset(&state, &request).await?;
    let body: UpdateLabel = request.json()?;
    let label = Label { property: body.property.unwrap_or_default(), ..named(&request, &dataset)? };
    let mut results = state.datasets.update_labels(&dataset, vec![label]).await?;
    match results.pop() {
        Some(Err(refused)) => Err(DatasetError::from(refused).into()),
        _ => Ok(reply::no_content()),
    }
}

/// Deletes the label, and the samples that carry no other one. The answer has no body.
pub(super) async fn delete_one(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:label:delete")?;
    let files = request.flag("delete_source")?.unwrap_or(false);
    let policy = if files { DeletePolicy::Files } else { DeletePolicy::Samples };
    let dataset = dataset(&state, &request).await?;
    let label = named(&request, &dataset)?;
    state.datasets.delete_label(&dataset, &label.name, label.kind, policy).await?;
    Ok(reply::no_content())
}

/// The label that path and query name.
fn named(request: &ModelArtsRequest, dataset: &Dataset) -> Result<Label, ModelArtsError> {
    let kind = request.code("label_type", LabelType::from_code)?.map(LabelType::code);
    let name = Some(request.path("label_name").to_owned());
    label_of(WireLabel { name, kind, ..WireLabel::default() }, dataset.kind)
}

fn list_of(request: &ModelArtsRequest, kind: DatasetType) -> Result<Vec<Label>, ModelArtsError> {
    let body: LabelList = request.json()?;
    let labels = body.labels.ok_or_else(|| ModelArtsError::invalid("labels is missing"))?;
    if labels.len() as u64 > LABELS_PER_DATASET_MAX {
        return Err(ModelArtsError::invalid(format!("labels may hold {LABELS_PER_DATASET_MAX} at most")));
    }
    labels.into_iter().map(|label| label_of(label, kind)).collect()
}

/// What names labels.
pub(super) fn keys(labels: Vec<Label>) -> Vec<(String, LabelType)> {
    labels.into_iter().map(|label| (label.name, label.kind)).collect()
}

fn errors(results: tidemill_dataset::label::LabelResults) -> Vec<Result<(), DatasetError>> {
    results.into_iter().map(|result| result.map_err(DatasetError::from)).collect()
}
