//! The service catalog: in tokens and on its own.

use crate::iam::authenticated::Authenticated;
use crate::iam::{IamState, IdentityError, PublicUrls, reply};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidemill_iam::RequestHead;
use tidemill_model::ProjectId;

/// One entry a service; those with a project in their URL only if there is one.
pub(crate) fn entries(urls: &PublicUrls, headers: &HeaderMap, project: Option<&ProjectId>) -> Vec<Value> {
    let (api, objects) = (urls.api_base(headers), urls.objects_base(headers));
    let entry = |kind: &str, name: &str, url: String| entry(&urls.region, kind, name, &url);
    let mut all = vec![
        entry("identity", "iam", format!("{api}/v3")),
        entry("dis", "dis", format!("{api}/")),
        entry("modelarts", "modelarts", format!("{api}/")),
        entry("object", "obs", objects),
    ];
    if let Some(project) = project {
        all.push(entry("disv2", "disv2", format!("{api}/v2/{project}")));
        all.push(entry("modelartsv2", "modelartsv2", format!("{api}/v2/{project}")));
    }
    all
}

fn entry(region: &str, kind: &str, name: &str, url: &str) -> Value {
    json!({
        "type": kind,
        "name": name,
        "id": stable_id(&["service", kind]),
        "endpoints": [{
            "id": stable_id(&["endpoint", kind, region]),
            "interface": "public",
            "region": region,
            "region_id": region,
            "url": url,
        }],
    })
}

/// 32 hexadecimal characters that are the same in every answer.
fn stable_id(parts: &[&str]) -> String {
    hex::encode(&Sha256::digest(parts.join("/"))[..16])
}

/// `GET /v3/auth/catalog`.
pub(crate) async fn list(
    State(state): State<IamState>,
    method: Method,
    uri: Uri,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let head = RequestHead::new(&method, &uri, &request.headers);
    let project = state.iam.choose_project(&request.caller, None, &head).ok();
    let catalog = entries(&state.public, &request.headers, project.as_ref());
    let link = format!("{}/v3/auth/catalog", state.public.api_base(&request.headers));
    Ok(reply::json(StatusCode::OK, &json!({ "catalog": catalog, "links": { "self": link } })))
}
