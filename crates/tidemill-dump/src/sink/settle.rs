//! Ending uploads of earlier owners: after this, nothing of them can appear.

use super::obs::{ObsSink, path};
use crate::error::Trouble;
use object_store::Error;
use object_store::path::Path;
use tidemill_meta::dump::UploadRow;

impl ObsSink {
    /// Aborts the upload of a row and forgets the row. An upload that is not there any more was completed or
    /// aborted before; which of the two, the intent's probe tells.
    pub(crate) async fn settle(&self, row: &UploadRow) -> Result<(), Trouble> {
        let path = path(&row.key)?;
        match &row.upload_id {
            Some(id) => self.abort(&path, id).await?,
            None => {
                let unfinished = self.store.unfinished(&path);
                for id in self.call("list uploads of", &row.key, unfinished).await? {
                    self.abort(&path, &id).await?;
                }
            }
        }
        Ok(self.ctx.forget_upload(&row.row_id).await?)
    }

    async fn abort(&self, path: &Path, id: &str) -> Result<(), Trouble> {
        let id = id.to_owned();
        let abort = async {
            match self.store.abort_multipart(path, &id).await {
                Err(Error::NotFound { .. }) => Ok(()),
                other => other,
            }
        };
        self.call("abort", path.as_ref(), abort).await
    }
}
