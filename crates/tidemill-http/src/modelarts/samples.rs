//! `/datasets/{dataset_id}/data-annotations/samples` and below, what can be searched for, and counts.

use crate::modelarts::labels::dataset;
use crate::modelarts::{
    ModelArtsError, ModelArtsRequest, ModelArtsState, UrlSigner, batch, detail, reply, sample_detail,
    sample_labels, sample_query, version_samples,
};
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use tidemill_api::modelarts::label::LabelStats;
use tidemill_api::modelarts::sample::{
    DatasetStats, DeleteSamples, SampleLabels, SampleList, SearchValues, UpdateSamples,
};
use tidemill_dataset::sample::{Relabel, Usage};
use tidemill_dataset::search::Order;
use tidemill_dataset::{DatasetError, DatasetType, LabelCount};
use tidemill_iam::Caller;

type Answer = Result<Response, ModelArtsError>;

/// Samples one request may change or delete.
const BATCH_MAX: usize = 10_000;

pub(super) async fn list(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:sample:list")?;
    let page = request.page(10, 100)?;
    let order = if request.ascending()? { Order::Oldest } else { Order::Newest };
    let condition = sample_query::filter(&request)?.condition(state.gate.clock.now_ms())?;
    let dataset = dataset(&state, &request).await?;
    let (samples, sample_count) = match request.query.get("version_id").filter(|id| !id.is_empty()) {
        Some(version) => {
            let found = version_samples::page(&state, &request, version, page).await?;
            (found.samples, found.total)
        }
        None => {
            let (offset, limit) = (page.offset, page.limit);
            let found = state.datasets.find_samples(&dataset.id, condition, order, offset, limit).await?;
            (found.samples, found.total)
        }
    };
    let urls = UrlSigner::new(&state, &request);
    let process = request.query.get("process_parameter");
    let shown = samples.into_iter().map(|sample| sample_detail::of(sample, &urls, process, true));
    Ok(reply::ok(&SampleList { sample_count, samples: shown.collect() }))
}

pub(super) async fn describe(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:sample:get")?;
    let states = sample_query::wanted_states(&request)?;
    let dataset = dataset(&state, &request).await?;
    let sample = state.datasets.sample(&dataset.id, request.path("sample_id")).await?;
    if states.is_some_and(|states| !states.contains(&sample.status)) {
        return Err(DatasetError::UnknownSample(sample.id).into());
    }
    Ok(reply::ok(&sample_detail::of(sample, &UrlSigner::new(&state, &request), None, true)))
}

pub(super) async fn update(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:sample:update")?;
    let body: UpdateSamples = request.json()?;
    let dataset = dataset(&state, &request).await?;
    let changes = body.samples.ok_or_else(|| ModelArtsError::invalid("samples is missing"))?;
    check_count(changes.len())?;
    let read = changes.into_iter().map(|change| relabel(change, dataset.kind, &request.caller));
    let mut results: Vec<Result<(), ModelArtsError>> = Vec::new();
    let mut good = Vec::new();
    for change in read {
        match change {
            Ok(change) => {
                good.push((results.len(), change));
                results.push(Ok(()));
            }
            Err(error) => results.push(Err(error)),
        }
    }
    let (places, changes): (Vec<usize>, Vec<Relabel>) = good.into_iter().unzip();
    let done = state.datasets.relabel(&dataset, changes).await?;
    for (place, result) in places.into_iter().zip(done) {
        results[place] = result.map_err(ModelArtsError::from);
    }
    Ok(batch::reply(results))
}

fn relabel(change: SampleLabels, kind: DatasetType, caller: &Caller) -> Result<Relabel, ModelArtsError> {
    let labels = change.labels.unwrap_or_default().into_iter();
    let usage = change.sample_usage.filter(|usage| !usage.is_empty());
    let told = || ModelArtsError::invalid("sample_usage must be TRAIN, EVAL, TEST or INFERENCE");
    let usage = usage.map(|word| Usage::parse(&word).ok_or_else(told)).transpose()?;
    let (hardness, metadata) = sample_labels::split_metadata(change.metadata.unwrap_or_default())?;
    Ok(Relabel {
        id: change.sample_id.ok_or_else(|| ModelArtsError::invalid("sample_id is missing"))?,
        labels: labels
            .map(|label| sample_labels::read(label, kind, caller, true))
            .collect::<Result<_, _>>()?,
        usage,
        hardness,
        metadata,
    })
}

pub(super) async fn delete(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:sample:delete")?;
    let body: DeleteSamples = request.json()?;
    let dataset = dataset(&state, &request).await?;
    let ids = body.samples.ok_or_else(|| ModelArtsError::invalid("samples is missing"))?;
    check_count(ids.len())?;
    let found = state.datasets.delete_samples(&dataset, &ids, body.delete_source.unwrap_or(false)).await?;
    let results = ids.into_iter().zip(found);
    let one = |(id, found)| if found { Ok(()) } else { Err(DatasetError::UnknownSample(id)) };
    Ok(batch::reply(results.map(one).collect()))
}

fn check_count(count: usize) -> Result<(), ModelArtsError> {
    if count <= BATCH_MAX {
        return Ok(());
    }
    Err(ModelArtsError::invalid(format!("samples may hold {BATCH_MAX} at most, got {count}")))
}

pub(super) async fn search_values(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:sample:list")?;
    let dataset = dataset(&state, &request).await?;
    let found = state.datasets.search_values(&dataset.id).await?;
    Ok(reply::ok(&SearchValues {
        labelers: found.labelers,
        labels: found.labels.into_iter().map(detail::label).collect(),
        metadata: found.metadata,
    }))
}

pub(super) async fn stats(State(state): State<ModelArtsState>, request: ModelArtsRequest) -> Answer {
    request.allow("modelarts:dataset:get")?;
    let wanted = sample_query::wanted_states(&request)?;
    let dataset = dataset(&state, &request).await?;
    let stats = state.datasets.stats(&dataset, wanted).await?;
    let states = stats.states;
    let left = states.unlabeled + states.labeled + states.unconfirmed;
    let named = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
        pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    Ok(reply::ok(&DatasetStats {
        data_spliting_enable: stats.can_be_split,
        key_sample_stats: named(&[
            ("total", left),
            ("key_sample", stats.hard),
            ("non_key_sample", left.saturating_sub(stats.hard)),
        ]),
        label_stats: stats.labels.into_iter().map(label_stats).collect(),
        sample_stats: named(&[
            ("all", left + stats.deleted),
            ("total", left),
            ("lefted", left),
            ("un_annotation", states.unlabeled),
            ("manual_annotation", states.labeled),
            ("auto_annotation", states.unconfirmed),
            ("deleted", stats.deleted),
        ]),
    }))
}

fn label_stats(count: LabelCount) -> LabelStats {
    LabelStats {
        name: count.label.name,
        kind: count.label.kind.code(),
        property: count.label.property,
        attributes: count.label.attributes,
        count: count.annotations,
        sample_count: count.samples,
    }
}
