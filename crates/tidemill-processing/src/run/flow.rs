//! Samples on their way through a shard: looked at, given memory in their order, worked on, in their order again.
//!
//! Memory is asked for before a picture is read, for all that the work on it needs. The order is what keeps this from
//! coming to a standstill: whoever waits for memory waits for samples before it, and those have theirs.

use super::objects::Unusable;
use super::record::{Picture, Record};
use super::shard::Worker;
use crate::engine::Held;
use crate::error::Trouble;
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use std::ops::Range;
use tidemill_vision::{DecodeError, DecodeLimits, Dimensions, dimensions};

/// The first bytes of a picture: the headers of nearly all, and all of a small one.
pub(super) const HEAD_BYTES: u64 = 256 << 10;

/// Decoded pictures that one piece of work holds at most: what came in, what goes out, and one in between.
const PICTURES_HELD: u64 = 3;

/// What is known of a picture before it is read.
#[derive(Clone, Debug)]
pub(crate) struct Peek {
    /// Its first bytes.
    pub(super) head: Bytes,
    /// Bytes of all of it.
    pub(super) size: u64,
}

impl Peek {
    /// All of it, if that is small.
    pub(crate) fn whole(&self) -> Option<Bytes> {
        (self.head.len() as u64 == self.size).then(|| self.head.clone())
    }

    /// Its size in pixels; `None` if it cannot be decoded, and `Err` if the header does not tell yet.
    pub(crate) fn dimensions(&self) -> Result<Option<Dimensions>, ()> {
        match dimensions(&self.head, &DecodeLimits::default()) {
            Ok(found) => Ok(Some(found)),
            Err(DecodeError::UnknownFormat | DecodeError::ZeroSize | DecodeError::TooLarge { .. }) => {
                Ok(None)
            }
            Err(_) if self.whole().is_some() => Ok(None),
            Err(_) => Err(()),
        }
    }

    /// Memory for reading it, decoding it and looking at its pixels. One of unknown size is worked on alone.
    pub(crate) fn bytes_to_decode(&self) -> u64 {
        let decoded = match self.dimensions() {
            Ok(found) => found.map_or(0, |found| found.decode_bytes),
            Err(()) => u64::MAX,
        };
        decoded.saturating_mul(PICTURES_HELD).saturating_add(self.size)
    }
}

/// How samples go through a shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    /// Samples at work together.
    at_once: usize,
    /// Whether label files are read as well.
    labels: bool,
}

impl Flow {
    /// Only pictures are read.
    pub(crate) fn pictures(at_once: usize) -> Self {
        Self { at_once, labels: false }
    }

    /// Label files are read as well.
    pub(crate) fn samples(at_once: usize) -> Self {
        Self { at_once, labels: true }
    }
}

/// A sample that was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    /// Its number in the shard.
    pub(crate) index: usize,
    pub(crate) record: Record,
    /// Its picture; `None` if there is nothing to do with it, or if it cannot be used.
    pub(crate) peek: Option<Peek>,
    pub(crate) label_file: Option<Bytes>,
    /// Why it cannot be used.
    pub(crate) unusable: Option<Unusable>,
}

/// A piece of work on a sample.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) looked: Looked,
    /// Which of several products of the sample it makes.
    pub(crate) copies: Range<u32>,
    /// Memory that it takes.
    pub(crate) bytes: u64,
}

impl Unit {
    /// The only piece of work on a sample.
    pub(crate) fn only(looked: Looked, bytes: u64) -> Self {
        Self { looked, copies: 0..1, bytes }
    }

    /// The only piece, decoding its picture.
    pub(crate) fn decoding(looked: Looked) -> Self {
        let bytes = looked.peek.as_ref().map_or(0, Peek::bytes_to_decode);
        Self::only(looked, bytes)
    }

    /// The only piece, reading its picture.
    pub(crate) fn reading(looked: Looked) -> Self {
        let bytes = looked.peek.as_ref().map_or(0, |peek| peek.size);
        Self::only(looked, bytes)
    }
}

impl Worker {
    /// Takes the records of a shard through `work`. `units` says what there is to
    /// do for each; what `work` gives comes in the order of records and units.
    pub(crate) fn flow<'a, T, F>(
        &'a self,
        records: Vec<Record>,
        how: Flow,
        units: impl Fn(Looked) -> Vec<Unit> + Send + 'a,
        work: impl Fn(Unit, Held) -> F + Send + 'a,
    ) -> impl Stream<Item = Result<T, Trouble>> + Send + 'a
    where
        T: Send + 'a,
        F: Future<Output = Result<T, Trouble>> + Send + 'a,
    {
        futures::stream::iter(records.into_iter().enumerate())
            .map(move |(index, record)| self.unless_stopped(self.look(index, record, how.labels)))
            .buffered(how.at_once)
            .map_ok(move |looked| futures::stream::iter(units(looked).into_iter().map(Ok)))
            .try_flatten()
            .and_then(async |unit: Unit| {
                let held = self.ctx.pool.reserve(unit.bytes, self.cancel()).await?;
                Ok((unit, held))
            })
            .map_ok(move |(unit, held)| work(unit, held))
            .try_buffered(how.at_once)
    }

    /// Looks at a sample and perhaps reads its label file, which is small.
    async fn look(&self, index: usize, record: Record, labels: bool) -> Result<Looked, Trouble> {
        let mut looked = Looked { index, record, peek: None, label_file: None, unusable: None };
        if !looked.record.fate.is_output() {
            return Ok(looked);
        }
        match self.peek(&looked.record).await? {
            Ok(peek) => looked.peek = Some(peek),
            Err(why) => looked.unusable = Some(why),
        }
        if !labels {
            return Ok(looked);
        }
        match self.label_file(&looked.record).await? {
            Ok(label_file) => looked.label_file = label_file,
            Err(why) => (looked.peek, looked.unusable) = (None, Some(looked.unusable.unwrap_or(why))),
        }
        Ok(looked)
    }

    async fn peek(&self, record: &Record) -> Result<Result<Peek, Unusable>, Trouble> {
        match &record.picture {
            Picture::Origin => self.objects.peek(&record.origin, record.etag.as_deref()).await,
            Picture::Product { pack, offset, length } => {
                let head = self.piece(pack, *offset, HEAD_BYTES.min(*length)).await?;
                Ok(Ok(Peek { head, size: *length }))
            }
        }
    }

    /// All bytes of a picture that was looked at, for which memory is held.
    pub(crate) async fn picture(&self, looked: &Looked) -> Result<Result<Bytes, Unusable>, Trouble> {
        if let Some(whole) = looked.peek.as_ref().and_then(Peek::whole) {
            return Ok(Ok(whole));
        }
        let record = &looked.record;
        let read = async {
            match &record.picture {
                Picture::Origin => self.objects.read(&record.origin, record.etag.as_deref()).await,
                Picture::Product { pack, offset, length } => self.piece(pack, *offset, *length).await.map(Ok),
            }
        };
        self.unless_stopped(read).await
    }
}
