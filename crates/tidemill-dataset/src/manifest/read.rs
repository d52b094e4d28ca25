//! Reading manifests line by line.

use super::entry::Entry;
use super::field::{Fields, InvalidField};
use super::lines::{Lines, RawLine};
use bytes::Bytes;
use futures::Stream;
use serde_json::{Map, Value};
use tidemill_bucket::Location;
use tidemill_model::limits::MANIFEST_LINE_BYTES_MAX;

/// Why a line is no sample.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLine {
    /// Longer than a line may be.
    #[error("the line is longer than {MANIFEST_LINE_BYTES_MAX} bytes")]
    TooLong,
    /// No JSON object.
    #[error("the line is no JSON object: {0}")]
    Json(String),
    /// A field that cannot be used.
    #[error(transparent)]
    Field(#[from] InvalidField),
}

/// Why reading cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The object could not be read.
    #[error("the manifest cannot be read: {0}")]
    Store(#[from] object_store::Error),
    /// It is not where it should be or not what it should be.
    #[error("{0}")]
    Damaged(String),
}

/// A line that is not blank.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Its sample, or why it has none. A bad line does not end reading.
    pub entry: Result<Entry, InvalidLine>,
}

/// Reads a manifest from a stream of its bytes. Holds one line at a time.
pub struct Reader<S> {
    lines: Lines<S>,
    base: Location,
    number: u64,
    bad: u64,
}

impl<S, E> Reader<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    /// Reads `chunks`; relative locations are below `base`, the manifest's directory.
    pub fn new(chunks: S, base: Location) -> Self {
        Self { lines: Lines::new(chunks, MANIFEST_LINE_BYTES_MAX), base, number: 0, bad: 0 }
    }

    /// The next line that is not blank; `None` at the end. An `Err` is one of the stream.
    pub async fn next(&mut self) -> Result<Option<Line>, E> {
        while let Some(raw) = self.lines.next().await? {
            self.number += 1;
            let entry = match raw {
                RawLine::TooLong => Err(InvalidLine::TooLong),
                RawLine::Bytes(bytes) => {
                    let text = without_mark(&bytes, self.number);
                    if text.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    read_entry(text, &self.base)
                }
            };
            self.bad += u64::from(entry.is_err());
            return Ok(Some(Line { number: self.number, entry }));
        }
        Ok(None)
    }

    /// How many lines were no sample so far.
    pub fn bad_lines(&self) -> u64 {
        self.bad
    }
}

/// The first line without a byte order mark.
fn without_mark(line: &[u8], number: u64) -> &[u8] {
    match line.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) if number == 1 => rest,
        _ => line,
    }
}

/// Reads one line; relative locations are below `base`, the manifest's directory.
pub fn read_entry(line: &[u8], base: &Location) -> Result<Entry, InvalidLine> {
    let map: Map<String, Value> =
        serde_json::from_slice(line).map_err(|e| InvalidLine::Json(e.to_string()))?;
    Ok(Entry::from_fields(Fields::new(map), base)?)
}
