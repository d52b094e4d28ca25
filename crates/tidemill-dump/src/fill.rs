//! Filling files: records of one partition become bytes in one spooled file per directory.

use crate::error::Trouble;
use crate::intent::{Intent, IntentObject};
use crate::key::{ObjectName, time_directory};
use crate::spool::{Spool, SpooledFile};
use crate::task::Task;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tidemill_log::Page;

/// Files one delivery may have open at once; one more closes it.
const FILES_MAX: usize = 32;

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
    files: BTreeMap<Place, Open>,
}

/// Where a record goes. Each place of a delivery is one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A directory; `None` is the one of the file's creation time, not known before the cut. Where records
    /// have times of their own that is when the batch was begun: one directory never gets two files.
    Data(Option<String>),
    /// The error directory.
    Error,
}

#[derive(Debug)]
struct Open {
    spool: Spool,
    first: u64,
    last: u64,
    count: u64,
    /// In the error directory: why the first record could not be encoded.
    error: Option<String>,
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
            let mut unpacked = Vec::new();
            let begun_ms = *self.begun_ms.get_or_insert(bound.now_ms);
            for record in page.records() {
                if self.full || record.sequence >= bound.to {
                    return Ok(self);
                }
                let (place, payload) = match task.payload(record.data, &mut unpacked) {
                    Ok(payload) => (Ok(task.directory(payload, begun_ms)), payload),
                    Err(reason) => (Err(reason), record.data),
                };
                self.push(record.sequence, payload, place, &task, &dir)?;
                self.full |= self.bytes >= bound.bytes;
            }
            if !self.full {
                self.to = self.to.max(page.next.min(bound.to));
            }
            Ok::<_, io::Error>(self)
        };
        let done = tokio::task::spawn_blocking(work).await;
        Ok(done.map_err(|e| Trouble::Retry(format!("encoding: {e}")))??)
    }

    /// Adds a record to the file of its directory, or to the error file with the reason.
    fn push(
        &mut self,
        sequence: u64,
        payload: &[u8],
        place: Result<Option<String>, String>,
        task: &Task,
        dir: &Path,
    ) -> io::Result<()> {
        let (place, error) = match place {
            Ok(directory) => (Place::Data(directory), None),
            Err(reason) => (Place::Error, Some(format!("record {sequence}: {reason}"))),
        };
        if !self.files.contains_key(&place) && self.files.len() >= FILES_MAX {
            self.full = true;
            return Ok(());
        }
        let open = match self.files.entry(place) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(room) => {
                let spool = Spool::create(dir, &task.id)?;
                room.insert(Open { spool, first: sequence, last: sequence, count: 0, error })
            }
        };
        open.spool.write(payload)?;
        open.spool.write(task.text.delimiter())?;
        (open.last, open.count) = (sequence, open.count + 1);
        (self.to, self.count) = (sequence + 1, self.count + 1);
        self.bytes += (payload.len() + task.text.delimiter().len()) as u64;
        Ok(())
    }

    /// Closes it as files created at `cut_ms`, or when it was begun if records have times of their own.
    pub(crate) fn close(self, task: &Task, cut_ms: i64) -> io::Result<Closed> {
        let cut_ms = self.begun_ms.filter(|_| task.record_time.is_some()).unwrap_or(cut_ms);
        let cut_directory = time_directory(task.depth, cut_ms);
        let mut closed = Vec::with_capacity(self.files.len());
        for (place, open) in self.files {
            let directory = match &place {
                Place::Data(Some(directory)) => directory,
                Place::Data(None) | Place::Error => &cut_directory,
            };
            let name = ObjectName {
                prefix: &task.prefix,
                error: place == Place::Error,
                directory,
                stream: &task.stream_name,
                task_id: &task.id,
                partition: self.partition,
                first: open.first,
                last: open.last,
            };
            closed.push(open.close(name.key())?);
        }
        closed.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
        let (objects, files) = closed.into_iter().unzip();
        let intent = Intent {
            incarnation: task.incarnation.to_string(),
            from: self.from,
            to: self.to,
            count: self.count,
            cut_ms,
            objects,
        };
        Ok(Closed { intent, files })
    }
}

impl Open {
    /// The finished file and what is announced of it.
    fn close(self, key: String) -> io::Result<(IntentObject, SpooledFile)> {
        let file = self.spool.finish()?;
        let object = IntentObject {
            key,
            first: self.first,
            last: self.last,
            count: self.count,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            error: self.error,
        };
        Ok((object, file))
    }
}
