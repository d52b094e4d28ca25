//! Keys derived from a secret and a scope, kept because clients reuse one scope all day.

use crate::key::AccessKey;
use lru::LruCache;
use parking_lot::Mutex;
use std::num::NonZeroUsize;

/// How many derived keys are kept.
const CAPACITY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// A small bounded cache of derived signing keys. Only keys that have verified a request are kept, so
/// that made-up scopes cannot push real ones out.
#[derive(Debug)]
pub struct SigningKeyCache(Mutex<LruCache<String, Entry>>);

#[derive(Clone)]
struct Entry {
    /// A key deleted and made again under the same name must not meet the old derivation.
    secret: crate::SecretKey,
    derived: Vec<u8>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry(…)")
    }
}

impl Default for SigningKeyCache {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }
}

impl SigningKeyCache {
    /// The kept key for this access key, derivation and scope.
    pub(crate) fn get(&self, key: &AccessKey, kind: &str, scope: &str) -> Option<Vec<u8>> {
        let mut kept = self.0.lock();
        let entry = kept.get(&name(key, kind, scope))?;
        (entry.secret == key.secret).then(|| entry.derived.clone())
    }

    /// Keeps a derived key that has just verified a request.
    pub(crate) fn put(&self, key: &AccessKey, kind: &str, scope: &str, derived: &[u8]) {
        let entry = Entry { secret: key.secret.clone(), derived: derived.to_vec() };
        self.0.lock().put(name(key, kind, scope), entry);
    }
}

fn name(key: &AccessKey, kind: &str, scope: &str) -> String {
    format!("{kind}\n{}\n{scope}", key.id)
}
