//! Names that users choose. A name can only be made by parsing.

use std::fmt;

/// Why a text is not a name: what was wrong and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} must be {allowed}, got {got}")]
pub struct InvalidName {
    /// What the text should have named, for example `stream_name`.
    pub kind: &'static str,
    /// The rule in words.
    pub allowed: &'static str,
    /// The refused text, shortened to 80 characters.
    pub got: String,
}

impl InvalidName {
    fn new(kind: &'static str, allowed: &'static str, got: &str) -> Self {
        Self { kind, allowed, got: format!("{:?}", got.chars().take(80).collect::<String>()) }
    }
}

fn is_word(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $allowed:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $type(String);

        impl $type {
            /// Parses the name; the error says what is allowed.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let ok: fn(&str) -> bool = $ok;
                if ok(text) { Ok(Self(text.to_owned())) } else { Err(InvalidName::new($kind, $allowed, text)) }
            }
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A stream's name, unique in its project.
    StreamName, "stream_name", "1 to 64 characters of letters, digits, - and _", |t| is_word(t, 64)
);
name!(
    /// A dump task's name, unique in its stream.
    TaskName, "task_name", "1 to 64 characters of letters, digits, - and _", |t| is_word(t, 64)
);
name!(
    /// An app's name, unique in its project.
    AppName, "app_name", "1 to 200 characters of letters, digits, - and _", |t| is_word(t, 200)
);
name!(
    /// A bucket's name, unique on the endpoint.
    BucketName, "bucket", "3 to 63 characters of a-z, 0-9, - and ., starting and ending with a letter or digit", |t| {
        let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let bytes = t.as_bytes();
        (3..=63).contains(&bytes.len())
            && edge(bytes.first())
            && edge(bytes.last())
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-' || *b == b'.')
            && !t.contains("..")
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_rules() {
        assert!(StreamName::parse("Orders_2-a").is_ok());
        for bad in ["", "a b", "ä", "a/b", &"x".repeat(65)] {
            assert!(StreamName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(AppName::parse(&"x".repeat(200)).is_ok());
        assert!(BucketName::parse("my.bucket-1").is_ok());
        for bad in ["ab", "Abc", "-abc", "a..b", "abc-"] {
            assert!(BucketName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_allowed() {
        let text = TaskName::parse("a b").unwrap_err().to_string();
        assert_eq!(text, "task_name must be 1 to 64 characters of letters, digits, - and _, got \"a b\"");
    }
}
