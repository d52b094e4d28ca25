//! `/streams/{stream_name}/policies`: letting other accounts use a stream.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, lookup, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use std::sync::Arc;
use tidemill_api::dis;
use tidemill_iam::identity::Principal;
use tidemill_model::limits::POLICIES_PER_STREAM_MAX;
use tidemill_stream::{Grant, GrantedAction, Stream};

const ACCEPT: &str = "accept";

/// `POST`, by names. Status 200: one client takes no other.
pub(super) async fn create_policy(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    let stream = administered(&state, &request, "dis:streamPolicies:create")?;
    let body: dis::CreatePolicy = request.json()?;
    check_stream(&stream, body.stream_id.as_deref())?;
    check_effect(body.effect.as_deref())?;
    let action = action(body.action_type.as_deref())?;
    let grants = grants(&state, "principal_name", body.principal_name.as_deref(), action)?;
    add(&state, &stream, grants).await
}

/// `POST` of v3, by ids of accounts.
pub(super) async fn create_policy_v3(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    let stream = administered(&state, &request, "dis:streamPolicies:create")?;
    let body: dis::CreatePolicyV3 = request.json()?;
    check_stream(&stream, body.stream_id.as_deref())?;
    check_effect(body.effect.as_deref().filter(|text| !text.is_empty()).or(Some(ACCEPT)))?;
    let action = action(body.action_type.as_deref())?;
    let grants = grants(&state, "principal_id", body.principal_id.as_deref(), action)?;
    add(&state, &stream, grants).await
}

async fn add(state: &DisState, stream: &Stream, grants: Vec<Grant>) -> Result<Response, DisError> {
    let granted = state.streams.grant(&stream.id, grants).await;
    granted.map_err(|error| DisError::grant(error, stream))?;
    Ok(reply::empty(StatusCode::OK))
}

/// `GET`.
pub(super) async fn list_policies(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    let stream = administered(&state, &request, "dis:streamPolicies:list")?;
    let list = dis::PolicyList {
        stream_id: stream.id.clone(),
        stream_id_again: stream.id.clone(),
        rules: stream.grants.iter().map(rule).collect(),
    };
    Ok(reply::json(StatusCode::OK, &list))
}

/// `DELETE`, which no vendor offers: without it, what was granted could only be taken back with the stream.
pub(super) async fn delete_policy(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    let stream = administered(&state, &request, "dis:streamPolicies:delete")?;
    let principal = request.query.required("principal_name")?.to_owned();
    let action = request.query.get("action_type").map(|text| action(Some(text))).transpose()?;
    let revoked = state.streams.revoke(&stream.id, principal, action).await;
    revoked.map_err(|error| DisError::grant(error, &stream))?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The stream of the path, of the caller's own project.
fn administered(state: &DisState, request: &DisRequest, right: &str) -> Result<Arc<Stream>, DisError> {
    request.allow(right)?;
    lookup::stream(&state.streams, &request.project, [Some(request.path("stream_name")), None])
}

/// The body may repeat the stream, but not name another.
fn check_stream(stream: &Stream, id: Option<&str>) -> Result<(), DisError> {
    match id {
        Some(id) if !id.is_empty() && id != stream.id && id != stream.name.as_str() => {
            Err(DisError::invalid("stream_id is not that of the stream in the path"))
        }
        _ => Ok(()),
    }
}

/// One client sends the member's own name as its value.
fn check_effect(text: Option<&str>) -> Result<(), DisError> {
    match text {
        Some("accept" | "effect") => Ok(()),
        _ => Err(DisError::invalid("effect must be accept")),
    }
}

fn action(text: Option<&str>) -> Result<GrantedAction, DisError> {
    let unknown = || DisError::invalid("action_type must be putRecords, getRecords or getStreamInfo");
    text.and_then(GrantedAction::parse).ok_or_else(unknown)
}

/// One for each principal of the list.
fn grants(
    state: &DisState,
    member: &str,
    list: Option<&str>,
    action: GrantedAction,
) -> Result<Vec<Grant>, DisError> {
    let texts: Vec<&str> = list.unwrap_or_default().split(',').map(str::trim).collect();
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    if texts.is_empty() || texts.len() > POLICIES_PER_STREAM_MAX {
        return Err(DisError::invalid(format!(
            "{member} must name 1 to {POLICIES_PER_STREAM_MAX} principals"
        )));
    }
    let grant = |text: &str| {
        let shown: String = text.chars().take(80).collect();
        let nobody = || DisError::invalid(format!("{member}: there is no account or user {shown:?}"));
        state.gate.iam.principal(text).map(|principal| of_principal(principal, action)).ok_or_else(nobody)
    };
    texts.into_iter().map(grant).collect()
}

fn of_principal(principal: Principal, action: GrantedAction) -> Grant {
    let user = principal.user.as_ref().map_or("*", |user| user.name.as_str());
    Grant {
        name: format!("{}.{user}", principal.domain.name),
        domain_id: principal.domain.id,
        user_id: principal.user.map(|user| user.id),
        action,
    }
}

fn rule(grant: &Grant) -> dis::PolicyRule {
    dis::PolicyRule {
        principal: grant.principal(),
        principal_name: grant.name.clone(),
        action_type: grant.action.as_str().to_owned(),
        effect: ACCEPT.to_owned(),
    }
}
