//! The disk engine keeps the contract.

use async_trait::async_trait;
use std::path::PathBuf;
use std::sync::Arc;
use tidemill_log::{DiskLog, DiskLogConfig, LogStore, suite};
use tidemill_model::Clock;

struct Disk {
    clock: Clock,
    dir: PathBuf,
    config: DiskLogConfig,
}

#[async_trait]
impl suite::Backend for Disk {
    fn clock(&self) -> &Clock {
        &self.clock
    }
    async fn open(&self) -> Arc<dyn LogStore> {
        Arc::new(DiskLog::open(&self.dir, self.config.clone(), self.clock.clone()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_holds() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_700_000_000_000);
    suite::all(&Disk { clock, dir: dir.path().to_owned(), config: DiskLogConfig::tiny() }).await;
}
