//! Trying a destination before a task is created.

use super::obs::{ObsSink, path};
use crate::error::Trouble;
use crate::key::check_key;
use object_store::ObjectStoreExt;

/// Makes an upload, aborts it and tries to complete it: the bucket can be written, and it keeps the one
/// promise delivery relies on, that completing after an abort publishes nothing.
pub(crate) async fn check(sink: &ObsSink, task_id: &str) -> Result<(), Trouble> {
    let key = check_key(task_id);
    let path = path(&key)?;
    let row = sink.upload_row(task_id, &key);
    sink.ctx.announce_upload(None, &row).await?;
    let tried = fence_holds(sink, &key, &path).await;
    sink.settle(&row).await?;
    if tried? {
        return Ok(());
    }
    let removed = sink.call("remove", &key, sink.store.delete(&path)).await;
    Err(removed.err().unwrap_or_else(|| {
        Trouble::Fatal(
            "the bucket completes uploads that were aborted: exact delivery is not possible".into(),
        )
    }))
}

async fn fence_holds(sink: &ObsSink, key: &str, path: &object_store::path::Path) -> Result<bool, Trouble> {
    let id = sink.call("create upload", key, sink.store.create_multipart(path)).await?;
    let part = sink.store.put_part(path, &id, 0, bytes::Bytes::from_static(b"tidemill").into());
    let part = sink.call("upload part", key, part).await?;
    sink.call("abort", key, sink.store.abort_multipart(path, &id)).await?;
    Ok(sink.call("complete", key, sink.store.complete_multipart(path, &id, vec![part])).await.is_err())
}
