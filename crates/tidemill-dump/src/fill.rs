//! Filling files: records of one partition become bytes in one spooled file per directory.

use crate::error::Trouble;
use crate::intent::{Intent, IntentObject};
use crate::key::{ObjectName, time_directory};
use crate::spool::{Spool, SpooledFile};
use crate::task::Task;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tidemill_log::{Page, RecordView};

/// Directories one delivery may have open at once; one more closes it.
const DIRECTORIES_MAX: usize = 32;

/// What is encoded of one partition since its last delivery: `from .. to`.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) partition: u32,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) count: u64,
    pub(crate) bytes: u64,
    full: bool,
    /// When its first record was encoded.
    begun_ms: Option<i64>,
    /// By directory; `None` is the directory of the file's creation time, not known before the cut. Where
    /// records have times of their own that is when the batch was begun: one directory never gets two files.
    files: BTreeMap<Option<String>, Open>,
}

#[derive(Debug)]
struct Open {
    spool: Spool,
    first: u64,
    last: u64,
    count: u64,
}

/// When a batch takes no more records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// Encoded bytes.
    pub(crate) bytes: u64,
    /// Number of the first record that does not belong to it.
    pub(crate) to: u64,
    /// When it begins if this is its first page, in milliseconds since the epoch.
    pub(crate) now_ms: i64,
}

/// A closed batch: the intent to write and the bytes to publish, in the same order.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) intent: Intent,
    pub(crate) files: Vec<SpooledFile>,
}

impl Batch {
    pub(crate) fn new(partition: u32, from: u64) -> Self {
        let files = BTreeMap::new();
        Self { partition, from, to: from, count: 0, bytes: 0, full: false, begun_ms: None, files }
    }

    /// Whether it takes no more records.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Encodes a page that starts at `to`, on a thread that may block. Stops at the bound.
    pub(crate) async fn append(
        mut self,
        page: Page,
        task: Arc<Task>,
        dir: Arc<Path>,
        bound: Bound,
    ) -> Result<Self, Trouble> {
        let work = move || {
            let mut encoded = Vec::new();
            let begun_ms = *self.begun_ms.get_or_insert(bound.now_ms);
            for record in page.records() {
                if self.full || record.sequence >= bound.to {
                    return Ok(self);
                }
                let directory = task
                    .record_time
                    .as_ref()
                    .map(|time| time_directory(task.depth, time.of(record.data).unwrap_or(begun_ms)));
                self.push(&record, directory, &task, &dir, bound.bytes, &mut encoded)?;
            }
            if !self.full {
                self.to = self.to.max(page.next.min(bound.to));
            }
            Ok::<_, io::Error>(self)
        };
        let done = tokio::task::spawn_blocking(work).await;
        Ok(done.map_err(|e| Trouble::Retry(format!("encoding: {e}")))??)
    }

    fn push(
        &mut self,
        record: &RecordView<'_>,
        directory: Option<String>,
        task: &Task,
        dir: &Path,
        bytes_max: u64,
        encoded: &mut Vec<u8>,
    ) -> io::Result<()> {
        if !self.files.contains_key(&directory) && self.files.len() >= DIRECTORIES_MAX {
            self.full = true;
            return Ok(());
        }
        encoded.clear();
        task.text.encode(record.data, encoded);
        let open = match self.files.entry(directory) {
            std::collections::btree_map::Entry::Occupied(open) => open.into_mut(),
            std::collections::btree_map::Entry::Vacant(room) => room.insert(Open {
                spool: Spool::create(dir, &task.id)?,
                first: record.sequence,
                last: record.sequence,
                count: 0,
            }),
        };
        open.spool.write(encoded)?;
        (open.last, open.count) = (record.sequence, open.count + 1);
        (self.to, self.count) = (record.sequence + 1, self.count + 1);
        self.bytes += encoded.len() as u64;
        self.full = self.bytes >= bytes_max;
        Ok(())
    }

    /// Closes it as files created at `cut_ms`, or when it was begun if records have times of their own.
    pub(crate) fn close(self, task: &Task, cut_ms: i64) -> io::Result<Closed> {
        let cut_ms = self.begun_ms.filter(|_| task.record_time.is_some()).unwrap_or(cut_ms);
        let cut_directory = time_directory(task.depth, cut_ms);
        let mut intent = Intent {
            incarnation: task.incarnation.to_string(),
            from: self.from,
            to: self.to,
            count: self.count,
            cut_ms,
            objects: Vec::with_capacity(self.files.len()),
        };
        let mut files = Vec::with_capacity(self.files.len());
        for (directory, open) in self.files {
            let name = ObjectName {
                prefix: &task.prefix,
                directory: directory.as_deref().unwrap_or(&cut_directory),
                stream: &task.stream_name,
                task_id: &task.id,
                partition: self.partition,
                first: open.first,
                last: open.last,
            };
            let file = open.spool.finish()?;
            intent.objects.push(IntentObject {
                key: name.key(),
                first: open.first,
                last: open.last,
                count: open.count,
                bytes: file.bytes,
                sha256: file.sha256.clone(),
            });
            files.push(file);
        }
        Ok(Closed { intent, files })
    }
}
