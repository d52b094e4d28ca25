//! Rows of a CSV file that comes in pieces, in bounded memory.

use crate::import::encoding::Encoding;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Columns one row may have.
const COLUMNS_MAX: usize = 4096;

/// Bytes of a byte order mark. The reader takes one off only if its first piece has all of it.
const MARK_BYTES: usize = 3;

/// A row, or the fact that one was too long or not readable as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CsvRow {
    /// Its number in the file, from 1; empty lines do not count.
    pub(crate) number: u64,
    /// Its cells; `None` if it is longer than allowed or neither UTF-8 nor GBK.
    pub(crate) cells: Option<Vec<String>>,
}

/// Reads RFC 4180 with any line ends. Holds at most one row of the allowed length.
pub(crate) struct CsvRows {
    reader: Reader,
    /// The first bytes, until they are enough; `None` afterwards.
    head: Option<Vec<u8>>,
    number: u64,
    encoding: Encoding,
    text: Vec<u8>,
    text_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    too_long: bool,
}

impl CsvRows {
    /// Rows of up to `bytes_max` bytes, quotes left out, are kept.
    pub(crate) fn new(delimiter: u8, bytes_max: usize, encoding: Encoding) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            head: Some(Vec::new()),
            number: 1,
            encoding,
            text: vec![0; bytes_max],
            text_len: 0,
            ends: vec![0; COLUMNS_MAX],
            ends_len: 0,
            too_long: false,
        }
    }

    /// The rows that end in this piece.
    pub(crate) fn feed(&mut self, piece: &[u8]) -> Vec<CsvRow> {
        if piece.is_empty() {
            return vec![]; // the reader takes it for the end
        }
        let Some(mut head) = self.head.take() else { return self.read(piece) };
        head.extend(piece);
        if head.len() < MARK_BYTES {
            self.head = Some(head);
            return vec![];
        }
        self.read(&head)
    }

    /// The last row, if the file does not end in a line end.
    pub(crate) fn finish(&mut self) -> Vec<CsvRow> {
        let head = self.head.take().filter(|head| !head.is_empty());
        let mut rows = head.map(|head| self.read(&head)).unwrap_or_default();
        rows.extend(self.read(&[]));
        rows
    }

    fn read(&mut self, mut piece: &[u8]) -> Vec<CsvRow> {
        let mut rows = Vec::new();
        loop {
            let (text, ends) = (&mut self.text[self.text_len..], &mut self.ends[self.ends_len..]);
            let (result, taken, written, ended) = self.reader.read_record(piece, text, ends);
            piece = &piece[taken..];
            (self.text_len, self.ends_len) = (self.text_len + written, self.ends_len + ended);
            match result {
                ReadRecordResult::InputEmpty if piece.is_empty() => return rows,
                ReadRecordResult::InputEmpty => {}
                // The rest of the row is read into the same room and forgotten.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (self.too_long, self.text_len, self.ends_len) = (true, 0, 0);
                }
                ReadRecordResult::Record => rows.push(self.end_row()),
                ReadRecordResult::End => return rows,
            }
        }
    }

    fn end_row(&mut self) -> CsvRow {
        let cells = if self.too_long { None } else { self.cells() };
        let row = CsvRow { number: self.number, cells };
        (self.too_long, self.text_len, self.ends_len) = (false, 0, 0);
        self.number += 1;
        row
    }

    fn cells(&self) -> Option<Vec<String>> {
        let mut from = 0;
        let mut cell = |end: &usize| {
            let bytes = self.text.get(from..*end)?;
            from = *end;
            self.encoding.decode(bytes)
        };
        self.ends[..self.ends_len].iter().map(&mut cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(pieces: &[&[u8]], bytes_max: usize, encoding: Encoding) -> Vec<Option<Vec<String>>> {
        let mut reader = CsvRows::new(b',', bytes_max, encoding);
        let mut rows: Vec<CsvRow> = pieces.iter().flat_map(|piece| reader.feed(piece)).collect();
        rows.extend(reader.finish());
        assert!(rows.iter().zip(1..).all(|(row, n)| row.number == n));
        rows.into_iter().map(|row| row.cells).collect()
    }

    fn cells(cells: &[&str]) -> Option<Vec<String>> {
        Some(cells.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn quotes_and_line_ends_are_understood() {
        let read = rows(&[b"a,\"b,", b"\"\"c\"\"\nd\"\r", b"\n\n1,"], 100, Encoding::Utf8);
        assert_eq!(read, [cells(&["a", "b,\"c\"\nd"]), cells(&["1", ""])]);
    }

    #[test]
    fn a_row_that_is_too_long_is_told_of_alone() {
        let read =
            rows(&[b"aaaaaaaaaaaaaaaaaaaaaaa,b\nc,d\n", b"eeeeeeeee", b"eeeeeeee\nf"], 8, Encoding::Utf8);
        assert_eq!(read, [None, cells(&["c", "d"]), None, cells(&["f"])]);
    }

    #[test]
    fn a_mark_at_the_beginning_may_come_in_pieces() {
        let whole = b"\xef\xbb\xbf\"a\",b\n";
        for at in 0..whole.len() {
            let (head, tail) = whole.split_at(at);
            assert_eq!(rows(&[head, tail], 100, Encoding::Utf8), [cells(&["a", "b"])], "{at}");
        }
        assert_eq!(rows(&[b"a"], 100, Encoding::Utf8), [cells(&["a"])]);
    }

    #[test]
    fn gbk_is_read() {
        let (text, _, _) = encoding_rs::GBK.encode("x,你好世界\n再见,y\n");
        assert_eq!(
            rows(&[&text], 100, Encoding::of(&text)),
            [cells(&["x", "你好世界"]), cells(&["再见", "y"])]
        );
    }
}
