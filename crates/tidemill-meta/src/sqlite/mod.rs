//! SQLite in the data directory: one writing connection with group commit, a few reading ones.

mod statement;
mod writer;

use crate::{Job, Meta, MetaError, MetaStore};
use async_trait::async_trait;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, SqliteConnection};
use statement::SqliteTx;
use std::path::Path;
use std::sync::Arc;
use writer::Writer;

const READERS_MAX: u32 = 4;

/// The SQLite backend.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens or makes the database at `file` and brings its schema up to date.
    ///
    /// A schema newer than this program's is refused with [`MetaError::TooNew`].
    pub async fn open(file: &Path) -> Result<Meta, MetaError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(10));
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(store_error)?;
        migrate(&mut connection).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .min_connections(0)
            .connect_lazy_with(options.read_only(true));
        Ok(Meta::new(Arc::new(Self { writer: Writer::start(connection), readers })))
    }
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), MetaError> {
    sqlx::migrate!("./migrations").run(connection).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::VersionMissing(version) => MetaError::TooNew(format!(
            "the metadata has schema version {version}, which this program does not know: use the newer program"
        )),
        other => MetaError::Store(format!("schema migration: {other}")),
    })
}

fn store_error(error: sqlx::Error) -> MetaError {
    MetaError::Store(error.to_string())
}

#[async_trait]
impl MetaStore for SqliteStore {
    async fn write(&self, job: Job) -> Result<(), MetaError> {
        self.writer.run(job).await
    }

    async fn read(&self, mut job: Job) -> Result<(), MetaError> {
        let readers = self.readers.clone();
        // On a task of its own. A caller that nobody polls for a while, as one of several in a stream may be, would
        // keep its connection meanwhile; a few of them would keep all, and whoever should poll them might wait for one.
        let read = tokio::spawn(async move {
            let mut snapshot = readers.begin().await.map_err(store_error)?;
            let _ = job(&mut SqliteTx(&mut snapshot)).await;
            snapshot.rollback().await.map_err(store_error)
        });
        read.await.map_err(|error| MetaError::Store(error.to_string()))?
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}
