//! `/datasets` and `/datasets/{dataset_id}`.

use crate::modelarts::detail::{Running, Shown};
use crate::modelarts::{
    ModelArtsError, ModelArtsRequest, ModelArtsState, UrlSigner, detail, import_tasks, labels, preview,
    reply, versions,
};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};
use tidemill_api::modelarts::ModelArtsCode;
use tidemill_api::modelarts::dataset::{
    CreateDataset, CreateDatasetResponse, DataSource, DatasetList, Label as WireLabel,
};
use tidemill_api::modelarts::label::UpdateDataset;
use tidemill_dataset::label::Label;
use tidemill_dataset::{DatasetChange, DatasetType, LabelType, ListQuery, NewDataset, SortBy, VersionLike};

/// The workspace of those who name none.
const WORKSPACE: &str = "0";

pub(super) async fn create(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:create")?;
    let body: CreateDataset = request.json()?;
    let first = import_tasks::first_import(&body)?;
    let dataset = state.datasets.create(&request.project, new_dataset(body)?).await?;
    let import_task_id = match first {
        Some(options) => Some(state.datasets.start_first_import(&dataset, options).await?),
        None => None,
    };
    let made = CreateDatasetResponse { dataset_id: dataset.id.to_string(), import_task_id };
    Ok(reply::json(StatusCode::CREATED, &made))
}

pub(super) async fn list(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:list")?;
    let page = request.page(10, 100)?;
    let query = ListQuery {
        name_part: request.query.get("search_content").map(str::to_owned),
        kind: request.code("dataset_type", DatasetType::from_code)?,
        workspace: Some(request.query.get("workspace_id").unwrap_or(WORKSPACE).to_owned()),
        exportable: request.flag("support_export")?.unwrap_or(false),
        version: version_like(&request)?,
        sort_by: sort_by(&request)?,
        ascending: request.ascending()?,
        offset: page.offset,
        limit: page.limit,
    };
    let shown = Shown {
        labels: request.flag("with_labels")?.unwrap_or(false),
        versions: request.flag("contain_versions")?.unwrap_or(false),
        running: running(&request)?,
    };
    let preview = request.flag("file_preview")?.unwrap_or(false);
    check_generation(&request)?;
    let (found, total_number) = state.datasets.list(&request.project, &query).await?;
    let urls = UrlSigner::new(&state, &request);
    let mut datasets = Vec::with_capacity(found.len());
    for dataset in &found {
        let mut wire = detail::of(&state, dataset, shown).await?;
        if preview {
            wire.samples = Some(preview::of(&state, dataset, &urls).await?);
        }
        datasets.push(wire);
    }
    Ok(reply::ok(&DatasetList { datasets, total_number }))
}

/// What a version must be like whose dataset is listed; `None`: a dataset needs none.
fn version_like(request: &ModelArtsRequest) -> Result<Option<VersionLike>, ModelArtsError> {
    let must = request.flag("contain_versions")?.unwrap_or(false);
    let like = VersionLike {
        format: request.code("version_format", versions::format_of)?,
        ratio: request.query.get("train_evaluate_ratio").map(versions::ratio_range).transpose()?,
    };
    Ok((must || like != VersionLike::default()).then_some(like))
}

/// Whether work on datasets is shown, and of which kind.
fn running(request: &ModelArtsRequest) -> Result<Option<Running>, ModelArtsError> {
    let kind = request.code("running_task_type", Running::of_code)?;
    let wanted = request.flag("check_running_task")?.unwrap_or(false);
    Ok(wanted.then(|| kind.unwrap_or(Running::Any)))
}

/// Datasets are of one generation here, so that each of the words finds all.
fn check_generation(request: &ModelArtsRequest) -> Result<(), ModelArtsError> {
    match request.query.get("dataset_version") {
        None | Some("v1" | "v2" | "all") => Ok(()),
        Some(other) => {
            Err(ModelArtsError::invalid(format!("dataset_version must be v1, v2 or all, got {other:?}")))
        }
    }
}

fn sort_by(request: &ModelArtsRequest) -> Result<SortBy, ModelArtsError> {
    match request.query.get("sort_by") {
        None | Some("create_time") => Ok(SortBy::Created),
        Some("dataset_name") => Ok(SortBy::Name),
        Some(other) => Err(ModelArtsError::invalid(format!(
            "sort_by must be create_time or dataset_name, got {other:?}"
        ))),
    }
}

