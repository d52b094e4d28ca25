//! `POST /datasets/{dataset_id}/data-annotations/samples`: samples inline or by path.

use crate::modelarts::labels::dataset;
use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, reply, sample_labels};
use crate::request::json;
use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tidemill_api::modelarts::sample::{UploadResult, UploadSample, UploadSamples, UploadSamplesResponse};
use tidemill_bucket::Location;
use tidemill_dataset::sample::{Content, SampleResult, Upload, Uploaded};
use tidemill_dataset::{DatasetError, DatasetType};
use tidemill_iam::Caller;

/// Samples one request may bring.
const UPLOADS_MAX: usize = 1000;

pub(super) async fn upload(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:sample:create")?;
    let dataset = dataset(&state, &request).await?;
    let body: UploadSamples<'_> = json::parse_object(&request.body)?;
    let samples = body.samples.ok_or_else(|| ModelArtsError::invalid("samples is missing"))?;
    if samples.is_empty() || samples.len() > UPLOADS_MAX {
        return Err(ModelArtsError::invalid(format!("samples must hold 1 to {UPLOADS_MAX}")));
    }
    let confirmed = body.final_annotation.unwrap_or(true);
    let mut results = Vec::with_capacity(samples.len());
    // One by one, so that only one sample is in memory unpacked.
    for sample in samples {
        results.push(match read(sample, dataset.kind, &request.caller, confirmed) {
            Ok(upload) => result(state.datasets.upload(&dataset, vec![upload]).await?.pop()),
            Err(error) => failed(error),
        });
    }
    let success = results.iter().all(|result| result.success);
    Ok(reply::ok(&UploadSamplesResponse { success, results }))
}

fn read(
    sample: UploadSample<'_>,
    kind: DatasetType,
    caller: &Caller,
    confirmed: bool,
) -> Result<Upload, ModelArtsError> {
    let labels = sample.labels.unwrap_or_default().into_iter();
    let path = sample.data_source.and_then(|source| source.data_path).filter(|path| !path.is_empty());
    let content = match (&sample.data, path) {
        (Some(data), None) => Content::Inline(
            STANDARD
                .decode(data.as_bytes())
                .map_err(|error| ModelArtsError::invalid(format!("data is not Base64: {error}")))?
                .into(),
        ),
        (None, Some(path)) => Content::Object(
            Location::parse(&path)
                .map_err(|why| ModelArtsError::invalid(format!("data_source.data_path: {why}")))?,
        ),
        _ => return Err(ModelArtsError::invalid("a sample has either data or data_source.data_path")),
    };
    let (hardness, metadata) = sample_labels::split_metadata(sample.metadata.unwrap_or_default())?;
    Ok(Upload {
        name: sample.name.filter(|name| !name.is_empty()),
        content,
        encoding: sample.encoding,
        labels: labels
            .map(|label| sample_labels::read(label, kind, caller, confirmed))
            .collect::<Result<_, _>>()?,
        usage: None,
        hardness,
        metadata,
    })
}

fn result(done: Option<SampleResult<Uploaded>>) -> UploadResult {
    match done {
        Some(Ok(uploaded)) => UploadResult {
            success: true,
            name: Some(uploaded.path),
            info: Some(uploaded.sample_id),
            ..UploadResult::default()
        },
        Some(Err(error)) => failed(error.into()),
        None => failed(DatasetError::Object("no result".to_owned()).into()),
    }
}

fn failed(error: ModelArtsError) -> UploadResult {
    UploadResult {
        error_code: Some(error.code.code().to_owned()),
        error_msg: Some(error.message),
        ..UploadResult::default()
    }
}
