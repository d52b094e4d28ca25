//! The date forms that signed requests carry.

use time::format_description::well_known::Rfc2822;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// Reads `yyyymmddThhmmssZ` into milliseconds since the epoch.
pub(crate) fn parse_basic(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        let digits = text.get(range)?;
        if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
    };
    let part = |range| number(range).and_then(|n| u8::try_from(n).ok());
    let month = Month::try_from(part(4..6)?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(number(0..4)?).ok()?, month, part(6..8)?).ok()?;
    let time = Time::from_hms(part(9..11)?, part(11..13)?, part(13..15)?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp() * 1000)
}

/// Reads the forms of the `Date` header (`Thu, 15 Jan 2026 09:30:00 GMT`, also with `+0000`).
pub(crate) fn parse_http(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text.trim(), &Rfc2822).ok().map(|t| t.unix_timestamp() * 1000)
}

/// Writes `yyyymmddThhmmssZ`.
pub(crate) fn format_basic(ms: i64) -> String {
    let t = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = t.to_calendar_date();
    let (hour, minute, second) = t.to_hms();
    format!("{year:04}{:02}{day:02}T{hour:02}{minute:02}{second:02}Z", u8::from(month))
}

/// Whether a request's date is close enough to ours, either way.
pub(crate) fn is_near(date_ms: i64, now_ms: i64) -> bool {
    date_ms.abs_diff(now_ms) <= tidemill_model::limits::CLOCK_SKEW_MS_MAX.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_one_moment_agree() {
        let ms = 1_768_469_400_000;
        assert_eq!(parse_basic("20260115T093000Z"), Some(ms));
        assert_eq!(format_basic(ms), "20260115T093000Z");
        for text in ["Thu, 15 Jan 2026 09:30:00 GMT", "Thu, 15 Jan 2026 09:30:00 +0000"] {
            assert_eq!(parse_http(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "20260115T093000",
            "20261315T093000Z",
            "2026011ä093000Z",
            "20260115T253000Z",
            "+0260115T093000Z",
        ] {
            assert_eq!(parse_basic(bad), None, "{bad}");
        }
        assert_eq!(parse_http("yesterday"), None);
    }
}
