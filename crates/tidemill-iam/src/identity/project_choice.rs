//! Which project a request is about.

use super::caller::{Caller, Scope};
use super::service::{Iam, shortened};
use crate::request_head::RequestHead;
use tidemill_model::ProjectId;

/// The project a request names is not one its credentials are good for; the text is the one named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProjectRefusal(pub String);

impl Iam {
    /// Whether the caller's credentials reach the project: a token's own, or any of a key's account.
    pub fn may_use(&self, caller: &Caller, project: &ProjectId) -> bool {
        match &caller.scope {
            Scope::Project(own) => own.id == *project,
            Scope::Key | Scope::TemporaryKey => {
                let directory = self.directory.read();
                directory.project(project).is_some_and(|found| found.domain_id == caller.domain.id)
            }
            Scope::Domain | Scope::Unscoped => false,
        }
    }

    /// The project of a request: the path's if it has one, else `X-Project-Id`, else the token's, else
    /// the account's only one. Headers that contradict the path or the account are refused.
    pub fn choose_project(
        &self,
        caller: &Caller,
        path: Option<&str>,
        head: &RequestHead<'_>,
    ) -> Result<ProjectId, ProjectRefusal> {
        let refused = |text: &str| ProjectRefusal(shortened(text));
        if let Some(domain) = head.text("x-domain-id").filter(|id| *id != caller.domain.id) {
            return Err(refused(domain));
        }
        let header = head.text("x-project-id");
        if let (Some(path), Some(header)) = (path, header)
            && !path.eq_ignore_ascii_case(header)
        {
            return Err(refused(header));
        }
        let Some(named) = path.or(header) else { return self.only_project(caller) };
        let project = ProjectId::parse(named).ok_or_else(|| refused(named))?;
        if self.may_use(caller, &project) { Ok(project) } else { Err(refused(named)) }
    }

    fn only_project(&self, caller: &Caller) -> Result<ProjectId, ProjectRefusal> {
        if let Some(project) = caller.project() {
            return Ok(project.id.clone());
        }
        match self.projects(caller).as_slice() {
            [only] if self.may_use(caller, &only.id) => Ok(only.id.clone()),
            _ => Err(ProjectRefusal("the request names no project".into())),
        }
    }
}
