//! Permanent access keys: two a user.

use super::caller::{Caller, Scope};
use super::directory::KeyEntry;
use super::error::IamError;
use super::service::{Iam, shortened};
use crate::key::{AccessKey, SecretKey};
use std::sync::Arc;
use tidemill_meta::MetaError;
use tidemill_meta::identity::{self, AccessKeyRow};
use tidemill_model::limits::{ACCESS_KEYS_PER_USER_MAX, IDENTITY_DESCRIPTION_CHARS_MAX};

/// What is told of an access key; never its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The public half.
    pub id: String,
    /// Whether it verifies requests.
    pub active: bool,
    /// Free text.
    pub description: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Id of its user.
    pub user_id: String,
}

/// A new key with its secret, which is shown only now.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The key.
    pub info: KeyInfo,
    /// Its secret half.
    pub secret: SecretKey,
}

/// 20 characters for the public half, 40 for the secret, in the usual form.
pub(crate) fn random_pair() -> Result<(String, String), IamError> {
    let letters = |alphabet: &[u8; 32], count: usize| {
        let mut raw = vec![0u8; count];
        getrandom::fill(&mut raw).map_err(|e| IamError::Internal(e.to_string()))?;
        // 32 letters divide 256: each is equally likely.
        Ok::<_, IamError>(raw.iter().map(|b| alphabet[usize::from(b % 32)] as char).collect())
    };
    Ok((letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20)?, letters(b"abcdefghijkmnpqrstuvwxyz23456789", 40)?))
}

fn info(entry: &KeyEntry) -> KeyInfo {
    KeyInfo {
        id: entry.key.id.clone(),
        active: entry.key.active,
        description: entry.description.clone(),
        created_ms: entry.created_ms,
        user_id: entry.key.user_id.clone(),
    }
}

impl Iam {
    /// Makes a key for the caller. `akSkNumExceed` if it has two already. Durable when this returns.
    pub async fn create_key(&self, caller: &Caller, description: &str) -> Result<NewKey, IamError> {
        self.create_key_for(caller, &caller.user.id, description).await
    }

    /// Like [`Iam::create_key`], for a user that the caller is or manages.
    pub async fn create_key_for(
        &self,
        caller: &Caller,
        user_id: &str,
        description: &str,
    ) -> Result<NewKey, IamError> {
        may_make_credentials(caller)?;
        self.manages_keys(caller, user_id)?;
        check_description(description)?;
        let (id, secret) = random_pair()?;
        let row = AccessKeyRow {
            sealed_secret: self.sealing.seal(&id, &secret)?,
            id,
            user_id: user_id.to_owned(),
            active: true,
            description: description.to_owned(),
            created_ms: self.clock.now_ms(),
            token_hash: None,
            expires_ms: None,
        };
        let exceeded = IamError::BadRequest {
            code: Some("akSkNumExceed"),
            message: format!("A user has at most {ACCESS_KEYS_PER_USER_MAX} access keys."),
        };
        self.store_key(row.clone(), ACCESS_KEYS_PER_USER_MAX, exceeded).await?;
        let found = self.directory.read().key(&row.id).map(info);
        let info = found.ok_or_else(|| IamError::Internal("a new access key vanished".into()))?;
        Ok(NewKey { info, secret: SecretKey::new(secret) })
    }

    /// Stores a key unless the user has `most` of its kind, then makes it known.
    pub(crate) async fn store_key(
        &self,
        row: AccessKeyRow,
        most: u64,
        exceeded: IamError,
    ) -> Result<(), IamError> {
        let stored = row.clone();
        let added = self.meta.tx(move |tx| {
            let row = stored.clone();
            Box::pin(async move {
                let count = identity::count_access_keys(tx, &row.user_id, row.expires_ms.is_some()).await?;
                Ok(count < most && identity::insert_access_key(tx, &row).await?)
            })
        });
        if !added.await.map_err(|error: MetaError| IamError::from(error))? {
            return Err(exceeded);
        }
        self.directory.write().add_key(row, &self.sealing)
    }

    fn manages_keys(&self, caller: &Caller, user_id: &str) -> Result<(), IamError> {
        let refused = |_| IamError::Denied("manage the access keys of another user".into());
        self.user(caller, user_id).map(drop).map_err(refused)
    }

    /// The caller's permanent keys, oldest first.
    pub fn keys(&self, caller: &Caller) -> Vec<KeyInfo> {
        self.directory.read().permanent_keys(&caller.user.id).iter().map(info).collect()
    }

    /// The permanent keys of a user that the caller is or manages, oldest first.
    pub fn keys_of(&self, caller: &Caller, user_id: &str) -> Result<Vec<KeyInfo>, IamError> {
        self.manages_keys(caller, user_id)?;
        Ok(self.directory.read().permanent_keys(user_id).iter().map(info).collect())
    }

    /// A permanent key of a user that the caller is or manages.
    pub fn key(&self, caller: &Caller, id: &str) -> Result<KeyInfo, IamError> {
        let found = self.directory.read().key(id).filter(|entry| entry.key.temporary.is_none()).map(info);
        let visible = found.filter(|key| self.manages_keys(caller, &key.user_id).is_ok());
        visible.ok_or_else(|| IamError::NotFound { kind: "credential", name: shortened(id) })
    }

    /// Changes what is given. Durable when this returns.
    pub async fn update_key(
        &self,
        caller: &Caller,
        id: &str,
        active: Option<bool>,
        description: Option<&str>,
    ) -> Result<KeyInfo, IamError> {
        may_make_credentials(caller)?;
        let mut key = self.key(caller, id)?;
        key.active = active.unwrap_or(key.active);
        if let Some(description) = description {
            check_description(description)?;
            key.description = description.to_owned();
        }
        let stored = key.clone();
        let changed = self.meta.tx(move |tx| {
            let key = stored.clone();
            Box::pin(
                async move { identity::update_access_key(tx, &key.id, key.active, &key.description).await },
            )
        });
        if !changed.await.map_err(|error: MetaError| IamError::from(error))? {
            return Err(IamError::NotFound { kind: "credential", name: shortened(id) });
        }
        let mut directory = self.directory.write();
        if let Some(mut entry) = directory.key(id).cloned() {
            entry.description.clone_from(&key.description);
            entry.key = Arc::new(AccessKey { active: key.active, ..AccessKey::clone(&entry.key) });
            directory.set_key(entry);
        }
        Ok(key)
    }

    /// Removes a key: the next request signed with it is refused. Durable when this returns.
    pub async fn delete_key(&self, caller: &Caller, id: &str) -> Result<(), IamError> {
        let key = self.key(caller, id)?;
        let stored = key.id.clone();
        let deleted = self.meta.tx(move |tx| {
            let id = stored.clone();
            Box::pin(async move { identity::delete_access_key(tx, &id).await })
        });
        deleted.await.map_err(|error: MetaError| IamError::from(error))?;
        self.directory.write().remove_key(&key.id);
        Ok(())
    }
}

/// What a temporary key is used for ends with it.
pub(crate) fn may_make_credentials(caller: &Caller) -> Result<(), IamError> {
    match caller.scope {
        Scope::TemporaryKey => {
            Err(IamError::Denied("make or change credentials with a temporary access key".into()))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_description(text: &str) -> Result<(), IamError> {
    if text.chars().count() > IDENTITY_DESCRIPTION_CHARS_MAX {
        let message = format!("description has at most {IDENTITY_DESCRIPTION_CHARS_MAX} characters");
        return Err(IamError::bad_request(message));
    }
    Ok(())
}
