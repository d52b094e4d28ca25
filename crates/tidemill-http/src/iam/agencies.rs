//! `/v3.0/OS-AGENCY/agencies`: the agencies of the caller's account, or of any to the administrator.

use crate::iam::authenticated::{Authenticated, parse};
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tidemill_iam::identity::{Agency, NewAgency, timestamp};

#[derive(Deserialize)]
struct Body {
    agency: Fields,
}

#[derive(Deserialize)]
struct Fields {
    name: String,
    domain_id: Option<String>,
    trust_domain_id: Option<String>,
    trust_domain_name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    duration: Value,
}

fn document(agency: &Agency) -> Value {
    json!({
        "id": agency.id,
        "name": agency.name,
        "domain_id": agency.domain_id,
        "trust_domain_id": agency.trust_domain_id,
        "trust_domain_name": agency.trust_domain_name,
        "description": agency.description,
        "duration": null,
        "create_time": timestamp(agency.created_ms),
        "expire_time": null,
    })
}

/// Agencies hold until they are deleted.
fn check_duration(duration: &Value) -> Result<(), IdentityError> {
    match duration {
        Value::Null => Ok(()),
        Value::String(text) if text.is_empty() || text == "FOREVER" => Ok(()),
        _ => {
            Err(IdentityError::bad_request("duration must be FOREVER or absent: agencies have no end here."))
        }
    }
}

/// `POST`: in the account `domain_id`, or in the caller's own.
pub(crate) async fn create(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let fields = parse::<Body>(&request.body)?.agency;
    check_duration(&fields.duration)?;
    let new = NewAgency {
        domain_id: fields.domain_id.unwrap_or_else(|| request.caller.domain.id.clone()),
        name: fields.name,
        trust_domain_id: fields.trust_domain_id,
        trust_domain_name: fields.trust_domain_name,
        description: fields.description.unwrap_or_default(),
    };
    let made = state.iam.create_agency(&request.caller, new).await?;
    Ok(reply::json(StatusCode::CREATED, &json!({ "agency": document(&made) })))
}

/// `GET`: filtered by `domain_id` (the caller's own if absent), `name` and `trust_domain_id`.
pub(crate) async fn list(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let query = &request.query;
    let domain_id = query.get("domain_id").unwrap_or_else(|| request.caller.domain.id.clone());
    let (name, trusted) = (query.get("name"), query.get("trust_domain_id"));
    let fits = |agency: &&Agency| {
        name.as_ref().is_none_or(|name| *name == agency.name)
            && trusted.as_ref().is_none_or(|id| *id == agency.trust_domain_id)
    };
    let all = state.iam.agencies(&request.caller, &domain_id).await?;
    let agencies: Vec<Value> = all.iter().filter(fits).map(document).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "agencies": agencies })))
}

/// `GET …/{id}`.
pub(crate) async fn show(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let agency = state.iam.agency(&request.caller, &id).await?;
    Ok(reply::json(StatusCode::OK, &json!({ "agency": document(&agency) })))
}

/// `DELETE …/{id}`: refused while a dump task names it.
pub(crate) async fn delete(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    state.iam.delete_agency(&request.caller, &id).await?;
    Ok(reply::no_content())
}
