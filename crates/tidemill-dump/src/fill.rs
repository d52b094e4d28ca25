//! Filling files: records of one partition become bytes in one spooled file per directory.

use crate::encode::Encoding;
use crate::error::Trouble;
use crate::intent::{Intent, IntentObject};
use crate::key::{ObjectName, time_directory};
use crate::spool::SpooledFile;
use crate::task::{Room, Task};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tidemill_log::{Page, RecordView};

/// Files one delivery may have open at once; one more closes it.
const FILES_MAX: usize = 32;

/// What is encoded of one partition since its last delivery: `from .. to`.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) partition: u32,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) count: u64,
    /// Bytes of the files so far.
    bytes: u64,
    /// Bytes they take on disk.
    pub(crate) spooled: u64,
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

/// A record on its way into a file.
struct Item<'a> {
    place: Place,
    payload: &'a [u8],
    /// What it takes as columns.
    column_bytes: usize,
    /// Why it could not be encoded.
    error: Option<String>,
}

impl<'a> Item<'a> {
    /// What becomes of a record. `begun_ms`: the time of one that has none, where records go by their own.
    fn of(record: &RecordView<'a>, task: &Task, begun_ms: i64, room: &'a mut Room) -> Self {
        match task.payload(record.data, room) {
            Ok((payload, column_bytes)) => {
                let place = Place::Data(task.directory(payload, begun_ms));
                Self { place, payload, column_bytes, error: None }
            }
            Err(reason) => {
                let error = Some(format!("record {}: {reason}", record.sequence));
                Self { place: Place::Error, payload: record.data, column_bytes: 0, error }
            }
        }
    }
}

#[derive(Debug)]
struct Open {
    file: Encoding,
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
        Self { partition, from, to: from, count: 0, bytes: 0, spooled: 0, full: false, begun_ms: None, files }
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
            let mut room = task.room();
            let begun_ms = *self.begun_ms.get_or_insert(bound.now_ms);
            for record in page.records() {
                if self.full || record.sequence >= bound.to {
                    return Ok(self);
                }
                let item = Item::of(&record, &task, begun_ms, &mut room);
                self.push(record.sequence, item, &task, &dir)?;
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

    fn push(&mut self, sequence: u64, item: Item<'_>, task: &Task, dir: &Arc<Path>) -> io::Result<()> {
        if !self.files.contains_key(&item.place) && self.files.len() >= FILES_MAX {
            self.full = true;
            return Ok(());
        }
        let open = match self.files.entry(item.place) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(room) => {
                let columns = task.columns.as_ref().filter(|_| *room.key() != Place::Error);
                let file = Encoding::create(columns, dir, &task.id)?;
                room.insert(Open { file, first: sequence, last: sequence, count: 0, error: item.error })
            }
        };
        let (encoded, spooled) = (open.file.encoded(), open.file.spooled());
        open.file.write(item.payload, task.text.delimiter(), item.column_bytes)?;
        self.bytes += open.file.encoded() - encoded;
        self.spooled = self.spooled + open.file.spooled() - spooled;
        (open.last, open.count) = (sequence, open.count + 1);
        (self.to, self.count) = (sequence + 1, self.count + 1);
        Ok(())
    }

    /// Closes it as files created at `cut_ms`, or when it was begun if records have times of their own.
    pub(crate) fn close(self, task: &Task, cut_ms: i64) -> io::Result<Closed> {
        let cut_ms = self.begun_ms.filter(|_| task.record_time.is_some()).unwrap_or(cut_ms);
        let cut_directory = time_directory(task.depth, cut_ms);
        let mut closed = Vec::with_capacity(self.files.len());
        for (place, open) in self.files {
            let key = open.key(&place, &cut_directory, self.partition, task);
            closed.push(open.close(key)?);
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
    fn key(&self, place: &Place, cut_directory: &str, partition: u32, task: &Task) -> String {
        let name = ObjectName {
            prefix: &task.prefix,
            error: *place == Place::Error,
            directory: match place {
                Place::Data(Some(directory)) => directory,
                Place::Data(None) | Place::Error => cut_directory,
            },
            stream: &task.stream_name,
            task_id: &task.id,
            partition,
            first: self.first,
            last: self.last,
            extension: self.file.extension(),
        };
        name.key()
    }

    /// The finished file and what is announced of it.
    fn close(self, key: String) -> io::Result<(IntentObject, SpooledFile)> {
        let file = self.file.finish()?;
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
