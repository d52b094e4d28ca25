//! Who a request comes from.

use tidemill_model::ProjectId;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether its owner administers the installation.
    pub administers: bool,
}

/// A project of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name, unique in the account.
    pub name: String,
    /// Id of the account.
    pub domain_id: String,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it may do all in its account.
    pub owner: bool,
}

/// What the credentials are good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// An access key: every project of its account.
    Key,
    /// A temporary access key: the same projects, but it cannot make credentials that outlive it.
    TemporaryKey,
    /// A token for one project.
    Project(Project),
    /// A token for the account, not for its projects.
    Domain,
    /// A token that only proves who the user is.
    Unscoped,
}

/// An authenticated user with what its credentials are good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user: User,
    /// The user's account.
    pub domain: Domain,
    /// The reach of the credentials.
    pub scope: Scope,
}

impl Caller {
    /// Whether it may manage accounts: the owner of the installation's first account, but not with a
    /// temporary key, whose rights end with it.
    pub fn is_administrator(&self) -> bool {
        self.user.owner && self.domain.administers && self.scope != Scope::TemporaryKey
    }

    /// The project of a project token.
    pub fn project(&self) -> Option<&Project> {
        match &self.scope {
            Scope::Project(project) => Some(project),
            _ => None,
        }
    }
}
