//! One Parquet file being encoded: row groups that are written, and records that wait for the next.

use super::leaf::Leaves;
use super::{Columns, ROW_GROUP_BYTES, ROW_GROUP_SPOOLED_BYTES, shred};
use crate::spool::{Spool, SpooledFile};
use parquet::basic::Compression;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// Bytes of the records that wait which are read at once.
const READ_BYTES: usize = 256 * 1024;

/// A file that grows on disk.
#[derive(Debug)]
pub(crate) struct ColumnsFile {
    columns: Arc<Columns>,
    dir: Arc<Path>,
    task_id: String,
    out: SerializedFileWriter<Spool>,
    waiting: Waiting,
}

/// Records that are not columns yet: each as its length in four bytes, little endian, and its payload.
#[derive(Debug)]
struct Waiting {
    spool: Spool,
    records: u64,
    /// What they take as columns.
    column_bytes: usize,
}

impl Waiting {
    fn new(dir: &Path, task_id: &str) -> io::Result<Self> {
        Ok(Self { spool: Spool::create(dir, task_id)?, records: 0, column_bytes: 0 })
    }
}

impl ColumnsFile {
    pub(crate) fn create(columns: Arc<Columns>, dir: Arc<Path>, task_id: &str) -> io::Result<Self> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let spool = Spool::create(&dir, task_id)?;
        let out = SerializedFileWriter::new(spool, columns.schema.clone(), properties.into());
        let waiting = Waiting::new(&dir, task_id)?;
        let task_id = task_id.to_owned();
        Ok(Self { columns, dir, task_id, out: out.map_err(io::Error::other)?, waiting })
    }

    /// Adds a payload that [`Columns::check`] found to fit and to take `column_bytes`.
    pub(crate) fn write(&mut self, payload: &[u8], column_bytes: usize) -> io::Result<()> {
        let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
        self.waiting.spool.write(&length.to_le_bytes())?;
        self.waiting.spool.write(payload)?;
        self.waiting.records += 1;
        self.waiting.column_bytes += column_bytes;
        let full = self.waiting.column_bytes >= ROW_GROUP_BYTES
            || self.waiting.spool.bytes() >= ROW_GROUP_SPOOLED_BYTES;
        if full { self.row_group() } else { Ok(()) }
    }

    /// Bytes of the file so far.
    pub(crate) fn encoded(&self) -> u64 {
        self.out.bytes_written() as u64
    }

    /// Bytes on disk, those of records that wait included.
    pub(crate) fn spooled(&self) -> u64 {
        self.encoded() + self.waiting.spool.bytes()
    }

    /// Writes what waits and ends the file.
    pub(crate) fn finish(mut self) -> io::Result<SpooledFile> {
        if self.waiting.records > 0 {
            self.row_group()?;
        }
        self.out.into_inner().map_err(io::Error::other)?.finish()
    }

    /// Makes the records that wait a row group.
    fn row_group(&mut self) -> io::Result<()> {
        let next = Waiting::new(&self.dir, &self.task_id)?;
        let Waiting { spool, records, .. } = std::mem::replace(&mut self.waiting, next);
        let mut waiting = BufReader::with_capacity(READ_BYTES, spool.finish()?.reader());
        let mut leaves = self.columns.leaves.clone();
        let mut payload = Vec::new();
        for _ in 0..records {
            let mut length = [0; 4];
            waiting.read_exact(&mut length)?;
            payload.resize(u32::from_le_bytes(length) as usize, 0);
            waiting.read_exact(&mut payload)?;
            shred::shred(&self.columns.root, &payload, &mut leaves).map_err(io::Error::other)?;
        }
        drop((waiting, payload));
        self.write_row_group(leaves).map_err(io::Error::other)
    }

    fn write_row_group(&mut self, leaves: Leaves) -> Result<()> {
        let mut group = self.out.next_row_group()?;
        for leaf in leaves.into_columns() {
            let Some(mut column) = group.next_column()? else { break };
            leaf.write(&mut column)?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}
