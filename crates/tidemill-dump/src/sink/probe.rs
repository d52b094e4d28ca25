//! What is under a key: nothing, ours, or something else.

use super::obs::{ObsSink, path};
use crate::error::Trouble;
use crate::intent::IntentObject;
use futures::TryStreamExt;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

/// What was found under the key of an announced object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// Nothing.
    Missing,
    /// The announced bytes, with the ETag the destination gave them.
    Ours(Option<String>),
    /// Other bytes.
    Foreign,
}

impl ObsSink {
    /// Looks under the object's key. Size first; then the bytes are read, because no destination's ETag is a
    /// digest that can be relied on.
    pub(crate) async fn probe(&self, object: &IntentObject) -> Result<Probe, Trouble> {
        let path = path(&object.key)?;
        let head = async {
            match self.store.head(&path).await {
                Ok(meta) => Ok(Some(meta)),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let Some(meta) = self.call("look at", &object.key, head).await? else { return Ok(Probe::Missing) };
        if meta.size != object.bytes {
            return Ok(Probe::Foreign);
        }
        let found = self.call("read", &object.key, sha256_of(&*self.store, &path)).await?;
        Ok(if found.as_deref() == Some(&object.sha256) { Probe::Ours(meta.e_tag) } else { Probe::Foreign })
    }
}

/// The SHA-256 of an object's bytes, read in pieces; `None` if there is none.
pub(crate) async fn sha256_of<S: ObjectStore + ?Sized>(
    store: &S,
    path: &object_store::path::Path,
) -> object_store::Result<Option<String>> {
    let mut bytes = match store.get_opts(path, Default::default()).await {
        Ok(found) => found.into_stream(),
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut sha256 = Sha256::new();
    while let Some(piece) = bytes.try_next().await? {
        sha256.update(&piece);
    }
    Ok(Some(hex::encode(sha256.finalize())))
}
