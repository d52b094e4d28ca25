//! Tables of decisions over the whole run, cut so that every shard reads only its own.

use super::column::numbers;
use super::row::SCHEMA;
use super::verdict::{self, DECIDED, Decided, VERDICTS};
use super::{Engine, EngineError};
use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::prelude::col;
use futures::{Stream, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::pin::pin;
use std::sync::{Arc, LazyLock};

/// What one shard gets.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    /// The key of its table.
    pub(crate) key: String,
    /// The first number that is not its own: all of earlier shards are smaller.
    pub(crate) end: i64,
}

/// What samples were compared with.
#[derive(Clone, Debug)]
pub(crate) enum Others {
    /// Samples in the rows of these tables.
    Samples(Vec<String>),
    /// These paths, by their places.
    Paths(Vec<String>),
}

static OTHERS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("ordinal", DataType::Int64, false),
        Field::new("origin", DataType::Utf8, false),
    ]))
});

impl Engine {
    /// Whether all shares are written: they are written one after the other.
    pub(crate) async fn is_shared(&self, shares: &[Share]) -> Result<bool, EngineError> {
        let Some(last) = shares.last() else { return Ok(true) };
        match self.store.head(&Path::from(last.key.as_str())).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives every shard the verdicts in `parts` on its samples, with the paths of what these were compared with.
    pub(crate) async fn share_verdicts(
        &self,
        parts: &[String],
        others: Others,
        shares: &[Share],
    ) -> Result<(), EngineError> {
        let others = self.others(others).await?;
        let others = others.select(vec![col("ordinal"), col("origin").alias("compared_with")])?;
        let verdicts = self.table(parts, &VERDICTS).await?;
        let joined = verdicts.join(others, JoinType::Left, &["other"], &["ordinal"], None)?;
        let columns: Vec<_> = DECIDED.fields().iter().map(|field| col(field.name())).collect();
        let sorted = joined.select(columns)?.sort(vec![col("number").sort(true, false)])?;
        self.share(sorted.execute_stream().await?, &DECIDED, shares).await
    }

    /// The decided samples of a share.
    pub(crate) async fn decided(&self, key: &str) -> Result<Vec<Decided>, EngineError> {
        let mut decided = Vec::new();
        for batch in self.batches(key, None).await? {
            decided.extend(verdict::from_batch(&batch)?);
        }
        Ok(decided)
    }

    async fn others(&self, others: Others) -> Result<DataFrame, EngineError> {
        match others {
            Others::Samples(tables) => self.table(&tables, &SCHEMA).await,
            Others::Paths(paths) => {
                let places = Int64Array::from_iter_values((0..).take(paths.len()));
                let paths = StringArray::from_iter_values(paths);
                let batch = RecordBatch::try_new(OTHERS.clone(), vec![Arc::new(places), Arc::new(paths)])?;
                Ok(self.session.read_batch(batch)?)
            }
        }
    }

    /// Cuts `rows`, which are sorted by the number in their first column, into the tables of shards.
    pub(super) async fn share(
        &self,
        rows: impl Stream<Item = Result<RecordBatch, DataFusionError>>,
        schema: &SchemaRef,
        shares: &[Share],
    ) -> Result<(), EngineError> {
        let mut rows = pin!(rows);
        let (mut shares, mut own) = (shares.iter().peekable(), Vec::new());
        while let Some(batch) = rows.try_next().await? {
            let mut rest = RecordBatch::try_new(schema.clone(), batch.columns().to_vec())?;
            while let Some(last) = rest.num_rows().checked_sub(1) {
                let share = shares
                    .peek()
                    .ok_or_else(|| EngineError::damaged("a decision on a sample of no shard"))?;
                let found = numbers(rest.columns(), 0)?.values();
                let count = found.partition_point(|number| *number < share.end);
                own.push(rest.slice(0, count));
                if count > last {
                    break;
                }
                rest = rest.slice(count, rest.num_rows() - count);
                self.put(&share.key, schema, &own).await?;
                own.clear();
                shares.next();
            }
        }
        for share in shares {
            self.put(&share.key, schema, &own).await?;
            own.clear();
        }
        Ok(())
    }
}
