//! A file being encoded, whatever its format.

use super::columns::{Columns, ColumnsFile};
use crate::spool::{Spool, SpooledFile};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A file that grows in the spool.
#[derive(Debug)]
pub(crate) enum Encoding {
    /// Payloads, each followed by a delimiter.
    Text(Spool),
    /// Parquet.
    Columns(Box<ColumnsFile>),
}

impl Encoding {
    /// An empty file: of columns if there are any, else of text.
    pub(crate) fn create(columns: Option<&Arc<Columns>>, dir: &Arc<Path>, task_id: &str) -> io::Result<Self> {
        Ok(match columns {
            None => Self::Text(Spool::create(dir, task_id)?),
            Some(columns) => {
                Self::Columns(Box::new(ColumnsFile::create(columns.clone(), dir.clone(), task_id)?))
            }
        })
    }

    /// Adds a payload. `column_bytes`: what it takes as columns, if that is what the file has.
    pub(crate) fn write(&mut self, payload: &[u8], delimiter: &[u8], column_bytes: usize) -> io::Result<()> {
        match self {
            Self::Text(spool) => {
                spool.write(payload)?;
                spool.write(delimiter)
            }
            Self::Columns(file) => file.write(payload, column_bytes),
        }
    }

    /// Bytes of the file so far.
    pub(crate) fn encoded(&self) -> u64 {
        match self {
            Self::Text(spool) => spool.bytes(),
            Self::Columns(file) => file.encoded(),
        }
    }

    /// Bytes it takes on disk.
    pub(crate) fn spooled(&self) -> u64 {
        match self {
            Self::Text(spool) => spool.bytes(),
            Self::Columns(file) => file.spooled(),
        }
    }

    /// What names of such files end with.
    pub(crate) fn extension(&self) -> &'static str {
        match self {
            Self::Text(_) => "",
            Self::Columns(_) => ".parquet",
        }
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> io::Result<SpooledFile> {
        match self {
            Self::Text(spool) => spool.finish(),
            Self::Columns(file) => file.finish(),
        }
    }
}
