//! Tables as objects: written whole, never changed.

use super::column::numbers;
use super::row::{PROPERTY, SCHEMA, from_batch, to_batch};
use super::{Engine, EngineError, Row};
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::ipc::reader::FileReader;
use datafusion::arrow::ipc::writer::FileWriter;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::io::Cursor;

impl Engine {
    /// The bucket of artefacts.
    pub(crate) fn store(&self) -> &dyn ObjectStore {
        &*self.store
    }

    /// Writes rows as one table.
    pub(crate) async fn write(&self, key: &str, rows: &[Row]) -> Result<(), EngineError> {
        self.put(key, &SCHEMA, &[to_batch(rows)?]).await
    }

    /// The rows of one table, as they were written.
    pub(crate) async fn read(&self, key: &str) -> Result<Vec<Row>, EngineError> {
        let mut rows = Vec::new();
        for batch in self.batches(key, None).await? {
            rows.extend(from_batch(&batch)?);
        }
        Ok(rows)
    }

    /// The properties of the rows of one table.
    pub(super) async fn properties(&self, key: &str) -> Result<Vec<i64>, EngineError> {
        let mut properties = Vec::new();
        for batch in self.batches(key, Some(vec![PROPERTY])).await? {
            properties.extend(numbers(batch.columns(), 0)?.values());
        }
        Ok(properties)
    }

    pub(super) async fn put(
        &self,
        key: &str,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<(), EngineError> {
        let mut file = FileWriter::try_new(Vec::new(), schema)?;
        for batch in batches {
            file.write(batch)?;
        }
        self.store.put(&Path::from(key), Bytes::from(file.into_inner()?).into()).await?;
        Ok(())
    }

    pub(super) async fn batches(
        &self,
        key: &str,
        columns: Option<Vec<usize>>,
    ) -> Result<Vec<RecordBatch>, EngineError> {
        let bytes = self.store.get(&Path::from(key)).await?.bytes().await?;
        Ok(FileReader::try_new(Cursor::new(bytes), columns)?.collect::<Result<_, _>>()?)
    }

    /// Removes everything below `prefix`, except the keys that `keep` names.
    pub(crate) async fn remove_below(&self, prefix: &str, keep: &[String]) -> Result<(), EngineError> {
        let listed = self.store.list(Some(&Path::from(prefix)));
        let gone = listed.map_ok(|meta| meta.location).try_filter(|path| {
            let kept = keep.iter().any(|key| key == path.as_ref());
            futures::future::ready(!kept)
        });
        // Listed as a whole first: a listing under way does not have to see deletions.
        let gone: Vec<_> = gone.try_collect().await?;
        let gone = futures::stream::iter(gone).map(Ok).boxed();
        self.store.delete_stream(gone).try_for_each(|_| futures::future::ok(())).await?;
        Ok(())
    }
}
