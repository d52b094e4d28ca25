//! `/v3/projects` and `/v3/auth/projects`: the projects a caller may use; the administrator makes and removes them.

use crate::iam::authenticated::{Authenticated, parse};
use crate::iam::domains::check_enabled;
use crate::iam::query::Query;
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tidemill_iam::identity::Project;

fn document(project: &Project, base: &str) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "domain_id": project.domain_id,
        "parent_id": project.domain_id,
        "is_domain": false,
        "enabled": true,
        "description": "",
        "links": { "self": format!("{base}/v3/projects/{}", project.id) },
    })
}

/// `GET`: filtered by `name`, `domain_id`, `parent_id`, `enabled`, `is_domain`; `page` and `per_page`.
pub(crate) async fn list(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let query = &request.query;
    let fits = |project: &Project| {
        let equals =
            |name: &str, value: &str| query.get(name).is_none_or(|asked| asked.eq_ignore_ascii_case(value));
        query.get("name").is_none_or(|asked| asked == project.name)
            && equals("domain_id", &project.domain_id)
            && equals("parent_id", &project.domain_id)
            && equals("enabled", "true")
            && equals("is_domain", "false")
    };
    let domain_id = query.get("domain_id").unwrap_or_else(|| request.caller.domain.id.clone());
    let visible = state.iam.projects_in(&request.caller, &domain_id);
    let all: Vec<Project> = visible.into_iter().filter(fits).collect();
    let (skip, take) = page(query)?;
    let base = base(&state, &request.headers);
    let projects: Vec<Value> = all.iter().skip(skip).take(take).map(|p| document(p, &base)).collect();
    let links = json!({ "self": format!("{base}/v3/projects"), "next": null, "previous": null });
    Ok(reply::json(StatusCode::OK, &json!({ "projects": projects, "links": links })))
}

/// `GET /v3/projects/{id}`.
pub(crate) async fn show(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let project = state.iam.project(&request.caller, &id)?;
    let document = document(&project, &base(&state, &request.headers));
    Ok(reply::json(StatusCode::OK, &json!({ "project": document })))
}

#[derive(Deserialize)]
struct Body {
    project: Fields,
}

#[derive(Deserialize)]
struct Fields {
    name: String,
    domain_id: Option<String>,
    enabled: Option<bool>,
}

/// `POST /v3/projects`: in the account `domain_id`, or in the caller's own.
pub(crate) async fn create(
    State(state): State<IamState>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    let fields = parse::<Body>(&request.body)?.project;
    check_enabled(fields.enabled)?;
    let domain_id = fields.domain_id.unwrap_or_else(|| request.caller.domain.id.clone());
    let project = state.iam.create_project(&request.caller, &domain_id, &fields.name).await?;
    let document = document(&project, &base(&state, &request.headers));
    Ok(reply::json(StatusCode::CREATED, &json!({ "project": document })))
}

/// `DELETE /v3/projects/{id}`.
pub(crate) async fn delete(
    State(state): State<IamState>,
    Path(id): Path<String>,
    request: Authenticated,
) -> Result<Response, IdentityError> {
    state.iam.delete_project(&request.caller, &id).await?;
    Ok(reply::no_content())
}

fn base(state: &IamState, headers: &HeaderMap) -> String {
    state.public.api_base(headers)
}

/// How many to skip and to show; all of them without `page` and `per_page`.
fn page(query: &Query) -> Result<(usize, usize), IdentityError> {
    let number = |name: &str| -> Result<Option<usize>, IdentityError> {
        let Some(text) = query.get(name) else { return Ok(None) };
        let wrong = || IdentityError::bad_request(format!("{name} must be a number from 1 to 5000."));
        let number = text.parse().ok().filter(|n| (1..=5000).contains(n));
        number.map(Some).ok_or_else(wrong)
    };
    match (number("page")?, number("per_page")?) {
        (None, None) => Ok((0, usize::MAX)),
        (page, per_page) => {
            let per_page = per_page.unwrap_or(300);
            Ok(((page.unwrap_or(1) - 1) * per_page, per_page))
        }
    }
}
