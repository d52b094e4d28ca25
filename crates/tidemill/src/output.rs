//! Data on stdout, everything else on stderr.

use anyhow::Result;
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// How data is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// As JSON instead of text for people.
    pub(crate) json: bool,
}

impl Output {
    /// Prints `value` with `--json`, else `text`.
    pub(crate) fn print(self, value: &Value, text: impl FnOnce() -> String) -> Result<()> {
        let shown = if self.json { serde_json::to_string_pretty(value)? } else { text() };
        let line = if shown.is_empty() || shown.ends_with('\n') { shown } else { shown + "\n" };
        write(line.as_bytes())
    }

    /// Prints that something was done: nothing but `{"key": value, ...}` with `--json`.
    pub(crate) fn done(self, value: &Value, text: &str) -> Result<()> {
        if self.json {
            return self.print(value, String::new);
        }
        note(text);
        Ok(())
    }
}

/// Writes data to stdout. A reader that went away (`| head`) is not an error worth a message: it ends the
/// process quietly.
pub(crate) fn write(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        result => Ok(result?),
    }
}

/// One line for people, on stderr.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The one line a failed command ends with.
pub(crate) fn error(error: &anyhow::Error) {
    let text = format!("{error:#}").replace('\n', " ");
    note(&format!("tidemill: {text}"));
}

/// Rows under headings, columns two blanks apart.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([headings[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(headings.to_vec());
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_table_lines_up() {
        let rows = [vec!["orders".into(), "1".into()], vec!["a".into(), "10".into()]];
        let text = super::table(&["NAME", "PARTITIONS"], &rows);
        assert_eq!(text, "NAME    PARTITIONS\norders  1\na       10\n");
    }
}
