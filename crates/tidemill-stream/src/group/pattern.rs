//! Patterns of stream names, as Java programs write them.
//!
//! A pattern is matched against the whole name, in time linear to it. It is read as `java.util.regex` does
//! without flags, but for what needs backtracking: look-around, back-references, possessive quantifiers and
//! atomic groups are refused, as are the classes `\p{..}` beyond those of ASCII: names have nothing else.

use regex::bytes::{Regex, RegexBuilder};
use tidemill_model::limits::STREAM_PATTERN_BYTES_MAX;

/// Deepest nesting of groups and classes.
const NESTING_MAX: u32 = 50;

/// The classes of ASCII that Java writes as `\p{Alpha}`; in lower case their names are those of the regex crate.
const ASCII_CLASSES: [&str; 13] = [
    "Lower", "Upper", "ASCII", "Alpha", "Digit", "Alnum", "Punct", "Graph", "Print", "Blank", "Cntrl",
    "XDigit", "Space",
];

/// A compiled pattern.
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern; the error says what is wrong with it.
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let whole = format!(r"\A(?:{})\z", translated(text));
        let built = RegexBuilder::new(&whole)
            .unicode(false)
            .size_limit(STREAM_PATTERN_BYTES_MAX)
            .dfa_size_limit(STREAM_PATTERN_BYTES_MAX)
            .nest_limit(NESTING_MAX)
            .build();
        built.map(Self).map_err(|error| error.to_string())
    }

    /// Whether the whole name fits.
    pub(super) fn fits(&self, name: &str) -> bool {
        self.0.is_match(name.as_bytes())
    }
}

/// Writes `\Q..\E`, which `Pattern.quote` makes, without it, and classes of ASCII as the regex crate does.
fn translated(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        if let Some(quoted) = escape.strip_prefix(r"\Q") {
            let (literal, after) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
            plain.push_str(&regex::escape(literal));
            rest = after;
        } else if let Some((class, after)) = ascii_class(escape) {
            plain.push_str(&class);
            rest = after;
        } else {
            let end = escape.chars().take(2).map(char::len_utf8).sum();
            let (pair, after) = escape.split_at(end);
            plain.push_str(pair);
            rest = after;
        }
    }
    plain.push_str(rest);
    plain
}

/// The class that the text begins with, as `[[:alpha:]]`, and what follows it.
fn ascii_class(text: &str) -> Option<(String, &str)> {
    let (negation, rest) = match text.strip_prefix(r"\p{") {
        Some(rest) => ("", rest),
        None => ("^", text.strip_prefix(r"\P{")?),
    };
    let (name, after) = rest.split_once('}')?;
    let class = || (format!("[[:{negation}{}:]]", name.to_ascii_lowercase()), after);
    ASCII_CLASSES.contains(&name).then(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, name: &str) -> bool {
        Pattern::compile(pattern).unwrap().fits(name)
    }

    #[test]
    fn the_whole_name_has_to_fit() {
        assert!(fits("orders-.*", "orders-1"));
        assert!(!fits("orders", "orders-1"));
        assert!(fits("a|ab", "ab"));
        assert!(!fits("a|b", "ab"));
        assert!(fits(r"s\d{2}[a-z&&[^b]]", "s12c"));
        assert!(!fits(r"s\d{2}[a-z&&[^b]]", "s12b"));
        assert!(fits("(?i)ORDERS", "orders"));
    }

    #[test]
    fn quoted_parts_are_literal() {
        assert!(fits(r"\Qa.b\E.*", "a.bc"));
        assert!(!fits(r"\Qa.b\E.*", "axbc"));
        assert!(fits(r"\Qa.b", "a.b"));
        assert!(!fits(r"\\Q", "Q"));
    }

    #[test]
    fn classes_of_ascii_are_those_of_java() {
        assert!(fits(r"\p{Alpha}+-\p{Digit}{2}", "orders-12"));
        assert!(!fits(r"\p{Alpha}+-\p{Digit}{2}", "orders-1x"));
        assert!(fits(r"[\p{Alnum}_]+\p{Punct}\P{Digit}", "a1_-b"));
        assert!(!fits(r"[\p{Alnum}_]+\p{Punct}\P{Digit}", "a1_-2"));
        assert!(fits(r"[^\p{Lower}\p{Space}]+\p{XDigit}", "AB-f"));
        assert!(fits(r"(?i)\p{Upper}+", "orders"));
        assert!(!fits(r"\p{Upper}+", "orders"));
    }

    #[test]
    fn what_cannot_be_bounded_is_refused() {
        let deep = format!("{}a{}", "(".repeat(60), ")".repeat(60));
        for bad in [
            "(",
            r"(?=a)b",
            r"(a)\1",
            r"\\p{Alpha}",
            r"\p{IsAlphabetic}",
            r"\p{Alpha",
            "a{1000}{1000}",
            "a\\",
            ")",
            deep.as_str(),
        ] {
            assert!(Pattern::compile(bad).is_err(), "{bad}");
        }
    }
}
