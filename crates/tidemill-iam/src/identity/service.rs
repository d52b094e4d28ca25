//! The one identity service of a process.

use super::caller::{Caller, Project};
use super::directory::Directory;
use super::error::IamError;
use super::first_identity::{FirstIdentity, Found};
use super::password::Passwords;
use super::role::member_may;
use super::sealing::Sealing;
use super::token_store::TokenStore;
use crate::api_signature::{ApiAuth, AuthError, PendingSignature, QueryReading};
use crate::key::AccessKey;
use crate::object_signature::{Addressing, ObjectAuth, ObjectAuthError, ObjectRequestAuth};
use crate::request_head::RequestHead;
use parking_lot::RwLock;
use std::path::Path;
use std::sync::Arc;
use tidemill_meta::{Meta, MetaError, identity};
use tidemill_model::{Clock, ProjectId};

/// Identities, tokens and keys. Checks read memory only; changes are durable before they answer.
#[derive(Debug)]
pub struct Iam {
    pub(crate) meta: Meta,
    pub(crate) clock: Clock,
    pub(crate) sealing: Sealing,
    pub(crate) passwords: Passwords,
    pub(crate) directory: RwLock<Directory>,
    pub(crate) tokens: TokenStore,
    /// One change of accounts, projects and users at a time.
    pub(crate) accounts_changing: tokio::sync::Mutex<()>,
    api: ApiAuth,
    objects: ObjectAuth,
}

impl Iam {
    /// Opens the identities kept in `meta`; on the very first start makes `first`.
    ///
    /// `sealing_key` is the file of the key that secrets are sealed with; it is made with mode 0600 on
    /// the first start and must be there ever after. Later changes of `first` have no effect; [`Found`]
    /// names them.
    pub async fn open(
        meta: Meta,
        clock: Clock,
        sealing_key: &Path,
        first: &FirstIdentity,
    ) -> Result<(Self, Found), IamError> {
        let stored: Vec<_> = meta.read(|tx| Box::pin(identity::domains(tx))).await.map_err(from_meta)?;
        let sealing = match Sealing::load(sealing_key)? {
            Some(sealing) => sealing,
            None if stored.is_empty() => Sealing::create(sealing_key)?,
            None => {
                let text =
                    format!("{} is missing: the stored secret keys cannot be opened", sealing_key.display());
                return Err(IamError::Internal(text));
            }
        };
        let now_ms = clock.now_ms();
        if stored.is_empty() {
            first.create(&meta, &sealing, now_ms).await?;
        }
        let directory = load(&meta, &sealing, now_ms).await?;
        let found = if stored.is_empty() { Found::Created } else { first.compare(&directory) };
        let tokens = TokenStore::load(&meta, &directory, now_ms).await?;
        let iam = Self {
            meta,
            clock,
            sealing,
            passwords: Passwords::new()?,
            directory: RwLock::new(directory),
            tokens,
            accounts_changing: tokio::sync::Mutex::default(),
            api: ApiAuth::default(),
            objects: ObjectAuth::default(),
        };
        Ok((iam, found))
    }

    /// The clock that ends tokens and bounds dates.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Starts the check of a signed request, before its body is read.
    pub fn begin(&self, head: &RequestHead<'_>) -> Result<PendingSignature, AuthError> {
        self.api.begin(head, self.clock.now_ms(), |id| self.lookup_key(id))
    }

    /// Ends the check of a signed request with the SHA-256 of its body as received.
    pub fn finish(
        &self,
        pending: PendingSignature,
        body_sha256: &[u8; 32],
        body_is_empty: bool,
    ) -> Result<(Arc<Caller>, QueryReading), AuthError> {
        let verified = pending.finish(body_sha256, body_is_empty)?;
        let caller = self.caller_of(&verified.key).ok_or(AuthError::UnknownKey)?;
        Ok((caller, verified.query_reading))
    }

    /// Checks the head of a request to the object endpoint; its body is then checked as the payload rule
    /// says.
    pub fn begin_object(
        &self,
        head: &RequestHead<'_>,
        addressing: &Addressing,
    ) -> Result<ObjectRequestAuth, ObjectAuthError> {
        self.objects.begin(head, addressing, self.clock.now_ms(), |id| self.lookup_key(id))
    }

    /// The access key with this id, active or not.
    pub fn lookup_key(&self, id: &str) -> Option<Arc<AccessKey>> {
        self.directory.read().key(id).map(|entry| Arc::clone(&entry.key))
    }

    /// The key that URLs in answers to the caller are signed with: its oldest active permanent one, or else an
    /// owner's of its account. `None` if there is none.
    pub fn url_key(&self, caller: &Caller) -> Option<Arc<AccessKey>> {
        let directory = self.directory.read();
        let owners = directory.users_of(&caller.domain.id).into_iter().filter(|entry| entry.user.owner);
        let users = std::iter::once(caller.user.id.clone()).chain(owners.map(|entry| entry.user.id));
        let mut keys = users.flat_map(|user| directory.permanent_keys(&user));
        keys.find(|entry| entry.key.active).map(|entry| entry.key)
    }

    /// The user behind a verified key; `None` if the key is gone meanwhile.
    pub fn caller_of(&self, key: &AccessKey) -> Option<Arc<Caller>> {
        self.directory.read().key(&key.id).map(|entry| Arc::clone(&entry.caller))
    }

    /// Whether the caller may do `action` (for example `dis:records:write`) in its account: owners may do
    /// all, other users what is in [`member_may`].
    pub fn authorize(&self, caller: &Caller, action: &str) -> Result<(), IamError> {
        let allowed = caller.user.owner || member_may(action);
        if allowed { Ok(()) } else { Err(IamError::Denied(action.to_owned())) }
    }

    /// The projects of the caller's account by name.
    pub fn projects(&self, caller: &Caller) -> Vec<Project> {
        self.directory.read().projects_of(&caller.domain.id)
    }

    /// A project of the caller's account.
    pub fn project(&self, caller: &Caller, id: &str) -> Result<Project, IamError> {
        let found = ProjectId::parse(id).and_then(|id| self.directory.read().project(&id).cloned());
        let own = found.filter(|project| project.domain_id == caller.domain.id);
        own.ok_or_else(|| IamError::NotFound { kind: "project", name: shortened(id) })
    }
}

/// Names from requests go into messages up to 80 characters.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

fn from_meta(error: MetaError) -> IamError {
    error.into()
}

async fn load(meta: &Meta, sealing: &Sealing, now_ms: i64) -> Result<Directory, IamError> {
    meta.tx(move |tx| Box::pin(identity::delete_expired(tx, now_ms))).await.map_err(from_meta)?;
    let read = meta.read(|tx| {
        Box::pin(async move {
            let (domains, projects) = (identity::domains(tx).await?, identity::projects(tx).await?);
            Ok((domains, projects, identity::users(tx).await?, identity::access_keys(tx).await?))
        })
    });
    let (domains, projects, users, keys) = read.await.map_err(from_meta)?;
    let mut directory = Directory::default();
    domains.into_iter().for_each(|row| directory.add_domain(row));
    projects.into_iter().try_for_each(|row| directory.add_project(row))?;
    users.into_iter().for_each(|row| directory.add_user(row));
    keys.into_iter().try_for_each(|row| directory.add_key(row, sealing))?;
    Ok(directory)
}
