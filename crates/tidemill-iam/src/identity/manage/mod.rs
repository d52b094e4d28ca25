//! Making and removing accounts, projects, users and agencies. One change at a time; each is durable and known when the
//! call returns, also when its caller stops waiting.

pub(crate) mod agencies;
mod domains;
mod projects;
mod users;

pub use agencies::{Agency, NewAgency};
pub use users::{NewUser, UserInfo};

use super::caller::{Caller, Scope};
use super::error::IamError;
use super::service::{Iam, shortened};
use std::future::Future;
use std::sync::Arc;
use tidemill_model::limits::IDENTITY_NAME_CHARS_MAX;

impl Iam {
    /// Refuses everybody but the administrator of the installation.
    pub(crate) fn only_administrator(&self, caller: &Caller, action: &str) -> Result<(), IamError> {
        if caller.is_administrator() { Ok(()) } else { Err(IamError::Denied(action.to_owned())) }
    }

    /// Refuses who neither administers the installation nor owns the account.
    pub(crate) fn may_manage(&self, caller: &Caller, domain_id: &str, action: &str) -> Result<(), IamError> {
        let owns = caller.user.owner && caller.domain.id == domain_id && caller.scope != Scope::TemporaryKey;
        if owns || caller.is_administrator() { Ok(()) } else { Err(IamError::Denied(action.to_owned())) }
    }

    /// Runs a change alone and to its end.
    pub(crate) async fn change_accounts<T, F>(
        self: &Arc<Self>,
        change: impl FnOnce(Arc<Self>) -> F,
    ) -> Result<T, IamError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, IamError>> + Send + 'static,
    {
        let (iam, work) = (self.clone(), change(self.clone()));
        let alone = async move {
            let _one_at_a_time = iam.accounts_changing.lock().await;
            work.await
        };
        tokio::spawn(alone).await.map_err(|_| IamError::Internal("the change was cut off".into()))?
    }
}

/// A name of an account, a project or, with some more characters, a user or an agency.
pub(crate) fn check_name(what: &str, name: &str, more: &str) -> Result<(), IamError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c) || more.contains(c);
    if (1..=IDENTITY_NAME_CHARS_MAX).contains(&name.chars().count()) && name.chars().all(fits) {
        return Ok(());
    }
    Err(IamError::bad_request(format!(
        "the name of a {what} has 1 to {IDENTITY_NAME_CHARS_MAX} letters, digits and -_{more}; this one is {:?}",
        shortened(name)
    )))
}

/// The refusal of a name that is in use.
pub(crate) fn taken(what: &str, name: &str) -> IamError {
    IamError::Conflict(format!("There is a {what} named {name} already."))
}

/// The refusal of one more than may be.
pub(crate) fn too_many(what: &str, most: usize) -> IamError {
    IamError::Conflict(format!("There are {most} {what} already, the most there may be."))
}

/// The refusal to remove what still holds something.
pub(crate) fn in_use(what: &str, count: u64) -> IamError {
    IamError::Conflict(format!("The {what} still has {count} streams and buckets; delete them first."))
}
