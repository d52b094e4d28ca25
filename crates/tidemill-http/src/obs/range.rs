//! The `Range` header.

use std::ops::Range;

/// What a `Range` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Everything: there is no header, or one that is to be ignored (several ranges, other units).
    All,
    /// These bytes: status 206.
    Part(Range<u64>),
    /// Nothing of the object: status 416.
    Nothing,
}

/// Reads a `Range` header for an object of `size` bytes.
pub(crate) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some(spec) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else { return Wanted::All };
    let Some((first, last)) = spec.trim().split_once('-') else { return Wanted::All };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // More digits than fit are simply beyond every object.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match (number(first.trim()), number(last.trim())) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.trim().is_empty() => first..size,
        (None, Some(count)) if first.trim().is_empty() => size.saturating_sub(count)..size,
        _ => return Wanted::All,
    };
    if range.is_empty() { Wanted::Nothing } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object() {
        assert_eq!(wanted(Some("bytes=0-4"), 10), Wanted::Part(0..5));
        assert_eq!(wanted(Some("bytes=5-"), 10), Wanted::Part(5..10));
        assert_eq!(wanted(Some("bytes=-3"), 10), Wanted::Part(7..10));
        assert_eq!(wanted(Some("bytes=-30"), 10), Wanted::Part(0..10));
        assert_eq!(wanted(Some("bytes=8-99999999999999999999999"), 10), Wanted::Part(8..10));
    }

    #[test]
    fn what_is_beyond_the_object_is_refused_and_what_is_no_range_ignored() {
        for beyond in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(wanted(Some(beyond), 10), Wanted::Nothing, "{beyond}");
        }
        assert_eq!(wanted(Some("bytes=0-0"), 0), Wanted::Nothing);
        for ignored in ["bytes=4-2", "bytes=a-b", "bytes=1-2,4-5", "items=0-1", "bytes=-", "bytes=+1-2"] {
            assert_eq!(wanted(Some(ignored), 10), Wanted::All, "{ignored}");
        }
        assert_eq!(wanted(None, 10), Wanted::All);
    }
}
