//! Parquet files: the columns of an Avro schema, filled from JSON payloads.
//!
//! A payload is checked and put aside in the spool as it is. When what is put aside would fill a row group, it
//! is turned into columns, a row group is written and the memory is free again: a task holds one row group at
//! a time, however many files it has open. Row groups end by the content of their records alone, so the same
//! records become the same bytes.

mod avro;
mod file;
mod leaf;
mod node;
mod scalar;
mod schema;
mod shred;
#[cfg(test)]
mod tests;

pub(crate) use file::ColumnsFile;

use leaf::Leaves;
use node::Node;
use parquet::schema::types::TypePtr;

/// Values of one row group in memory; also the most one record may take.
const ROW_GROUP_BYTES: usize = 16 * 1024 * 1024;
/// Payloads of one row group on disk, where most of their members are no columns.
const ROW_GROUP_SPOOLED_BYTES: u64 = 64 * 1024 * 1024;
/// Columns of a file. Each takes memory in every row group, and records may name one another many times over.
const COLUMNS_MAX: usize = 1000;

/// The columns of a task's files.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    root: Node,
    leaves: Leaves,
    schema: TypePtr,
}

/// Room to try a record in.
#[derive(Debug)]
pub(crate) struct Trial(Leaves);

impl Columns {
    /// Reads an Avro schema of a record. The error says what of it has no column and what is allowed.
    pub(crate) fn parse(data_schema: &str) -> Result<Self, String> {
        let (root, leaves) = avro::parse(data_schema)?;
        let schema = schema::of(&root).map_err(|error| format!("data_schema: {error}"))?;
        Ok(Self { root, leaves, schema: schema.into() })
    }

    /// Room to try records in, one after the other.
    pub(crate) fn trial(&self) -> Trial {
        Trial(self.leaves.clone())
    }

    /// Whether a payload fits: the bytes it takes in memory as columns. The error names the field, never what
    /// is in it.
    pub(crate) fn check(&self, payload: &[u8], trial: &mut Trial) -> Result<usize, String> {
        trial.0.clear(ROW_GROUP_BYTES);
        shred::shred(&self.root, payload, &mut trial.0)?;
        Ok(trial.0.bytes())
    }
}
