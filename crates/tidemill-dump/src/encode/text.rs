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

    /// Adds one payload to `out`.
    pub(crate) fn encode(self, payload: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(payload);
        out.extend(self.delimiter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_delimiter_of_the_contract_is_known_and_no_other() {
        let encoded = |delimiter: &str| {
            let mut out = Vec::new();
            let text = Text::parse(delimiter)?;
            for payload in ["a", "b"] {
                text.encode(payload.as_bytes(), &mut out);
            }
            String::from_utf8(out).ok()
        };
        for (delimiter, wanted) in [
            (",", "a,b,"),
            (";", "a;b;"),
            ("|", "a|b|"),
            ("\n", "a\nb\n"),
            ("\\n", "a\nb\n"),
            ("", "ab"),
            ("NULL", "ab"),
        ] {
            assert_eq!(encoded(delimiter).as_deref(), Some(wanted), "{delimiter:?}");
        }
        for other in ["\t", "null", ",,", "\r\n"] {
            assert_eq!(encoded(other), None, "{other:?}");
        }
    }
}
