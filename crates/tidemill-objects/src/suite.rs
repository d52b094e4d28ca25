//! Conformance suite: what deliveries rely on in an object store, whichever it is.
//!
//! Every backend that deliveries may write to runs all of it.

use bytes::Bytes;
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutPayload};

/// What a backend did otherwise than deliveries need.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// An operation failed that had to succeed.
    #[error(transparent)]
    Store(#[from] Error),
    /// A promise was broken; the text says which.
    #[error("{0}")]
    Broken(String),
}

fn expect(holds: bool, what: &str) -> Result<(), SuiteError> {
    if holds { Ok(()) } else { Err(SuiteError::Broken(what.to_owned())) }
}

/// Parts of a test object: large enough for every store but the last, which may be small.
fn parts() -> [Bytes; 2] {
    [Bytes::from(vec![b'a'; 5 * 1024 * 1024]), Bytes::from_static(b"the end\n")]
}

/// Nothing is visible before complete; afterwards the parts are there in order, with an ETag that head
/// repeats.
pub async fn an_upload_appears_whole<S: ObjectStore + MultipartStore>(store: &S) -> Result<(), SuiteError> {
    let path = Path::from("suite/2026/01/15/whole.txt");
    let id = store.create_multipart(&path).await?;
    let [first, last] = parts();
    let one = store.put_part(&path, &id, 0, PutPayload::from_bytes(first.clone())).await?;
    let second = store.put_part(&path, &id, 1, PutPayload::from_bytes(last.clone())).await?;
    let hidden = store.head(&path).await;
    expect(matches!(hidden, Err(Error::NotFound { .. })), "an object is visible before complete")?;
    let done = store.complete_multipart(&path, &id, vec![one, second]).await?;
    let head = store.head(&path).await?;
    expect(head.size == (first.len() + last.len()) as u64, "the size is not that of the parts")?;
    expect(head.e_tag.is_some() && head.e_tag == done.e_tag, "head has another ETag than complete")?;
    let bytes = store.get(&path).await?.bytes().await?;
    expect(bytes[..first.len()] == first[..] && bytes[first.len()..] == last[..], "bytes differ")?;
    store.delete(&path).await?;
    Ok(())
}

/// An abort is final: complete and further parts fail, and nothing appears. This is the fence of deliveries.
pub async fn an_abort_is_final<S: ObjectStore + MultipartStore>(store: &S) -> Result<(), SuiteError> {
    let path = Path::from("suite/aborted.txt");
    let id = store.create_multipart(&path).await?;
    let part = store.put_part(&path, &id, 0, PutPayload::from_static(b"stale")).await?;
    store.abort_multipart(&path, &id).await?;
    let completed = store.complete_multipart(&path, &id, vec![part]).await;
    expect(completed.is_err(), "a complete after an abort succeeded")?;
    let later = store.put_part(&path, &id, 0, PutPayload::from_static(b"stale")).await;
    expect(later.is_err(), "a part after an abort was taken")?;
    let hidden = store.head(&path).await;
    expect(matches!(hidden, Err(Error::NotFound { .. })), "an aborted object appeared")
}

/// A second complete fails and changes nothing, so its caller looks at the object instead.
pub async fn a_second_complete_fails<S: ObjectStore + MultipartStore>(store: &S) -> Result<(), SuiteError> {
    let path = Path::from("suite/twice.txt");
    let id = store.create_multipart(&path).await?;
    let part = store.put_part(&path, &id, 0, PutPayload::from_static(b"once")).await?;
    store.complete_multipart(&path, &id, vec![part.clone()]).await?;
    let before = store.head(&path).await?;
    let again = store.complete_multipart(&path, &id, vec![part]).await;
    expect(again.is_err(), "a second complete succeeded")?;
    expect(store.head(&path).await? == before, "a second complete changed the object")?;
    store.delete(&path).await?;
    Ok(())
}

/// An older upload of the same key cannot be completed after its abort, whatever a newer one did.
pub async fn an_older_upload_stays_out<S: ObjectStore + MultipartStore>(store: &S) -> Result<(), SuiteError> {
    let path = Path::from("suite/fenced.txt");
    let older = store.create_multipart(&path).await?;
    let stale = store.put_part(&path, &older, 0, PutPayload::from_static(b"stale")).await?;
    let newer = store.create_multipart(&path).await?;
    store.abort_multipart(&path, &older).await?;
    let part = store.put_part(&path, &newer, 0, PutPayload::from_static(b"fresh")).await?;
    store.complete_multipart(&path, &newer, vec![part]).await?;
    let late = store.complete_multipart(&path, &older, vec![stale]).await;
    expect(late.is_err(), "an aborted older upload was completed")?;
    let bytes = store.get(&path).await?.bytes().await?;
    expect(bytes == b"fresh"[..], "an aborted older upload replaced a newer object")?;
    store.delete(&path).await?;
    Ok(())
}

/// Runs everything.
pub async fn all<S: ObjectStore + MultipartStore>(store: &S) -> Result<(), SuiteError> {
    an_upload_appears_whole(store).await?;
    an_abort_is_final(store).await?;
    a_second_complete_fails(store).await?;
    an_older_upload_stays_out(store).await
}
