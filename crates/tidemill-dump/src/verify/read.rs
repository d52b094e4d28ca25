//! Reading small JSON objects of untrusted content.

use object_store::path::Path;
use object_store::{Error, ObjectStore};
use serde::de::DeserializeOwned;

/// No ledger object of ours comes near this.
const BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The object as `T`. The inner error says why it is none: missing, too large, not what it should be.
pub(super) async fn read_json<T: DeserializeOwned, S: ObjectStore + ?Sized>(
    store: &S,
    key: &str,
) -> object_store::Result<Result<T, String>> {
    let found = match store.get_opts(&Path::from(key), Default::default()).await {
        Ok(found) => found,
        Err(Error::NotFound { .. }) => return Ok(Err("it is not there".into())),
        Err(error) => return Err(error),
    };
    if found.meta.size > BYTES_MAX {
        return Ok(Err(format!("it has {} bytes", found.meta.size)));
    }
    let bytes = found.bytes().await?;
    Ok(serde_json::from_slice(&bytes).map_err(|e| format!("it cannot be read: {e}")))
}