pub(super) async fn describe(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:get")?;
    let running = running(&request)?;
    let dataset = state.datasets.get(&request.project, request.path("dataset_id")).await?;
    Ok(reply::ok(&detail::of(&state, &dataset, Shown { labels: true, versions: false, running }).await?))
}

pub(super) async fn delete(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:delete")?;
    state.datasets.delete(&request.project, request.path("dataset_id")).await?;
    Ok(reply::no_content())
}

pub(super) async fn update(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:dataset:update")?;
    let dataset = state.datasets.get(&request.project, request.path("dataset_id")).await?;
    let body: UpdateDataset = request.json()?;
    let read = |list: Option<Vec<WireLabel>>| -> Result<Vec<Label>, ModelArtsError> {
        list.unwrap_or_default().into_iter().map(|label| label_of(label, dataset.kind)).collect()
    };
    let change = DatasetChange {
        name: body.dataset_name,
        description: body.description,
        add_labels: read(body.add_labels)?,
        update_labels: read(body.update_labels)?,
        delete_labels: labels::keys(read(body.delete_labels)?),
    };
    state.datasets.update(&dataset, change).await?;
    if let Some(version) = body.current_version_id.filter(|version| !version.is_empty()) {
        state.datasets.switch_version(&request.project, dataset.id.as_str(), &version).await?;
    }
    Ok(reply::ok(&json!({"dataset_id": dataset.id.as_str()})))
}

fn missing(name: &str) -> ModelArtsError {
    ModelArtsError::invalid(format!("{name} is missing"))
}

/// What the body asks for, in the domain's words.
fn new_dataset(mut body: CreateDataset) -> Result<NewDataset, ModelArtsError> {
    let code = body.dataset_type.unwrap_or(0);
    let kind = DatasetType::from_code(code)
        .ok_or_else(|| ModelArtsError::invalid(format!("dataset_type has no value {code}")))?;
    if !matches!(body.work_path_type, None | Some(0)) {
        return Err(ModelArtsError::invalid("work_path_type must be 0"));
    }
    let source = one_source(body.data_sources.take())?;
    let labels = body.labels.take().unwrap_or_default().into_iter();
    Ok(NewDataset {
        name: body.dataset_name.clone().ok_or_else(|| missing("dataset_name"))?,
        kind,
        description: body.description.clone().unwrap_or_default(),
        workspace: body.workspace_id.clone().unwrap_or_else(|| WORKSPACE.to_owned()),
        input_path: source.data_path.clone().unwrap_or_default(),
        work_path: body.work_path.clone().unwrap_or_default(),
        labels: labels.map(|label| label_of(label, kind)).collect::<Result<_, _>>()?,
        definition: definition(&body, &source),
    })
}

fn one_source(sources: Option<Vec<DataSource>>) -> Result<DataSource, ModelArtsError> {
    let mut sources = sources.ok_or_else(|| missing("data_sources"))?;
    let (Some(mut source), 0) = (sources.pop(), sources.len()) else {
        return Err(ModelArtsError::invalid("data_sources must hold exactly one source"));
    };
    if *source.data_type.get_or_insert(0) != 0 {
        return Err(ModelArtsError::invalid("data_type must be 0: only object storage is offered"));
    }
    Ok(source)
}

fn definition(body: &CreateDataset, source: &DataSource) -> Map<String, Value> {
    let mut kept = Map::new();
    kept.insert("data_sources".into(), serde_json::to_value([source]).unwrap_or_default());
    kept.insert("work_path".into(), body.work_path.clone().into());
    kept.insert("import_annotations".into(), body.import_annotations.unwrap_or(true).into());
    let echoed = json!({
        "schema": body.schema, "managed": body.managed, "import_data": body.import_data,
        "label_format": body.label_format, "data_format": body.data_format,
    });
    kept.extend(
        echoed
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    kept
}

/// A label as the domain knows it. Its type is the dataset's if it names none.
pub(super) fn label_of(label: WireLabel, kind: DatasetType) -> Result<Label, ModelArtsError> {
    let name = label.name.ok_or_else(|| missing("the name of a label"))?;
    let label_type = match label.kind {
        None => kind.label_type(),
        Some(code) => LabelType::from_code(code),
    };
    let told = || {
        let code = label.kind.unwrap_or_else(|| kind.code());
        ModelArtsError::new(ModelArtsCode::InvalidParameter, format!("there are no labels of type {code}"))
    };
    Ok(Label {
        name,
        kind: label_type.ok_or_else(told)?,
        property: label.property.unwrap_or_default(),
        attributes: label.attributes.unwrap_or_default(),
    })
}
