//! The records of a shard, put together of what each piece of work gave.

use super::record::{Fate, Record};

/// The records of a shard so far.
#[derive(Debug, Default)]
pub(super) struct Merged {
    records: Vec<Record>,
    /// The sample whose records are coming, and where they begin.
    now: Option<(usize, usize)>,
    /// It was dropped: nothing more of it counts.
    pub(super) is_dropped: bool,
}

impl Merged {
    /// Whether a record of the sample `index` is the first of it.
    pub(super) fn begin(&mut self, index: usize) -> bool {
        if self.now.is_some_and(|(now, _)| now == index) {
            return false;
        }
        (self.now, self.is_dropped) = (Some((index, self.records.len())), false);
        true
    }

    /// Adds a record of the sample that began last.
    pub(super) fn add(&mut self, record: Record) {
        if self.is_dropped {
            return;
        }
        if record.fate == Fate::Dropped {
            self.records.truncate(self.first());
            self.is_dropped = true;
        }
        self.records.push(record);
    }

    fn first(&self) -> usize {
        self.now.map_or(self.records.len(), |(_, first)| first)
    }

    pub(super) fn finish(self) -> Vec<Record> {
        self.records
    }
}
