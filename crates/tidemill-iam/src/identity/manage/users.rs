//! Users of accounts.

use super::{check_name, taken, too_many};
use crate::identity::caller::{Caller, User};
use crate::identity::directory::{By, UserEntry};
use crate::identity::error::IamError;
use crate::identity::service::{Iam, shortened};
use std::sync::Arc;
use tidemill_meta::MetaError;
use tidemill_meta::identity::{self, UserRow};
use tidemill_model::limits::{PASSWORD_BYTES, USERS_PER_DOMAIN_MAX};
use tidemill_model::random_hex32;

/// A user to be made.
#[derive(Clone)]
pub struct NewUser {
    /// Id of its account.
    pub domain_id: String,
    /// Its name, unique in the account.
    pub name: String,
    /// 8 to 128 bytes; `None`: it logs in with keys only.
    pub password: Option<String>,
}

/// Passwords stay out of logs.
impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewUser({}, {})", self.domain_id, self.name)
    }
}

/// What is told of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserInfo {
    /// The user.
    pub user: User,
    /// Id of its account.
    pub domain_id: String,
}

fn info(entry: UserEntry) -> UserInfo {
    UserInfo { user: entry.user, domain_id: entry.domain_id }
}

fn unknown(id: &str) -> IamError {
    IamError::NotFound { kind: "user", name: shortened(id) }
}

impl Iam {
    /// Makes a user. The first one of an account owns it; owners make further users, which use its data but
    /// do not administer it. The administrator makes users everywhere.
    pub async fn create_user(self: &Arc<Self>, caller: &Caller, new: NewUser) -> Result<UserInfo, IamError> {
        self.may_manage(caller, &new.domain_id, "iam:users:create")?;
        check_name("user", &new.name, ".@")?;
        let password_hash = match new.password {
            Some(password) => self.passwords.hash(checked(password)?).await?,
            // Fits no password.
            None => String::new(),
        };
        let row = UserRow {
            id: random_hex32(),
            domain_id: new.domain_id,
            name: new.name,
            password_hash,
            owner: false,
        };
        self.change_accounts(|iam| async move { iam.add_user(row).await }).await
    }

    async fn add_user(&self, mut row: UserRow) -> Result<UserInfo, IamError> {
        let others = {
            let directory = self.directory.read();
            let gone = || IamError::NotFound { kind: "domain", name: shortened(&row.domain_id) };
            directory.domain(&By::Id(row.domain_id.clone())).ok_or_else(gone)?;
            directory.users_of(&row.domain_id)
        };
        if others.iter().any(|other| other.user.name == row.name) {
            return Err(taken("user", &row.name));
        }
        if others.len() >= USERS_PER_DOMAIN_MAX {
            return Err(too_many("users", USERS_PER_DOMAIN_MAX));
        }
        row.owner = !others.iter().any(|other| other.user.owner);
        let stored = row.clone();
        let written = self.meta.tx(move |tx| {
            let row = stored.clone();
            Box::pin(async move { identity::insert_user(tx, &row).await })
        });
        written.await.map_err(|error: MetaError| IamError::from(error))?;
        let user = User { id: row.id.clone(), name: row.name.clone(), owner: row.owner };
        let made = UserInfo { user, domain_id: row.domain_id.clone() };
        self.directory.write().add_user(row);
        Ok(made)
    }

    /// The users of an account by name, to who manages it; to others only themselves.
    pub fn users(&self, caller: &Caller, domain_id: &str) -> Vec<UserInfo> {
        let all = self.directory.read().users_of(domain_id);
        let sees_all = self.may_manage(caller, domain_id, "").is_ok();
        all.into_iter().filter(|entry| sees_all || entry.user.id == caller.user.id).map(info).collect()
    }

    /// A user that the caller is or manages.
    pub fn user(&self, caller: &Caller, id: &str) -> Result<UserInfo, IamError> {
        let found = self.directory.read().user_by_id(id).cloned().ok_or_else(|| unknown(id))?;
        let visible = id == caller.user.id || self.may_manage(caller, &found.domain_id, "").is_ok();
        if visible { Ok(info(found)) } else { Err(unknown(id)) }
    }

    /// Removes a user with its keys and tokens, which are refused at once. Nobody removes itself.
    pub async fn delete_user(self: &Arc<Self>, caller: &Caller, id: &str) -> Result<(), IamError> {
        let found = self.user(caller, id)?;
        self.may_manage(caller, &found.domain_id, "iam:users:delete")?;
        if found.user.id == caller.user.id {
            return Err(IamError::Denied("delete the user that asks".into()));
        }
        let id = found.user.id;
        self.change_accounts(|iam| async move { iam.remove_user(id).await }).await
    }

    async fn remove_user(&self, id: String) -> Result<(), IamError> {
        let stored = id.clone();
        let removed = self.meta.tx(move |tx| {
            let id = stored.clone();
            Box::pin(async move { identity::delete_user(tx, &id).await })
        });
        removed.await.map_err(|error: MetaError| IamError::from(error))?;
        self.directory.write().remove_user(&id);
        self.tokens.remove_orphans(&self.directory.read());
        Ok(())
    }
}

fn checked(password: String) -> Result<String, IamError> {
    if PASSWORD_BYTES.contains(&password.len()) {
        return Ok(password);
    }
    let (least, most) = (PASSWORD_BYTES.start(), PASSWORD_BYTES.end());
    Err(IamError::bad_request(format!("password has {least} to {most} bytes")))
}
