//! Times of annotations: `YYYY-MM-DD HH:MM:SS`, in UTC.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

const FORM: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// Ms since the epoch as a manifest has it, to the second; `None` for a year that has not four digits.
pub fn written_time(ms: i64) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).ok()?;
    (0..=9999).contains(&time.year()).then(|| time.format(FORM).ok()).flatten()
}

/// Ms since the epoch of a time in a manifest; `None` if it is not in the documented form.
pub fn read_time(text: &str) -> Option<i64> {
    let time = PrimitiveDateTime::parse(text.trim(), FORM).ok()?;
    Some(time.assume_utc().unix_timestamp() * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for text in
            ["2024-01-02 03:04:05", "1970-01-01 00:00:00", "1969-12-31 23:59:59", "9999-12-31 23:59:59"]
        {
            assert_eq!(read_time(text).and_then(written_time).as_deref(), Some(text));
        }
        assert_eq!(read_time("2024-01-02 03:04:05"), Some(1_704_164_645_000));
        assert_eq!(written_time(1_704_164_645_999).as_deref(), Some("2024-01-02 03:04:05"));
    }

    #[test]
    fn what_is_no_such_time_is_none() {
        for text in [
            "",
            "yesterday",
            "2024-02-30 00:00:00",
            "2024-01-02",
            "2024-01-02 24:00:00",
            "02.01.2024 03:04:05",
        ] {
            assert_eq!(read_time(text), None, "{text}");
        }
        assert_eq!((written_time(i64::MAX), written_time(i64::MIN)), (None, None));
    }
}
