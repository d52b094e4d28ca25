//! Group commit: all writes that wait share one transaction, each in a savepoint of its own.
//!
//! One task owns the writing connection, so there is never lock contention inside the process, and a
//! sync to disk is paid once for everything that waited, without a timer.

use super::statement::SqliteTx;
use super::store_error;
use crate::{Job, MetaError};
use futures::FutureExt;
use sqlx::{Connection, SqliteConnection};
use std::panic::AssertUnwindSafe;
use tokio::sync::{Mutex, mpsc, oneshot};

const WAITING_MAX: usize = 1024;
const GROUP_MAX: usize = 256;

struct Waiting {
    job: Job,
    answer: oneshot::Sender<Result<(), MetaError>>,
}

enum Order {
    Run(Waiting),
    Close,
}

/// The queue in front of the writing task.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Order>,
    task: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(connection: SqliteConnection) -> Self {
        let (queue, orders) = mpsc::channel(WAITING_MAX);
        let task = tokio::spawn(write_groups(connection, orders));
        Self { queue, task: Mutex::new(Some(task)) }
    }

    /// Runs a job and returns after its commit is durable.
    pub(super) async fn run(&self, job: Job) -> Result<(), MetaError> {
        let (answer, answered) = oneshot::channel();
        let closed = || MetaError::Store("the metadata store is closed".into());
        self.queue.send(Order::Run(Waiting { job, answer })).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Ends the task after everything queued before.
    pub(super) async fn close(&self) {
        let _ = self.queue.send(Order::Close).await;
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

async fn write_groups(mut connection: SqliteConnection, mut orders: mpsc::Receiver<Order>) {
    let mut open = true;
    while open {
        let Some(Order::Run(first)) = orders.recv().await else { break };
        let mut group = vec![first];
        while group.len() < GROUP_MAX {
            match orders.try_recv() {
                Ok(Order::Run(next)) => group.push(next),
                Ok(Order::Close) => {
                    open = false;
                    break;
                }
                Err(_) => break,
            }
        }
        metrics::histogram!("tidemill_meta_group_jobs").record(group.len() as f64);
        write_group(&mut connection, group).await;
    }
    let _ = connection.close().await;
}

/// Runs the jobs in one transaction; every answer waits for the commit.
async fn write_group(connection: &mut SqliteConnection, mut group: Vec<Waiting>) {
    let outcomes = match run_group(connection, &mut group).await {
        Ok(outcomes) => outcomes,
        Err(error) => vec![Err(error); group.len()],
    };
    for (waiting, outcome) in group.into_iter().zip(outcomes) {
        let _ = waiting.answer.send(outcome);
    }
}

/// One outcome a job, after the commit they share.
async fn run_group(
    connection: &mut SqliteConnection,
    group: &mut [Waiting],
) -> Result<Vec<Result<(), MetaError>>, MetaError> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let mut outcomes = Vec::with_capacity(group.len());
    for waiting in group {
        outcomes.push(run_job(&mut tx, &mut waiting.job).await?);
    }
    tx.commit().await.map_err(store_error)?;
    Ok(outcomes)
}

/// Runs one job in a savepoint. The outer error means that the whole transaction is lost.
async fn run_job(
    connection: &mut SqliteConnection,
    job: &mut Job,
) -> Result<Result<(), MetaError>, MetaError> {
    let mut savepoint = connection.begin().await.map_err(store_error)?;
    let ran = AssertUnwindSafe(job(&mut SqliteTx(&mut savepoint))).catch_unwind().await;
    let outcome = match ran {
        Ok(Ok(())) => {
            savepoint.commit().await.map_err(store_error)?;
            return Ok(Ok(()));
        }
        // The job keeps its own reason; this only marks the roll-back.
        Ok(Err(_)) => Err(MetaError::Store("rolled back".into())),
        Err(_) => Err(MetaError::Store("the transaction's closure panicked".into())),
    };
    savepoint.rollback().await.map_err(store_error)?;
    Ok(outcome)
}
