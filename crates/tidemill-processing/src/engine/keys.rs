//! Tables of keys, and which keys of some are not in others.

use super::column::{numbers, texts};
use super::{Engine, EngineError};
use datafusion::arrow::array::{RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::prelude::{col, lit};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use std::sync::{Arc, LazyLock};

/// Keys in one table, which lie in memory until it is written: at most 1 KiB each.
const TABLE: usize = 4096;

static SCHEMA: LazyLock<SchemaRef> =
    LazyLock::new(|| Arc::new(Schema::new(vec![Field::new("key", DataType::Utf8, false)])));

/// Any number of keys on their way into tables.
pub(crate) struct Keys {
    engine: Engine,
    directory: String,
    written: KeyTables,
    waiting: Vec<String>,
}

/// Tables of keys, and how many they hold: a query takes a table that is gone for an empty one.
#[derive(Debug, Default)]
pub(crate) struct KeyTables {
    tables: Vec<String>,
    count: usize,
}

impl Keys {
    /// Adds a key; more than once if it is added again.
    pub(crate) async fn add(&mut self, key: String) -> Result<(), EngineError> {
        self.waiting.push(key);
        if self.waiting.len() >= TABLE { self.write().await } else { Ok(()) }
    }

    /// The tables that hold all of them.
    pub(crate) async fn finish(mut self) -> Result<KeyTables, EngineError> {
        if !self.waiting.is_empty() {
            self.write().await?;
        }
        Ok(self.written)
    }

    async fn write(&mut self) -> Result<(), EngineError> {
        let written = &mut self.written;
        let table = format!("{}/{:06}.arrow", self.directory, written.tables.len());
        let column = StringArray::from_iter_values(&self.waiting);
        let rows = RecordBatch::try_new(SCHEMA.clone(), vec![Arc::new(column)])?;
        self.engine.put(&table, &SCHEMA, &[rows]).await?;
        written.tables.push(table);
        written.count += self.waiting.len();
        self.waiting.clear();
        Ok(())
    }
}

impl Engine {
    /// No keys yet; their tables will lie in `directory`.
    pub(crate) fn keys(&self, directory: String) -> Keys {
        Keys { engine: self.clone(), directory, written: KeyTables::default(), waiting: Vec::new() }
    }

    /// The keys of some tables that are in none of the others, in order, a batch at a time. All of them are sorted
    /// together, as two sorts, or a join, would each keep some of the memory to themselves.
    ///
    /// # Errors
    /// [`EngineError::Damaged`], before any key, if some of either are gone.
    pub(crate) async fn keys_without(
        &self,
        keys: &KeyTables,
        others: &KeyTables,
    ) -> Result<BoxStream<'static, Result<Vec<String>, EngineError>>, EngineError> {
        let of = async |keys: &KeyTables, is_other: i64| {
            let all = self.table(&keys.tables, &SCHEMA).await?;
            let found = all.clone().count().await?;
            if found != keys.count {
                return Err(EngineError::Damaged(format!("{found} of {} keys are there", keys.count)));
            }
            Ok(all.select(vec![col("key"), lit(is_other).alias("is_other")])?)
        };
        let all = of(keys, 0).await?.union(of(others, 1).await?)?;
        // The other of two equal keys comes first.
        let sorted = all.sort(vec![col("key").sort(true, false), col("is_other").sort(false, false)])?;
        let batches = sorted.execute_stream().await?.map_err(EngineError::from);
        let mut last = None;
        let left = batches.map(move |batch| without_others(&batch?, &mut last));
        Ok(left.boxed())
    }
}

/// The keys of a batch that are in no other table; `last` is the last key of another one.
fn without_others(batch: &RecordBatch, last: &mut Option<String>) -> Result<Vec<String>, EngineError> {
    let (keys, is_other) = (texts(batch.columns(), 0)?, numbers(batch.columns(), 1)?);
    let mut left = Vec::new();
    for n in 0..batch.num_rows() {
        let key = keys.value(n);
        if is_other.value(n) == 1 {
            *last = Some(key.to_owned());
        } else if last.as_deref() != Some(key) {
            left.push(key.to_owned());
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::super::tests::store;
    use super::*;

    async fn tables(engine: &Engine, name: &str, keys: impl Iterator<Item = String>) -> KeyTables {
        let mut tables = engine.keys(name.to_owned());
        for key in keys {
            tables.add(key).await.unwrap();
        }
        tables.finish().await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn more_keys_than_memory_are_told_from_others() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path()).await;
        let key = |n: usize| format!("{n:07}/{}", "x".repeat(900));
        for threads in [1, 8] {
            let spill = dir.path().join("spill");
            let engine = Engine::new(store.clone(), threads, 0, spill).unwrap();
            let all = tables(&engine, "all", (0..100_000).map(key)).await;
            // Each twice, and some that are not among all.
            let twice = (0..200_000).filter(|n| n % 10 == 3).flat_map(|n| [key(n), key(n)]);
            let others = tables(&engine, "others", twice).await;
            let none = tables(&engine, "none", std::iter::empty()).await;
            for (others, expected) in [
                (&others, (0..100_000).filter(|n| n % 10 != 3).collect::<Vec<_>>()),
                (&none, (0..100_000).collect()),
            ] {
                let batches: Vec<_> =
                    engine.keys_without(&all, others).await.unwrap().try_collect().await.unwrap();
                let most = batches.iter().map(Vec::len).max().unwrap();
                assert!(batches.len() > 1 && most <= 8192, "{} of at most {most}", batches.len());
                assert!(batches.into_iter().flatten().eq(expected.into_iter().map(key)));
            }
            let nothing: Vec<_> =
                engine.keys_without(&none, &all).await.unwrap().try_collect().await.unwrap();
            assert_eq!(nothing.concat(), Vec::<String>::new());
            assert_eq!(engine.session.runtime_env().memory_pool.reserved(), 0);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_table_that_is_gone_is_not_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::new(store(dir.path()).await, 2, 0, dir.path().join("spill")).unwrap();
        let (all, others) = (0..6000, 1000..2000);
        let all = tables(&engine, "all", all.map(|n| n.to_string())).await;
        let others = tables(&engine, "others", others.map(|n| n.to_string())).await;
        let left = engine.keys_without(&all, &others).await.unwrap();
        assert_eq!(left.try_collect::<Vec<_>>().await.unwrap().concat().len(), 5000);
        engine.remove_below("others", &[]).await.unwrap();
        let refused = engine.keys_without(&all, &others).await.map(|_| ()).unwrap_err();
        assert!(refused.to_string().contains("0 of 1000 keys"), "{refused}");
    }
}
