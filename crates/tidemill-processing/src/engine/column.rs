//! Columns of tables and queries, as what they hold.

use super::EngineError;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Float64Array, Int64Array, StringArray,
};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};

/// A column of whole numbers.
pub(super) fn numbers(columns: &[ArrayRef], column: usize) -> Result<&Int64Array, EngineError> {
    held(columns, column, "numbers", |found| found.as_primitive_opt::<Int64Type>())
}

/// A column of real numbers.
pub(super) fn reals(columns: &[ArrayRef], column: usize) -> Result<&Float64Array, EngineError> {
    held(columns, column, "real numbers", |found| found.as_primitive_opt::<Float64Type>())
}

/// A column of texts.
pub(super) fn texts(columns: &[ArrayRef], column: usize) -> Result<&StringArray, EngineError> {
    held(columns, column, "texts", |found| found.as_string_opt::<i32>())
}

/// A column of bytes.
pub(super) fn blobs(columns: &[ArrayRef], column: usize) -> Result<&BinaryArray, EngineError> {
    held(columns, column, "bytes", |found| found.as_binary_opt::<i32>())
}

/// A column of yes and no.
pub(super) fn flags(columns: &[ArrayRef], column: usize) -> Result<&BooleanArray, EngineError> {
    held(columns, column, "flags", |found| found.as_boolean_opt())
}

/// A text that may be missing.
pub(super) fn optional(column: &StringArray, n: usize) -> Option<String> {
    column.is_valid(n).then(|| column.value(n).to_owned())
}

fn held<'c, A>(
    columns: &'c [ArrayRef],
    column: usize,
    what: &str,
    read: impl FnOnce(&'c ArrayRef) -> Option<&'c A>,
) -> Result<&'c A, EngineError> {
    let found = columns.get(column).and_then(read);
    found.ok_or_else(|| EngineError::Damaged(format!("column {column} holds no {what}")))
}
