//! Proving who one is, and choosing what the token is for.

use super::caller::{Caller, Scope};
use super::directory::By;
use super::error::IamError;
use super::service::{Iam, shortened};
use super::token_request::{Identity, KeyMethod, PasswordMethod, ProjectRequest, ScopeRequest, UserRequest};
use crate::mac::same;
use tidemill_model::ProjectId;

/// A user that has proven itself.
pub(crate) struct Proof {
    pub(crate) user_id: String,
    pub(crate) method: &'static str,
    /// A token made from a token ends when that one does.
    pub(crate) expires_ms: Option<i64>,
}

impl Iam {
    /// Checks the one method the request uses.
    pub(crate) async fn prove(&self, identity: &Identity) -> Result<Proof, IamError> {
        let missing = |name: &str| IamError::bad_request(format!("identity has no member {name}"));
        match identity.methods.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["password"] => {
                let method = identity.password.as_ref().ok_or_else(|| missing("password"))?;
                self.prove_password(method).await
            }
            ["token"] => {
                let method = identity.token.as_ref().ok_or_else(|| missing("token"))?;
                let token = self.token_info(&method.id)?;
                let user_id = token.caller.user.id.clone();
                Ok(Proof { user_id, method: "token", expires_ms: Some(token.expires_ms) })
            }
            ["hw_ak_sk"] => self.prove_key(identity.hw_ak_sk.as_ref().ok_or_else(|| missing("hw_ak_sk"))?),
            _ => Err(IamError::bad_request("methods must be one of password, token and hw_ak_sk")),
        }
    }

    async fn prove_password(&self, method: &PasswordMethod) -> Result<Proof, IamError> {
        let found = self.named_user(&method.user)?;
        let (user_id, hash) = found.unzip();
        // A user without a password has an empty hash.
        let hash = hash.filter(|hash| !hash.is_empty());
        if !self.passwords.check(&method.user.password, hash).await? {
            return Err(IamError::WrongCredentials);
        }
        let user_id = user_id.ok_or(IamError::WrongCredentials)?;
        Ok(Proof { user_id, method: "password", expires_ms: None })
    }

    /// Id and password hash of the user, by its id or by name and account.
    fn named_user(&self, request: &UserRequest) -> Result<Option<(String, String)>, IamError> {
        let directory = self.directory.read();
        let found = match (&request.id, &request.name) {
            (Some(id), _) => directory.user_by_id(id),
            (None, Some(name)) => {
                let needs = || IamError::bad_request("a user by name needs its domain");
                let domain = request.domain.as_ref().ok_or_else(needs)?.by("domain")?;
                directory.domain(&domain).and_then(|domain| directory.user_by_name(&domain.id, name))
            }
            (None, None) => return Err(IamError::bad_request("user needs an id or a name")),
        };
        Ok(found.map(|entry| (entry.user.id.clone(), entry.password_hash.clone())))
    }

    fn prove_key(&self, method: &KeyMethod) -> Result<Proof, IamError> {
        let key = self.lookup_key(&method.access.key);
        // A temporary key proves nothing without its token, which this method does not carry.
        let key =
            key.filter(|key| key.active && key.temporary.is_none()).ok_or(IamError::WrongCredentials)?;
        if !same(key.secret.expose().as_bytes(), method.secret.key.as_bytes()) {
            return Err(IamError::WrongCredentials);
        }
        Ok(Proof { user_id: key.user_id.clone(), method: "hw_ak_sk", expires_ms: None })
    }

    /// The user with the scope it asks for; without one, its account.
    pub(crate) fn scoped(&self, user_id: &str, scope: Option<&ScopeRequest>) -> Result<Caller, IamError> {
        let mut caller = self.directory.read().caller(user_id, Scope::Domain)?;
        caller.scope = match scope {
            None => Scope::Domain,
            Some(ScopeRequest::Word(word)) if word == "unscoped" => Scope::Unscoped,
            Some(ScopeRequest::Word(_)) => {
                return Err(IamError::bad_request("scope must be an object or \"unscoped\""));
            }
            Some(ScopeRequest::Of(of)) => match (&of.project, &of.domain) {
                (Some(project), _) => self.project_scope(&caller, project)?,
                (None, Some(domain)) => {
                    self.own_domain(&caller, &domain.by("domain")?)?;
                    Scope::Domain
                }
                (None, None) => return Err(IamError::bad_request("scope must name a project or a domain")),
            },
        };
        Ok(caller)
    }

    fn own_domain(&self, caller: &Caller, by: &By) -> Result<(), IamError> {
        let directory = self.directory.read();
        let own = directory.domain(by).is_some_and(|domain| domain.id == caller.domain.id);
        if own { Ok(()) } else { Err(IamError::Denied(format!("use domain {}", shortened(by.text())))) }
    }

    /// A project named without a domain is one of the user's own.
    fn project_scope(&self, caller: &Caller, request: &ProjectRequest) -> Result<Scope, IamError> {
        if let Some(domain) = &request.domain {
            self.own_domain(caller, &domain.by("domain")?)?;
        }
        let own = self.projects(caller);
        let found = match (&request.id, &request.name) {
            (Some(id), _) => {
                let id = ProjectId::parse(id);
                own.into_iter().find(|project| Some(&project.id) == id.as_ref())
            }
            (None, Some(name)) => own.into_iter().find(|project| project.name == *name),
            (None, None) => return Err(IamError::bad_request("project needs an id or a name")),
        };
        let named =
            request.id.as_ref().or(request.name.as_ref()).map(|text| shortened(text)).unwrap_or_default();
        found.map(Scope::Project).ok_or(IamError::Denied(format!("use project {named}")))
    }
}
