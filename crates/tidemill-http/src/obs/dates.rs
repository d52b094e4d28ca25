//! Times in headers and documents.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;

fn moment(ms: i64) -> OffsetDateTime {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    moment.unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `Thu, 15 Jan 2026 09:30:00 GMT`, for headers.
pub(crate) fn http_date(ms: i64) -> String {
    let form = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    moment(ms).format(form).unwrap_or_default()
}

/// `2026-01-15T09:30:00.000Z`, for documents.
pub(crate) fn iso_date(ms: i64) -> String {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    moment(ms).format(form).unwrap_or_default()
}

/// Reads a header's date, in seconds; `None` if it is none.
pub(crate) fn parse_http_date(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text.trim(), &Rfc2822).ok().map(OffsetDateTime::unix_timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_and_read() {
        let ms = 1_768_469_400_123;
        assert_eq!(http_date(ms), "Thu, 15 Jan 2026 09:30:00 GMT");
        assert_eq!(iso_date(ms), "2026-01-15T09:30:00.123Z");
        assert_eq!(parse_http_date("Thu, 15 Jan 2026 09:30:00 GMT"), Some(ms / 1000));
        assert_eq!(parse_http_date("yesterday"), None);
    }
}
