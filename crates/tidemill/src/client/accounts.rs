//! Calls on accounts, which only the administrator of the installation may make.

use super::connection::{Connection, encode};
use super::error::ClientError;
use super::streams::member;
use serde::Deserialize;
use serde_json::{Value, json};

/// A domain, a project or a user.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A new key.
#[derive(Deserialize)]
pub(crate) struct NewKey {
    pub(crate) access: String,
    pub(crate) secret: String,
}

/// A new account with all it needs; the secrets are shown only now.
pub(crate) struct NewAccount {
    pub(crate) domain: Named,
    pub(crate) project: Named,
    pub(crate) user: Named,
    pub(crate) key: NewKey,
}

impl Connection {
    /// Makes an account with one project, its owner and the owner's key; nothing is left if a step fails.
    pub(crate) fn create_account(
        &self,
        name: &str,
        project: &str,
        user: &str,
        password: &str,
    ) -> Result<NewAccount, ClientError> {
        let domain: Named = self.make("domains", "domain", json!({ "name": name }))?;
        let filled = self.fill_account(&domain.id, project, user, password);
        match filled {
            Ok((project, user, key)) => Ok(NewAccount { domain, project, user, key }),
            Err(error) => {
                // What failed first is what people need to hear.
                let _ = self.delete_account(&domain.id);
                Err(error)
            }
        }
    }

    fn fill_account(
        &self,
        domain: &str,
        project: &str,
        user: &str,
        password: &str,
    ) -> Result<(Named, Named, NewKey), ClientError> {
        let project = self.make("projects", "project", json!({ "name": project, "domain_id": domain }))?;
        let fields = json!({ "name": user, "domain_id": domain, "password": password });
        let user: Named = self.make("users", "user", fields)?;
        let body = json!({ "credential": { "user_id": user.id } }).to_string();
        let target = "/v3.0/OS-CREDENTIAL/credentials";
        let key = member(self.call("POST", target, Some(body.as_bytes()))?, "credential")?;
        Ok((project, user, key))
    }

    fn make(&self, path: &str, name: &str, fields: Value) -> Result<Named, ClientError> {
        let body = json!({ name: fields }).to_string();
        member(self.call("POST", &format!("/v3/{path}"), Some(body.as_bytes()))?, name)
    }

    /// All accounts by name.
    pub(crate) fn accounts(&self) -> Result<Vec<Named>, ClientError> {
        member(self.call("GET", "/v3/domains", None)?, "domains")
    }

    /// Projects or users (`what`) of an account by name.
    pub(crate) fn of_account(&self, what: &str, domain: &str) -> Result<Vec<Named>, ClientError> {
        member(self.call("GET", &format!("/v3/{what}?domain_id={}", encode(domain)), None)?, what)
    }

    /// The name of the caller's own project.
    pub(crate) fn own_project(&self) -> Result<String, ClientError> {
        let target = format!("/v3/projects/{}", encode(&self.identity.project_id));
        let project: Named = member(self.call("GET", &target, None)?, "project")?;
        Ok(project.name)
    }

    /// Deletes an account with its projects, users and keys.
    pub(crate) fn delete_account(&self, id: &str) -> Result<(), ClientError> {
        self.call("DELETE", &format!("/v3/domains/{}", encode(id)), None).map(drop)
    }
}
