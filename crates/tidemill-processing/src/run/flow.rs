//! Samples on their way through a shard: looked at, given memory in their order, worked on, in their order again.
//!
//! Memory is asked for before a picture is read, for all that the work on it needs; a picture that needs more than there
//! is at all is not read. The order is what keeps this from coming to a standstill: whoever waits for memory waits for
//! samples before it, and those have theirs.

use super::record::{Picture, Record};
use super::shard::Worker;
use super::unusable::Unusable;
use crate::engine::Held;
use crate::error::Trouble;
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use std::ops::Range;
use tidemill_vision::{DecodeError, DecodeLimits, Dimensions, dimensions};

/// The first bytes of a picture: the headers of nearly all, and all of a small one.
pub(super) const HEAD_BYTES: u64 = 256 << 10;

/// Bytes for each pixel of a picture that is looked at: three colours, opacity, both blended, and its luma.
const LOOKED_BYTES: u64 = 8;
/// Bytes for each of its columns: sums along and across rows.
const COLUMN_BYTES: u64 = 40;

/// What is known of a picture before it is read.
#[derive(Clone, Debug)]
pub(crate) struct Peek {
    /// Its first bytes.
    head: Bytes,
    /// Bytes of all of it.
    pub(super) size: u64,
    /// What its header says; `None` if it was not looked at, or if the picture cannot be decoded.
    pub(super) header: Option<Dimensions>,
}

impl Peek {
    /// Of a picture of `size` bytes, of which these are the first.
    pub(super) fn new(head: Bytes, size: u64) -> Self {
        Self { head, size, header: None }
    }

    /// All of it, if that is small.
    pub(crate) fn whole(&self) -> Option<Bytes> {
        (self.head.len() as u64 == self.size).then(|| self.head.clone())
    }

    /// Memory for reading it, decoding it and looking at its pixels.
    pub(crate) fn bytes_to_decode(&self) -> u64 {
        let looked = |found: Dimensions| {
            let columns = u64::from(found.width).saturating_mul(COLUMN_BYTES);
            found.decode_bytes.max(pixels(found).saturating_mul(LOOKED_BYTES)).saturating_add(columns)
        };
        self.header.map_or(0, looked).saturating_add(self.size)
    }
}

/// Columns times rows.
pub(super) fn pixels(found: Dimensions) -> u64 {
    u64::from(found.width) * u64::from(found.height)
}

/// What the header says that these bytes begin with: `None` for what cannot be decoded, and `Err` if it goes on behind
/// them.
fn header(head: &[u8]) -> Result<Option<Dimensions>, ()> {
    match dimensions(head, &DecodeLimits::default()) {
        Ok(found) => Ok(Some(found)),
        Err(DecodeError::UnknownFormat | DecodeError::ZeroSize | DecodeError::TooLarge { .. }) => Ok(None),
        Err(_) => Err(()),
    }
}

/// How samples go through a shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    /// Samples at work together.
    at_once: usize,
    /// Whether label files are read as well.
    labels: bool,
    /// Whether pictures are decoded.
    decodes: bool,
}

impl Flow {
    /// Only pictures are read, and decoded.
    pub(crate) fn pictures(at_once: usize) -> Self {
        Self { at_once, labels: false, decodes: true }
    }

    /// Label files are read as well.
    pub(crate) fn samples(at_once: usize) -> Self {
        Self { at_once, labels: true, decodes: true }
    }

    /// Both are read and not looked at.
    pub(crate) fn files(at_once: usize) -> Self {
        Self { at_once, labels: true, decodes: false }
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
            .and_then(move |looked| self.look_closer(looked, how.decodes))
            .map_ok(move |looked| futures::stream::iter(units(looked).into_iter().map(Ok)))
            .try_flatten()
            .and_then(async |unit: Unit| {
                let unit = self.within_memory(unit);
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

    /// Reads the header of a picture that is to be decoded.
    async fn look_closer(&self, mut looked: Looked, decodes: bool) -> Result<Looked, Trouble> {
        if !decodes {
            return Ok(looked);
        }
        let Some(peek) = looked.peek.take() else { return Ok(looked) };
        match self.with_header(peek, self.read(&looked.record)).await? {
            Ok(peek) => looked.peek = Some(peek),
            Err(why) => looked.unusable = Some(why),
        }
        Ok(looked)
    }

    /// The same with what its header says. Where that does not stand at the beginning, `read` gives all of the picture,
    /// for which memory is held meanwhile: nobody who holds some may wait for this.
    pub(crate) async fn with_header(
        &self,
        mut peek: Peek,
        read: impl Future<Output = Result<Result<Bytes, Unusable>, Trouble>>,
    ) -> Result<Result<Peek, Unusable>, Trouble> {
        peek.header = match header(&peek.head) {
            Ok(found) => found,
            Err(()) if peek.whole().is_some() => None,
            Err(()) => {
                if let Some(why) = self.too_much(&peek, peek.size) {
                    return Ok(Err(why));
                }
                let _held = self.ctx.pool.reserve(peek.size, self.cancel()).await?;
                match self.unless_stopped(read).await? {
                    Ok(all) => header(&all).ok().flatten(),
                    Err(why) => return Ok(Err(why)),
                }
            }
        };
        Ok(Ok(peek))
    }

    /// The same, or nothing to work on if it takes more memory than there is at all.
    fn within_memory(&self, mut unit: Unit) -> Unit {
        let Some(peek) = &unit.looked.peek else { return unit };
        if let Some(why) = self.too_much(peek, unit.bytes) {
            (unit.looked.peek, unit.looked.unusable, unit.bytes) = (None, Some(why), 0);
        }
        unit
    }

    /// Why a picture cannot be used that takes so much memory; `None` if it can.
    pub(crate) fn too_much(&self, peek: &Peek, bytes: u64) -> Option<Unusable> {
        let most = self.ctx.pool.memory_bytes();
        let size = peek.header.map(|found| (found.width, found.height));
        (bytes > most).then_some(Unusable::TooMuch { size, bytes, most })
    }

    async fn peek(&self, record: &Record) -> Result<Result<Peek, Unusable>, Trouble> {
        match &record.picture {
            Picture::Origin => self.objects.peek(&record.origin, record.etag.as_deref()).await,
            Picture::Product { pack, offset, length } => {
                let head = self.piece(pack, *offset, HEAD_BYTES.min(*length)).await?;
                Ok(Ok(Peek::new(head, *length)))
            }
        }
    }

    /// All bytes of a picture that was looked at, for which memory is held.
    pub(crate) async fn picture(&self, looked: &Looked) -> Result<Result<Bytes, Unusable>, Trouble> {
        if let Some(whole) = looked.peek.as_ref().and_then(Peek::whole) {
            return Ok(Ok(whole));
        }
        self.unless_stopped(self.read(&looked.record)).await
    }

    async fn read(&self, record: &Record) -> Result<Result<Bytes, Unusable>, Trouble> {
        match &record.picture {
            Picture::Origin => self.objects.read(&record.origin, record.etag.as_deref()).await,
            Picture::Product { pack, offset, length } => self.piece(pack, *offset, *length).await.map(Ok),
        }
    }
}
