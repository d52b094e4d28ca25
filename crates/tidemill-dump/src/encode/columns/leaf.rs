//! Columns in memory: values and Dremel levels of one row group.

use super::scalar::{Scalar, Unit, decimal_bytes};
use bytes::Bytes;
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    FloatType, Int32Type, Int64Type,
};
use parquet::errors::Result;
use parquet::file::writer::SerializedColumnWriter;
use std::mem::take;

/// What a value of changing length takes beside its bytes, here and while it is written.
const VALUE_BYTES: usize = 40;
/// What the levels of a value take.
const LEVEL_BYTES: usize = 4;

/// All columns, in the order of the schema.
#[derive(Clone, Debug)]
pub(super) struct Leaves {
    columns: Vec<Leaf>,
    /// What is in them, roughly.
    bytes: usize,
    bytes_max: usize,
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    values: Values,
    /// The levels of values and of what is missing; empty if they can only be 0.
    def: Vec<i16>,
    rep: Vec<i16>,
    def_max: i16,
    rep_max: i16,
}

/// Values as Parquet keeps them.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Boolean(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    /// All values in one, and where each ends.
    Bytes {
        all: Vec<u8>,
        ends: Vec<usize>,
    },
    /// The same, all of one length.
    Fixed {
        all: Vec<u8>,
        length: usize,
    },
}

impl Leaves {
    pub(super) fn new(columns: Vec<Leaf>) -> Self {
        Self { columns, bytes: 0, bytes_max: usize::MAX }
    }

    /// Bytes of what is in them.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Empties them; from now on they take `bytes_max`.
    pub(super) fn clear(&mut self, bytes_max: usize) {
        self.columns.iter_mut().for_each(Leaf::clear);
        (self.bytes, self.bytes_max) = (0, bytes_max);
    }

    /// Adds a place without a value to a column. False if that is more than they take.
    pub(super) fn push_none(&mut self, column: usize, def: i16, rep: i16) -> bool {
        let Some(leaf) = self.columns.get_mut(column) else { return false };
        leaf.push_levels(def, rep);
        self.has_room(LEVEL_BYTES)
    }

    /// The same with the value that `add` adds and whose bytes it tells; `None`: the value does not fit.
    pub(super) fn push(
        &mut self,
        column: usize,
        (def, rep): (i16, i16),
        add: impl FnOnce(&mut Values) -> Option<usize>,
    ) -> bool {
        let Some(leaf) = self.columns.get_mut(column) else { return false };
        let Some(bytes) = add(&mut leaf.values) else { return false };
        leaf.push_levels(def, rep);
        self.has_room(LEVEL_BYTES + bytes)
    }

    /// Whether the last value was one too many.
    pub(super) fn are_full(&self) -> bool {
        self.bytes > self.bytes_max
    }

    fn has_room(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        !self.are_full()
    }

    pub(super) fn into_columns(self) -> impl Iterator<Item = Leaf> {
        self.columns.into_iter()
    }
}

impl Leaf {
    /// An empty column of a type.
    pub(super) fn new(scalar: &Scalar, def_max: i16, rep_max: i16) -> Self {
        let values = match scalar {
            Scalar::Boolean => Values::Boolean(vec![]),
            Scalar::Int | Scalar::Date | Scalar::Time(Unit::Millis) => Values::Int32(vec![]),
            Scalar::Long | Scalar::Time(Unit::Micros) | Scalar::Timestamp { .. } => Values::Int64(vec![]),
            Scalar::Float => Values::Float(vec![]),
            Scalar::Double => Values::Double(vec![]),
            Scalar::Bytes | Scalar::Text | Scalar::Enum(_) => Values::Bytes { all: vec![], ends: vec![] },
            Scalar::Fixed(length) => Values::Fixed { all: vec![], length: *length },
            Scalar::Decimal { precision, .. } => {
                Values::Fixed { all: vec![], length: decimal_bytes(*precision) }
            }
        };
        Self { values, def: vec![], rep: vec![], def_max, rep_max }
    }

    fn clear(&mut self) {
        self.def.clear();
        self.rep.clear();
        match &mut self.values {
            Values::Boolean(all) => all.clear(),
            Values::Int32(all) => all.clear(),
            Values::Int64(all) => all.clear(),
            Values::Float(all) => all.clear(),
            Values::Double(all) => all.clear(),
            Values::Bytes { all, ends } => {
                all.clear();
                ends.clear();
            }
            Values::Fixed { all, .. } => all.clear(),
        }
    }

    fn push_levels(&mut self, def: i16, rep: i16) {
        if self.def_max > 0 {
            self.def.push(def);
        }
        if self.rep_max > 0 {
            self.rep.push(rep);
        }
    }

    /// Writes it as the next column of a row group.
    pub(super) fn write(mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        match take(&mut self.values) {
            Values::Boolean(all) => self.write_as(column.typed::<BoolType>(), &all),
            Values::Int32(all) => self.write_as(column.typed::<Int32Type>(), &all),
            Values::Int64(all) => self.write_as(column.typed::<Int64Type>(), &all),
            Values::Float(all) => self.write_as(column.typed::<FloatType>(), &all),
            Values::Double(all) => self.write_as(column.typed::<DoubleType>(), &all),
            Values::Bytes { all, ends } => {
                let all = Bytes::from(all);
                let begins = std::iter::once(0).chain(ends.iter().copied());
                let values: Vec<_> =
                    begins.zip(&ends).map(|(begin, end)| ByteArray::from(all.slice(begin..*end))).collect();
                self.write_as(column.typed::<ByteArrayType>(), &values)
            }
            Values::Fixed { all, length } => {
                let all = Bytes::from(all);
                let begins = (0..all.len()).step_by(length.max(1));
                let values: Vec<_> = begins
                    .map(|begin| FixedLenByteArray::from(ByteArray::from(all.slice(begin..begin + length))))
                    .collect();
                self.write_as(column.typed::<FixedLenByteArrayType>(), &values)
            }
        }
    }

    fn write_as<T: DataType>(&self, column: &mut ColumnWriterImpl<'_, T>, values: &[T::T]) -> Result<()> {
        let def = (self.def_max > 0).then_some(&*self.def);
        let rep = (self.rep_max > 0).then_some(&*self.rep);
        column.write_batch(values, def, rep)?;
        Ok(())
    }
}

impl Default for Values {
    fn default() -> Self {
        Self::Boolean(vec![])
    }
}

impl Values {
    /// Adds bytes to a column of them. `None` if it is none, or has another length.
    pub(super) fn push_bytes(&mut self, value: impl ExactSizeIterator<Item = u8>) -> Option<usize> {
        let bytes = value.len();
        match self {
            Self::Bytes { all, ends } => {
                all.extend(value);
                ends.push(all.len());
            }
            Self::Fixed { all, length } if *length == bytes => all.extend(value),
            _ => return None,
        }
        Some(VALUE_BYTES + bytes)
    }
}
