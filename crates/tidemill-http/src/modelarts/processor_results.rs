//! `/processor-tasks/{task_id}/versions/{version_id}/results`: what became of each sample, and why.

use crate::modelarts::processor_tasks::one_of;
use crate::modelarts::{ModelArtsError, ModelArtsRequest, ModelArtsState, UrlSigner, reply};
use axum::extract::State;
use axum::response::Response;
use tidemill_api::modelarts::processing::{ProcessorReason, ProcessorResult, ProcessorResults, ProcessorWhy};
use tidemill_bucket::Scheme;
use tidemill_processing::{Reason, ResultsQuery, SampleResult, WITHDRAWN, sample_id};

pub(super) async fn list(
    State(state): State<ModelArtsState>,
    request: ModelArtsRequest,
) -> Result<Response, ModelArtsError> {
    request.allow("modelarts:processTask:get")?;
    let page = request.page(10, 100)?;
    let property = one_of(&request, "result_property", &["-1", "0", "1", "2", "3"])?;
    let property = property.and_then(|text| text.parse().ok()).filter(|property| *property >= 0);
    // An extension: what is no result, so that no other client meets it.
    let property = if request.flag("tidemill_withdrawn")? == Some(true) { Some(WITHDRAWN) } else { property };
    let query = ResultsQuery { property, offset: page.offset as usize, limit: page.limit as usize };
    let (task_id, version_id) = (request.path("task_id"), request.path("version_id"));
    let found = state.processing.results(&request.project, task_id, version_id, query).await?;
    let signer = UrlSigner::new(&state, &request);
    let process = request.query.get("process_parameter").filter(|text| !text.is_empty());
    // Against its name, and as documented: true when everything has been returned.
    let has_more = query.offset + found.results.len() >= found.total;
    let results = found.results.iter().map(|result| shown(result, version_id, &signer, process)).collect();
    Ok(reply::ok(&ProcessorResults { count: found.total, has_more, results }))
}

fn shown(
    result: &SampleResult,
    version_id: &str,
    signer: &UrlSigner,
    process: Option<&str>,
) -> ProcessorResult {
    let url = |place: &_| signer.get(place, process);
    let kept = [Reason::kept()];
    let reasons = if result.reasons.is_empty() { &kept[..] } else { &result.reasons };
    let named = result.origin.as_ref().or(result.product.as_ref());
    let (english, chinese) = reasons.iter().map(|r| (r.english.clone(), r.chinese.clone())).unzip();
    ProcessorResult {
        new_source: result.product.as_ref().map(|place| place.written(Scheme::Obs)),
        origin_source: result.origin.as_ref().map(|place| place.written(Scheme::S3)),
        result_description: vec![english, chinese],
        result_property: result.property,
        sample_id: named.map(sample_id).unwrap_or_default(),
        signed_new_source: result.product.as_ref().and_then(url),
        signed_origin_source: result.origin.as_ref().and_then(url),
        version_id: version_id.to_owned(),
        tidemill: why(result, reasons, version_id),
    }
}

fn why(result: &SampleResult, reasons: &[Reason], version_id: &str) -> ProcessorWhy {
    let reason = |r: &Reason| ProcessorReason { code: r.code.clone(), text: r.english.clone() };
    ProcessorWhy {
        run_id: version_id.to_owned(),
        product_id: result.product.as_ref().map(sample_id),
        reasons: reasons.iter().map(reason).collect(),
        compared_with: result.compared_with.as_ref().map(|place| place.written(Scheme::Obs)),
        scores: result.scores.clone(),
    }
}
