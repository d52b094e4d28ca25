//! Projects of accounts.

use super::{check_name, in_use, taken, too_many};
use crate::identity::caller::{Caller, Project};
use crate::identity::directory::By;
use crate::identity::error::IamError;
use crate::identity::service::{Iam, shortened};
use std::sync::Arc;
use tidemill_meta::MetaError;
use tidemill_meta::identity::{self, ProjectRow};
use tidemill_model::limits::PROJECTS_PER_DOMAIN_MAX;
use tidemill_model::{ProjectId, random_hex32};

impl Iam {
    /// Makes a project in an account. Only the administrator may, as quotas count by project.
    pub async fn create_project(
        self: &Arc<Self>,
        caller: &Caller,
        domain_id: &str,
        name: &str,
    ) -> Result<Project, IamError> {
        self.only_administrator(caller, "iam:projects:create")?;
        check_name("project", name, "")?;
        let row = ProjectRow { id: random_hex32(), domain_id: domain_id.to_owned(), name: name.to_owned() };
        self.change_accounts(|iam| async move { iam.add_project(row).await }).await
    }

    async fn add_project(&self, row: ProjectRow) -> Result<Project, IamError> {
        let siblings = {
            let directory = self.directory.read();
            let unknown = || IamError::NotFound { kind: "domain", name: shortened(&row.domain_id) };
            directory.domain(&By::Id(row.domain_id.clone())).ok_or_else(unknown)?;
            directory.projects_of(&row.domain_id)
        };
        if siblings.iter().any(|project| project.name == row.name) {
            return Err(taken("project", &row.name));
        }
        if siblings.len() >= PROJECTS_PER_DOMAIN_MAX {
            return Err(too_many("projects", PROJECTS_PER_DOMAIN_MAX));
        }
        let stored = row.clone();
        let written = self.meta.tx(move |tx| {
            let row = stored.clone();
            Box::pin(async move { identity::insert_project(tx, &row).await })
        });
        written.await.map_err(|error: MetaError| IamError::from(error))?;
        let id = ProjectId::parse(&row.id);
        self.directory.write().add_project(row)?;
        let added = id.and_then(|id| self.directory.read().project(&id).cloned());
        added.ok_or_else(|| IamError::Internal("a new project vanished".into()))
    }

    /// The projects of an account by name: of the caller's own, or of any to the administrator. Empty for an
    /// account the caller may not see.
    pub fn projects_in(&self, caller: &Caller, domain_id: &str) -> Vec<Project> {
        let visible = caller.domain.id == domain_id || caller.is_administrator();
        if visible { self.directory.read().projects_of(domain_id) } else { Vec::new() }
    }

    /// Removes a project that has no streams and buckets any more, with the tokens for it. Only the
    /// administrator may.
    pub async fn delete_project(self: &Arc<Self>, caller: &Caller, id: &str) -> Result<(), IamError> {
        self.only_administrator(caller, "iam:projects:delete")?;
        let found = ProjectId::parse(id).filter(|id| self.directory.read().project(id).is_some());
        let id = found.ok_or_else(|| IamError::NotFound { kind: "project", name: shortened(id) })?;
        self.change_accounts(|iam| async move { iam.remove_project(id).await }).await
    }

    async fn remove_project(&self, id: ProjectId) -> Result<(), IamError> {
        let stored = id.to_string();
        let removed = self.meta.tx(move |tx| {
            let id = stored.clone();
            Box::pin(async move {
                let count = identity::count_of_project(tx, &id).await?;
                if count > 0 {
                    return Err(in_use("project", count));
                }
                Ok(identity::delete_project(tx, &id).await?)
            })
        });
        removed.await?;
        self.directory.write().remove_project(&id);
        self.tokens.remove_orphans(&self.directory.read());
        Ok(())
    }
}
