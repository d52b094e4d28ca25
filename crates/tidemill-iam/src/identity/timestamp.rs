//! The time format of identity answers.

use time::OffsetDateTime;

/// Writes milliseconds since the epoch as `2026-01-15T09:30:00.000000Z`; clients parse exactly this form.
pub fn timestamp(ms: i64) -> String {
    let t = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    let t = t.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = t.to_calendar_date();
    let (hour, minute, second, micro) = t.to_hms_micro();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z")
}

#[cfg(test)]
mod tests {
    #[test]
    fn six_digits_of_a_second_are_written() {
        assert_eq!(super::timestamp(1_768_469_400_007), "2026-01-15T09:30:00.007000Z");
    }
}
