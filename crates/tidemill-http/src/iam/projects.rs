//! `/v3/projects` and `/v3/auth/projects`: the projects a caller may use.

use crate::iam::authenticated::Authenticated;
use crate::iam::query::Query;
use crate::iam::{IamState, IdentityError, reply};
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
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
    let all: Vec<Project> = state.iam.projects(&request.caller).into_iter().filter(fits).collect();
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
