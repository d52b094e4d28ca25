//! Starting: what the metadata knows against what the log holds.

use crate::catalog::Catalog;
use crate::cursor::CursorKey;
use crate::group::Groups;
use crate::rows::from_rows;
use crate::stream::{Stream, StreamState};
use crate::streams::{Inner, Streams, StreamsConfig};
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tidemill_log::{LogError, LogStore};
use tidemill_meta::{Meta, MetaError, checkpoint, setting, stream as sql};
use tidemill_model::{Clock, Events, Incarnation, PartitionId};

/// Why the streams could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The metadata could not be read or written.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The record log could not be cleaned.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The operating system gives no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl Streams {
    /// Loads the catalog, removes half-made streams and compares every stream with the log.
    ///
    /// A stream whose records were lost is frozen and the reason logged: its numbers are never handed out
    /// again. Unfinished deletions go on in [`Streams::run`], after everyone registered with
    /// [`Streams::before_delete`]. What people may want to be told of goes to `events`.
    pub async fn open(
        meta: Meta,
        log: Arc<dyn LogStore>,
        clock: Clock,
        config: StreamsConfig,
        events: Events,
    ) -> Result<Self, OpenError> {
        let cursor_key = cursor_key(&meta).await?;
        let catalog = Catalog::default();
        let streams = Self(Arc::new(Inner {
            meta,
            log,
            config,
            catalog,
            cursor_key,
            events,
            opened_ms: clock.now_ms(),
            clock,
            moving_traffic: tokio::sync::RwLock::default(),
            traffic_forgotten_hour: AtomicI64::new(0),
            judged_minute: AtomicI64::new(0),
            quota_told_ms: Mutex::default(),
            groups: Groups::default(),
            ends: RwLock::default(),
        }));
        streams.load().await?;
        Ok(streams)
    }

    async fn load(&self) -> Result<(), OpenError> {
        let all = self.0.meta.read(|tx| Box::pin(sql::streams(tx))).await?;
        let in_log: HashMap<Incarnation, u32> = self.0.log.streams().await.into_iter().collect();
        for rows in all {
            let stream = from_rows(rows)?;
            match stream.state {
                StreamState::Creating => self.unmake(&stream).await?,
                _ => self.0.catalog.put(Arc::new(stream)),
            }
        }
        for stream in self.all().iter().filter(|s| s.state == StreamState::Running) {
            if let Some(reason) = missing(stream, &in_log) {
                self.freeze(&stream.id, &reason);
            }
        }
        let known: Vec<Incarnation> = self.all().iter().map(|s| s.incarnation).collect();
        for incarnation in in_log.keys().filter(|i| !known.contains(i)) {
            tracing::warn!(%incarnation, "the log holds a stream that the metadata does not know; it is kept");
        }
        self.freeze_cut_off().await
    }

    /// A crash cut its creation off: nobody was told that it exists.
    async fn unmake(&self, stream: &Stream) -> Result<(), OpenError> {
        tracing::info!(stream = %stream.name, "removing a stream whose creation was cut off");
        self.0.log.delete_stream(stream.incarnation).await?;
        Ok(self.forget(&stream.id).await?)
    }

    /// Freezes streams whose log ends below a checkpoint: it lost its tail.
    async fn freeze_cut_off(&self) -> Result<(), OpenError> {
        let committed = self.0.meta.read(|tx| Box::pin(checkpoint::largest_committed(tx))).await?;
        for (id, row) in committed {
            let Some(stream) = self.by_id(&id).filter(|s| s.state == StreamState::Running) else { continue };
            let partition = PartitionId(row.partition);
            let next = self.bounds(&stream, partition).map_or(0, |bounds| bounds.next);
            if row.sequence > next {
                let reason =
                    format!("{partition} ends at {next}, but {} was committed as read", row.sequence);
                self.freeze(&id, &reason);
            }
        }
        Ok(())
    }

    /// Refuses reads and writes of a stream until the next start, because its records do not fit what is
    /// known of them. The reason is logged.
    pub fn freeze(&self, id: &str, reason: &str) {
        let Some(stream) = self.by_id(id).filter(|s| s.state == StreamState::Running) else { return };
        tracing::error!(stream = %stream.name, id, reason, "stream frozen: its records do not fit the metadata");
        let frozen = Stream { state: StreamState::Frozen, ..Stream::clone(&stream) };
        self.0.catalog.put(Arc::new(frozen));
    }
}

fn missing(stream: &Stream, in_log: &HashMap<Incarnation, u32>) -> Option<String> {
    match in_log.get(&stream.incarnation) {
        None => Some("its incarnation is not in the log".into()),
        Some(count) if (*count as usize) < stream.partitions.len() => {
            Some(format!("the log has {count} of its {} partitions", stream.partitions.len()))
        }
        Some(_) => None,
    }
}

/// The secret of this installation's cursors, made at the first start.
async fn cursor_key(meta: &Meta) -> Result<CursorKey, OpenError> {
    let mut fresh = [0u8; 32];
    getrandom::fill(&mut fresh)?;
    let fresh = hex(&fresh);
    let kept: String = meta
        .tx(move |tx| {
            let fresh = fresh.clone();
            Box::pin(async move { setting::setting_or_insert(tx, "stream.cursor_key", &fresh).await })
        })
        .await
        .map_err(|e: MetaError| e)?;
    let wrong = || MetaError::Unexpected("setting stream.cursor_key is not 64 hexadecimal digits".into());
    Ok(CursorKey::new(&unhex(&kept).ok_or_else(wrong)?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0u8; 32];
    for (index, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    (text.len() == 64).then_some(out)
}
