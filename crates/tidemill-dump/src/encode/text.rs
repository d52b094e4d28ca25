//! Text files: every payload as it is, followed by the delimiter.

/// What follows each payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    delimiter: Option<u8>,
}

impl Text {
    /// Reads `record_delimiter`. A line feed may be written as the two characters `\n`; empty and `NULL`
    /// mean none.
    pub(crate) fn parse(delimiter: &str) -> Option<Self> {
        let delimiter = match delimiter {
            "," => Some(b','),
            ";" => Some(b';'),
            "|" => Some(b'|'),
            "\n" | "\\n" => Some(b'\n'),
            "" | "NULL" => None,
            _ => return None,
        };
        Some(Self { delimiter })
    }

    /// What follows each payload; may be empty.
    pub(crate) fn delimiter(&self) -> &[u8] {
        self.delimiter.as_slice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_delimiter_of_the_contract_is_known_and_no_other() {
        let read = |delimiter: &str| {
            let text = Text::parse(delimiter)?;
            Some(text.delimiter().to_vec())
        };
        for (delimiter, wanted) in
            [(",", ","), (";", ";"), ("|", "|"), ("\n", "\n"), ("\\n", "\n"), ("", ""), ("NULL", "")]
        {
            assert_eq!(read(delimiter).as_deref(), Some(wanted.as_bytes()), "{delimiter:?}");
        }
        for other in ["\t", "null", ",,", "\r\n"] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
