//! From one configuration to the next, without mixing them.
//!
//! A change is durable before the runner knows of it. The runner then first ends what was announced, under
//! the configuration it was announced under: old keys, old bucket, old delimiter. Only then it works by the
//! new one. If the task goes to another bucket, each chain of its ledger says so with a `move`, and the whole
//! ledger is copied into the new bucket, so that either bucket can be proven by itself.

use crate::commit::Ended;
use crate::error::Trouble;
use crate::ledger::Kind;
use crate::runner::Runner;
use crate::seal::Sealing;
use crate::task::Task;
use std::sync::Arc;
use tidemill_bucket::BucketError;

impl Runner {
    /// Finishes the previous configuration and goes over to `changed`.
    pub(crate) async fn change_to(&mut self, changed: Arc<Task>) -> Result<(), Trouble> {
        if let Err(trouble) = self.finish().await {
            self.may_give_up(trouble).await?;
        }
        self.note_move(&changed.bucket).await?;
        let moves = changed.bucket != self.task.bucket;
        if moves {
            self.seal_left_bucket().await?;
        }
        self.ctx.leave_previous(&self.owner, moves.then(|| self.task.bucket.clone())).await?;
        let mut changed = Task::clone(&changed);
        if moves {
            changed.origin = changed.origin.or_else(|| Some(self.task.bucket.clone()));
            self.head.clear();
            self.positions.values_mut().for_each(|position| position.sealed = 0);
        }
        self.flush_ms = changed.next_flush_ms(self.ctx.clock.now_ms());
        self.task = Arc::new(changed);
        self.changed = None;
        // Ends what giving up left, and brings the ledger into the bucket.
        self.finish().await
    }

    /// Passes if nothing announced can have been published, or if it went with its bucket: then its range is
    /// delivered anew. Else the outcome has to be learnt first.
    async fn may_give_up(&self, trouble: Trouble) -> Result<(), Trouble> {
        let Trouble::Retry(cause) = &trouble else { return Err(trouble) };
        let sent = self.ctx.intents(&self.task.id).await?.iter().any(|intent| intent.sent);
        if sent && !self.bucket_is_gone().await {
            return Err(trouble);
        }
        tracing::warn!(task = %self.task.id, %cause, "the previous configuration is left with nothing published");
        Ok(())
    }

    async fn bucket_is_gone(&self) -> bool {
        let open = self.ctx.buckets.open(&self.task.project, &self.task.bucket);
        let opened = self.ctx.within(self.ctx.config.call_timeout, open).await;
        matches!(opened, Some(Err(BucketError::Missing)))
    }

    /// Every chain says where its next entries deliver to; repeating it adds nothing.
    async fn note_move(&mut self, to: &str) -> Result<(), Trouble> {
        let partitions: Vec<u32> = self.positions.keys().copied().collect();
        for partition in partitions {
            let Some(position) = self.positions.get(&partition) else { continue };
            let Some(last) = self.ctx.last_entry(&self.task.id, position).await? else { continue };
            let now = match (last.kind, last.bucket) {
                (Kind::Move, Some(bucket)) => bucket,
                _ => self.task.bucket.clone(),
            };
            if now != to {
                let mut ended = Ended::new(Kind::Move, position.next, 0, vec![]);
                ended.bucket = Some(to.to_owned());
                self.commit(partition, ended).await?;
            }
        }
        Ok(())
    }

    /// The left bucket gets the end of its ledger if it can be reached; the new one gets all of it anyway.
    async fn seal_left_bucket(&mut self) -> Result<(), Trouble> {
        let sealed = match self.sink().await {
            Ok(sink) => {
                let (ctx, owner, task) = (&self.ctx, &self.owner, &*self.task);
                let sealing = Sealing { ctx, sink: &sink, owner, task, ended: true };
                sealing.seal(&mut self.positions, &mut self.head).await
            }
            Err(trouble) => Err(trouble),
        };
        match sealed {
            Err(Trouble::Fenced) => Err(Trouble::Fenced),
            Err(cause) => {
                tracing::warn!(task = %self.task.id, bucket = %self.task.bucket, %cause, "the left bucket lacks the end of its ledger");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}
