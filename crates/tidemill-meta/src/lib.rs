//! Metadata: one store of small rows behind short transactions.
//!
//! Every write goes through [`Meta::tx`], every read through [`Meta::read`]. The functions of the area
//! modules hold all SQL of the project, once for every backend: `$n` parameters, ON CONFLICT, RETURNING,
//! BIGINT and TEXT only. A backend ([`MetaStore`]) only runs statements.

pub mod agency;
pub mod app;
pub mod checkpoint;
pub mod dataset;
pub mod dump;
pub mod identity;
mod macros;
pub mod notify;
pub mod object;
pub mod processing;
pub mod setting;
pub mod sqlite;
pub mod stream;
pub mod stream_tag;
pub mod suite;
pub mod traffic;
mod value;

pub use value::{Row, Value};

use async_trait::async_trait;
use futures::future::BoxFuture;
use std::sync::{Arc, Mutex};

/// Why the metadata could not be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MetaError {
    /// The store failed: disk, lock, damaged file.
    #[error("the metadata store failed: {0}")]
    Store(String),
    /// A stored row is not what this version writes.
    #[error("unexpected metadata: {0}")]
    Unexpected(String),
    /// The directory was written by a newer version.
    #[error("{0}")]
    TooNew(String),
}

/// A transaction under way.
#[async_trait]
pub trait Tx: Send {
    /// Runs a statement; the number of rows it changed.
    async fn execute(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64, MetaError>;
    /// Runs a statement and returns its rows, `RETURNING` included.
    async fn query(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, MetaError>;
    /// The same for a statement that was put together, from texts of ours only: values are in `args`.
    async fn query_built(&mut self, sql: String, args: Vec<Value>) -> Result<Vec<Row>, MetaError>;
}

/// The closure of a transaction, its result kept aside. `Err` rolls back.
pub type Job = Box<dyn for<'t> FnMut(&'t mut dyn Tx) -> BoxFuture<'t, Result<(), Aborted>> + Send>;

/// The closure asked for a roll-back; its reason is kept with its result.
#[derive(Debug)]
pub struct Aborted;

/// What a backend does: run closures in transactions.
#[async_trait]
pub trait MetaStore: Send + Sync + 'static {
    /// Runs `job` in a serialisable transaction and returns after its commit is durable. The backend may
    /// run it again after a conflict and may share one commit among several callers; a job that aborts
    /// leaves no trace and does not touch its neighbours.
    async fn write(&self, job: Job) -> Result<(), MetaError>;
    /// Runs `job` on one snapshot. It must not write.
    async fn read(&self, job: Job) -> Result<(), MetaError>;
    /// Ends all connections after the queued work is done.
    async fn close(&self);
}

/// A shared handle on the metadata.
#[derive(Clone)]
pub struct Meta(Arc<dyn MetaStore>);

impl std::fmt::Debug for Meta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meta")
    }
}

impl Meta {
    /// A handle on a backend.
    pub fn new(store: Arc<dyn MetaStore>) -> Self {
        Self(store)
    }

    /// Runs `work` in a transaction; what it wrote is durable when this returns `Ok`.
    ///
    /// An `Err` of `work` rolls everything back. `work` may run twice, so it has no other effect.
    pub async fn tx<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<MetaError> + Send + 'static,
        F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (job, result) = job_of(work);
        let stored = self.0.write(job).await;
        take(stored, &result)
    }

    /// Runs `work` on one snapshot.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<MetaError> + Send + 'static,
        F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (job, result) = job_of(work);
        let stored = self.0.read(job).await;
        take(stored, &result)
    }

    /// Asks the store for nothing; fails if it does not answer.
    pub async fn check(&self) -> Result<(), MetaError> {
        self.read(|tx| Box::pin(async { tx.query("SELECT 1", vec![]).await.map(drop) })).await
    }

    /// Ends all connections after the queued work is done.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

type Kept<T, E> = Arc<Mutex<Option<Result<T, E>>>>;

fn job_of<T, E, F>(work: F) -> (Job, Kept<T, E>)
where
    T: Send + 'static,
    E: Send + 'static,
    F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    let kept: Kept<T, E> = Arc::default();
    let out = kept.clone();
    let job: Job = Box::new(move |tx| {
        let running = work(tx);
        let out = out.clone();
        Box::pin(async move {
            let result = running.await;
            let ok = result.is_ok();
            if let Ok(mut slot) = out.lock() {
                *slot = Some(result);
            }
            if ok { Ok(()) } else { Err(Aborted) }
        })
    });
    (job, kept)
}

fn take<T, E: From<MetaError>>(stored: Result<(), MetaError>, kept: &Kept<T, E>) -> Result<T, E> {
    let result = kept.lock().ok().and_then(|mut slot| slot.take());
    match (stored, result) {
        (Ok(()), Some(result)) => result,
        (Err(error), Some(Ok(_)) | None) => Err(error.into()),
        (Err(_), Some(Err(error))) => Err(error),
        (Ok(()), None) => Err(MetaError::Store("the transaction ended without a result".into()).into()),
    }
}
