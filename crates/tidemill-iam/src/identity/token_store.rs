//! Live tokens in memory, by the hash of their text.

use super::caller::{Caller, Scope};
use super::directory::Directory;
use super::error::IamError;
use super::tokens::TokenInfo;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tidemill_meta::{Meta, MetaError, identity};
use tidemill_model::ProjectId;
use tidemill_model::limits::TOKENS_MAX;

/// How often ended tokens are dropped.
const SWEEP_INTERVAL_MS: i64 = 60 * 60 * 1000;

#[derive(Debug, Default)]
pub(crate) struct TokenStore {
    live: RwLock<HashMap<[u8; 32], Arc<TokenInfo>>>,
    next_sweep_ms: AtomicI64,
}

impl TokenStore {
    pub(crate) async fn load(meta: &Meta, directory: &Directory, now_ms: i64) -> Result<Self, IamError> {
        let rows = meta.read(|tx| Box::pin(identity::tokens(tx))).await;
        let store = Self::default();
        store.next_sweep_ms.store(now_ms + SWEEP_INTERVAL_MS, Ordering::Relaxed);
        let mut live = HashMap::new();
        for row in rows.map_err(|error: MetaError| IamError::from(error))? {
            let damaged = || IamError::Internal("a stored token is damaged".into());
            let mut hash = [0u8; 32];
            hex::decode_to_slice(&row.hash, &mut hash).map_err(|_| damaged())?;
            let project = row.project_id.as_deref().and_then(ProjectId::parse);
            let project = project.and_then(|id| directory.project(&id).cloned());
            let scope = match (row.scope.as_str(), project) {
                ("project", Some(project)) => Scope::Project(project),
                ("domain", _) => Scope::Domain,
                ("unscoped", _) => Scope::Unscoped,
                _ => return Err(damaged()),
            };
            let caller: Arc<Caller> = Arc::new(directory.caller(&row.user_id, scope)?);
            let (methods, issued_ms) = (row.methods.split(',').map(str::to_owned).collect(), row.issued_ms);
            live.insert(hash, Arc::new(TokenInfo { methods, caller, issued_ms, expires_ms: row.expires_ms }));
        }
        *store.live.write() = live;
        Ok(store)
    }

    /// The token if it has not ended.
    pub(crate) fn get(&self, hash: &[u8; 32], now_ms: i64) -> Option<Arc<TokenInfo>> {
        self.live.read().get(hash).filter(|token| token.expires_ms > now_ms).cloned()
    }

    /// Whether the hourly sweep of ended tokens is due; only one caller hears it.
    pub(crate) fn sweep_is_due(&self, now_ms: i64) -> bool {
        let due = self.next_sweep_ms.load(Ordering::Relaxed);
        let next = now_ms + SWEEP_INTERVAL_MS;
        now_ms >= due
            && self.next_sweep_ms.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    pub(crate) fn sweep(&self, now_ms: i64) {
        self.live.write().retain(|_, token| token.expires_ms > now_ms);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.live.read().len() >= TOKENS_MAX
    }

    pub(crate) fn insert(&self, hash: [u8; 32], token: Arc<TokenInfo>) {
        self.live.write().insert(hash, token);
    }

    /// Drops the tokens whose user or project is gone.
    pub(crate) fn remove_orphans(&self, directory: &Directory) {
        self.live.write().retain(|_, token| directory.knows(&token.caller));
    }

    pub(crate) fn remove(&self, hash: &[u8; 32]) {
        self.live.write().remove(hash);
    }
}
