//! Metadata behind a gate: writes only, because reads change nothing.

use super::Gate;
use async_trait::async_trait;
use parking_lot::Mutex;
use std::sync::Arc;
use tidemill_meta::{Job, Meta, MetaError, MetaStore};

pub(crate) struct GatedMeta {
    meta: Meta,
    gate: Arc<Gate>,
}

impl GatedMeta {
    pub(crate) fn over(meta: Meta, gate: Arc<Gate>) -> Meta {
        Meta::new(Arc::new(Self { meta, gate }))
    }
}

fn failed() -> MetaError {
    MetaError::Store("failed on purpose".into())
}

#[async_trait]
impl MetaStore for GatedMeta {
    async fn write(&self, job: Job) -> Result<(), MetaError> {
        let job = Arc::new(Mutex::new(job));
        let write = self.meta.tx(move |tx| {
            let running = (job.lock())(tx);
            Box::pin(async move { running.await.map_err(|_| failed()) })
        });
        self.gate.pass("meta", write).await.unwrap_or_else(|| Err(failed()))
    }

    async fn read(&self, job: Job) -> Result<(), MetaError> {
        let job = Arc::new(Mutex::new(job));
        self.meta
            .read(move |tx| {
                let running = (job.lock())(tx);
                Box::pin(async move { running.await.map_err(|_| failed()) })
            })
            .await
    }

    async fn close(&self) {}
}
