//! Tables: CSV files whose columns have the types of the dataset's schema.

mod column;
mod rows;

pub(crate) use column::{Column, ColumnType};
pub(crate) use rows::{CsvRow, CsvRows};

use crate::import::encoding::Encoding;
use crate::import::skip::Skip;
use serde_json::{Map, Value};

/// A row as an object, column by column. A value that does not fit its column's type is `null`.
pub(crate) fn typed(row: &[String], columns: &[Column]) -> Result<Map<String, Value>, Skip> {
    if row.len() != columns.len() {
        return Err(Skip::Columns);
    }
    let cells = columns.iter().zip(row);
    Ok(cells.map(|(column, cell)| (column.name.clone(), column.kind.value(cell))).collect())
}

/// The fuzz body of the readers of text and tables: nothing may panic, the pieces do not matter.
pub fn fuzz_csv(bytes: &[u8]) {
    let read = |pieces: &[&[u8]]| {
        let mut reader = CsvRows::new(b',', 64, Encoding::Utf8);
        let mut rows: Vec<CsvRow> = pieces.iter().flat_map(|piece| reader.feed(piece)).collect();
        rows.extend(reader.finish());
        rows
    };
    let whole = read(&[bytes]);
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    assert_eq!(whole, read(&[head, tail]));
    let columns: Vec<Column> = ColumnType::ALL.iter().map(|kind| Column::new(kind.as_str(), *kind)).collect();
    for row in whole.into_iter().filter_map(|row| row.cells) {
        let _ = typed(&row, &columns);
        let _ = crate::import::text::LabelFormat::default().split(&row.join("\t"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_row_takes_the_types_of_its_columns() {
        let columns = [Column::new("n", ColumnType::Int), Column::new("s", ColumnType::String)];
        let row = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        assert_eq!(Value::from(typed(&row(&["7", "x"]), &columns).unwrap()), json!({"n": 7, "s": "x"}));
        assert_eq!(Value::from(typed(&row(&["seven", ""]), &columns).unwrap()), json!({"n": null, "s": ""}));
        assert_eq!(typed(&row(&["7"]), &columns), Err(Skip::Columns));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            fuzz_csv(&bytes);
        }

        #[test]
        fn anything_like_a_table_is_survived(text in "([a0\"',;\t\n\r-]{0,80}){0,4}") {
            fuzz_csv(text.as_bytes());
        }
    }
}
