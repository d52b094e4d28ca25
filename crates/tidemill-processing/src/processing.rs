//! The door: all processing tasks of the server.

use crate::config::ProcessingConfig;
use crate::context::{Context, read};
use crate::engine::{Engine, Pool};
use crate::error::OpenError;
use crate::run::{Slots, Taken, drive, end, sweep_all};
use crate::trial::GeneratorTrial;
use std::sync::Arc;
use tidemill_dataset::Datasets;
use tidemill_embedding::Embedder;
use tidemill_meta::MetaError;
use tidemill_meta::processing::{self, Ended, RunRow};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// All processing tasks. Cheap to clone.
#[derive(Clone)]
pub struct Processing(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ctx: Arc<Context>,
    pub(crate) slots: Slots,
    /// Removal of what deleted runs left.
    pub(crate) sweeps: TaskTracker,
    /// Held by the one that removes.
    sweeping: Arc<Mutex<()>>,
    pub(crate) stop: CancellationToken,
}

impl std::fmt::Debug for Processing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Processing")
    }
}

impl Processing {
    /// Opens the tasks: runs that have not ended go on where they were, and what deleted runs left is removed.
    /// Metadata, buckets, artefacts and time are those of `datasets`; `embedder` is what operators on all samples
    /// compare with, and `trial` tries the generators that users bring.
    pub async fn open(
        datasets: Datasets,
        embedder: Arc<Embedder>,
        trial: Arc<dyn GeneratorTrial>,
        config: ProcessingConfig,
    ) -> Result<Self, OpenError> {
        let (meta, clock) = (datasets.meta().clone(), datasets.clock().clone());
        let (buckets, artefacts) = (datasets.buckets().clone(), datasets.artefacts().clone());
        let engine = Engine::new(artefacts, config.threads, config.query_bytes, config.spill.clone());
        let engine = engine.map_err(|e| OpenError::Engine(e.to_string()))?;
        let pool = Pool::new(config.threads, config.memory_bytes);
        let ctx = Arc::new(Context { meta, buckets, clock, config, engine, pool, embedder, trial, datasets });
        let processing = Self(Arc::new(Inner {
            ctx,
            slots: Slots::default(),
            sweeps: TaskTracker::new(),
            sweeping: Arc::default(),
            stop: CancellationToken::new(),
        }));
        processing.resume_all().await?;
        Ok(processing)
    }

    async fn resume_all(&self) -> Result<(), MetaError> {
        for row in read!(self.0.ctx.meta, |tx| processing::unfinished_runs(tx))? {
            let taken = self.0.slots.take(&row.run_id);
            self.start(row, taken);
        }
        self.sweep();
        Ok(())
    }

    /// Works on a run in the background.
    pub(crate) fn start(&self, row: RunRow, taken: Taken) {
        let (ctx, run_id) = (self.0.ctx.clone(), row.run_id.clone());
        let work = drive(ctx.clone(), row, taken.slot.clone());
        tokio::spawn(async move {
            // A panic of ours must not leave a run that seems to be at work.
            if let Err(error) = tokio::spawn(work).await {
                tracing::error!(run = run_id, %error, "a processing run broke off");
                if error.is_panic() {
                    end(&ctx, &run_id, broken_off(), &taken.slot).await;
                }
            }
            drop(taken);
        });
    }

    /// Removes what deleted runs left, in the background.
    pub(crate) fn sweep(&self) {
        let (ctx, stop, sweeping) = (self.0.ctx.clone(), self.0.stop.clone(), self.0.sweeping.clone());
        self.0.sweeps.spawn(async move {
            let sweep = async {
                let _alone = sweeping.lock().await;
                sweep_all(&ctx).await;
            };
            stop.run_until_cancelled(sweep).await;
        });
    }

    /// Stops every run where it is; they go on at the next start.
    pub async fn shutdown(&self) {
        self.0.stop.cancel();
        self.0.slots.cancel_all().await;
        self.0.sweeps.close();
        self.0.sweeps.wait().await;
    }
}

/// The end of a run that panicked.
fn broken_off() -> Ended {
    let why = "the run broke off inside of the server; its log says where".to_owned();
    Ended { status: 3, counters: None, error_msg: Some(why), result: None }
}
