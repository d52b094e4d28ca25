//! The memory backend keeps the contract.

use async_trait::async_trait;
use std::sync::Arc;
use tidemill_log::{LogStore, MemoryLog, suite};
use tidemill_model::Clock;

struct Memory {
    clock: Clock,
    log: MemoryLog,
}

#[async_trait]
impl suite::Backend for Memory {
    fn clock(&self) -> &Clock {
        &self.clock
    }
    async fn open(&self) -> Arc<dyn LogStore> {
        Arc::new(self.log.reopen())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_holds() {
    let clock = Clock::manual(1_700_000_000_000);
    suite::all(&Memory { log: MemoryLog::new(clock.clone()), clock }).await;
}
