//! Everyone and everything, in memory: small, read on every request, changed seldom.

use super::caller::{Caller, Domain, Project, Scope, User};
use super::error::IamError;
use super::sealing::Sealing;
use crate::key::{AccessKey, SecretKey, TemporaryKey};
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_meta::identity::{AccessKeyRow, DomainRow, ProjectRow, UserRow};
use tidemill_model::ProjectId;

/// An access key with its owner.
#[derive(Clone, Debug)]
pub(crate) struct KeyEntry {
    pub(crate) key: Arc<AccessKey>,
    pub(crate) caller: Arc<Caller>,
    pub(crate) description: String,
    pub(crate) created_ms: i64,
}

/// A user with what its password is checked against.
#[derive(Clone, Debug)]
pub(crate) struct UserEntry {
    pub(crate) user: User,
    pub(crate) domain_id: String,
    pub(crate) password_hash: String,
}

#[derive(Debug, Default)]
pub(crate) struct Directory {
    domains: HashMap<String, Domain>,
    projects: HashMap<ProjectId, Project>,
    users: HashMap<String, UserEntry>,
    keys: HashMap<String, KeyEntry>,
}

/// How a request names an account.
#[derive(Clone, Debug)]
pub(crate) enum By {
    Id(String),
    Name(String),
}

impl By {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Id(text) | Self::Name(text) => text,
        }
    }
}

impl Directory {
    pub(crate) fn add_domain(&mut self, row: DomainRow) {
        self.domains
            .insert(row.id.clone(), Domain { id: row.id, name: row.name, administers: row.administers });
    }

    pub(crate) fn add_project(&mut self, row: ProjectRow) -> Result<(), IamError> {
        let bad = || IamError::Internal(format!("stored project id {:?} is not one", row.id));
        let id = ProjectId::parse(&row.id).ok_or_else(bad)?;
        let project = Project { id: id.clone(), name: row.name, domain_id: row.domain_id };
        self.projects.insert(id, project);
        Ok(())
    }

    pub(crate) fn add_user(&mut self, row: UserRow) {
        let user = User { id: row.id.clone(), name: row.name, owner: row.owner };
        let entry = UserEntry { user, domain_id: row.domain_id, password_hash: row.password_hash };
        self.users.insert(row.id, entry);
    }

    pub(crate) fn add_key(&mut self, row: AccessKeyRow, sealing: &Sealing) -> Result<(), IamError> {
        let secret = SecretKey::new(sealing.open(&row.id, &row.sealed_secret)?);
        let temporary = match (&row.token_hash, row.expires_ms) {
            (Some(hash), Some(expires_ms)) => {
                let mut token_sha256 = [0u8; 32];
                hex::decode_to_slice(hash, &mut token_sha256).map_err(|_| {
                    IamError::Internal(format!("access key {} has a damaged token hash", row.id))
                })?;
                Some(TemporaryKey { token_sha256, expires_ms })
            }
            _ => None,
        };
        let scope = if temporary.is_some() { Scope::TemporaryKey } else { Scope::Key };
        let caller = self.caller(&row.user_id, scope)?;
        let key =
            AccessKey { id: row.id.clone(), secret, user_id: row.user_id, active: row.active, temporary };
        let (description, created_ms) = (row.description, row.created_ms);
        self.keys.insert(
            row.id,
            KeyEntry { key: Arc::new(key), caller: Arc::new(caller), description, created_ms },
        );
        Ok(())
    }

    /// The user with this scope; an error if user or account are not there.
    pub(crate) fn caller(&self, user_id: &str, scope: Scope) -> Result<Caller, IamError> {
        let missing = || IamError::Internal(format!("user {user_id} or its account is not there"));
        let entry = self.users.get(user_id).ok_or_else(missing)?;
        let domain = self.domains.get(&entry.domain_id).ok_or_else(missing)?;
        Ok(Caller { user: entry.user.clone(), domain: domain.clone(), scope })
    }

    pub(crate) fn key(&self, id: &str) -> Option<&KeyEntry> {
        self.keys.get(id)
    }

    pub(crate) fn set_key(&mut self, entry: KeyEntry) {
        self.keys.insert(entry.key.id.clone(), entry);
    }

    pub(crate) fn remove_key(&mut self, id: &str) {
        self.keys.remove(id);
    }

    pub(crate) fn remove_ended_keys(&mut self, now_ms: i64) {
        self.keys.retain(|_, entry| entry.key.temporary.as_ref().is_none_or(|t| t.expires_ms > now_ms));
    }

    /// The user's permanent keys, oldest first.
    pub(crate) fn permanent_keys(&self, user_id: &str) -> Vec<KeyEntry> {
        let own = |entry: &&KeyEntry| entry.key.user_id == user_id && entry.key.temporary.is_none();
        let mut found: Vec<KeyEntry> = self.keys.values().filter(own).cloned().collect();
        found.sort_by(|a, b| (a.created_ms, &a.key.id).cmp(&(b.created_ms, &b.key.id)));
        found
    }

    pub(crate) fn domain(&self, by: &By) -> Option<&Domain> {
        match by {
            By::Id(id) => self.domains.get(id),
            By::Name(name) => self.domains.values().find(|domain| domain.name == *name),
        }
    }

    pub(crate) fn user_by_id(&self, id: &str) -> Option<&UserEntry> {
        self.users.get(id)
    }

    pub(crate) fn user_by_name(&self, domain_id: &str, name: &str) -> Option<&UserEntry> {
        self.users.values().find(|entry| entry.domain_id == domain_id && entry.user.name == name)
    }

    pub(crate) fn project(&self, id: &ProjectId) -> Option<&Project> {
        self.projects.get(id)
    }

    /// All accounts by name.
    pub(crate) fn domains(&self) -> Vec<Domain> {
        let mut found: Vec<Domain> = self.domains.values().cloned().collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// The account's users by name.
    pub(crate) fn users_of(&self, domain_id: &str) -> Vec<UserEntry> {
        let own = |entry: &&UserEntry| entry.domain_id == domain_id;
        let mut found: Vec<UserEntry> = self.users.values().filter(own).cloned().collect();
        found.sort_by(|a, b| a.user.name.cmp(&b.user.name));
        found
    }

    /// Forgets a user and its keys.
    pub(crate) fn remove_user(&mut self, id: &str) {
        self.users.remove(id);
        self.keys.retain(|_, entry| entry.key.user_id != id);
    }

    pub(crate) fn remove_project(&mut self, id: &ProjectId) {
        self.projects.remove(id);
    }

    /// Forgets an account with its projects, users and keys.
    pub(crate) fn remove_domain(&mut self, id: &str) {
        let users: Vec<String> = self.users_of(id).into_iter().map(|entry| entry.user.id).collect();
        users.iter().for_each(|user| self.remove_user(user));
        self.projects.retain(|_, project| project.domain_id != id);
        self.domains.remove(id);
    }

    /// Whether user and project of a caller are still there.
    pub(crate) fn knows(&self, caller: &Caller) -> bool {
        let project = caller.project().is_none_or(|project| self.projects.contains_key(&project.id));
        project && self.users.contains_key(&caller.user.id)
    }

    /// The account's projects by name.
    pub(crate) fn projects_of(&self, domain_id: &str) -> Vec<Project> {
        let own = |project: &&Project| project.domain_id == domain_id;
        let mut found: Vec<Project> = self.projects.values().filter(own).cloned().collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }
}
