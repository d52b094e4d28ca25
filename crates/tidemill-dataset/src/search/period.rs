//! Periods as clients write them.

use time::macros::format_description;
use time::{Date, Time};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const DAYS_MAX: i64 = 30;

/// Start and end (not included) of `month` (the last 30 days), `day` (the last one), or `yyyyMMdd-yyyyMMdd`
/// (both days included, UTC), in ms since the epoch.
pub(super) fn of(text: &str, now_ms: i64) -> Result<(i64, i64), String> {
    match text {
        "month" => return Ok((now_ms - DAYS_MAX * DAY_MS, now_ms + 1)),
        "day" => return Ok((now_ms - DAY_MS, now_ms + 1)),
        _ => {}
    }
    let told =
        || format!("sample_time must be month, day or yyyyMMdd-yyyyMMdd over at most 30 days, got {text:?}");
    let (first, last) = text.split_once('-').ok_or_else(told)?;
    let (first, last) = (day(first).ok_or_else(told)?, day(last).ok_or_else(told)?);
    if first > last || last - first > DAYS_MAX * DAY_MS {
        return Err(told());
    }
    Ok((first, last + DAY_MS))
}

fn day(text: &str) -> Option<i64> {
    let date = Date::parse(text, format_description!("[year][month][day]")).ok()?;
    Some(date.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp() * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_days_of_a_period_count() {
        let (from, until) = of("19700102-19700103", 0).unwrap();
        assert_eq!((from, until), (DAY_MS, 3 * DAY_MS));
        assert_eq!(of("day", 5 * DAY_MS).unwrap().0, 4 * DAY_MS);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in ["", "week", "19700102", "19700103-19700102", "19700101-19700301", "1970-01-02", "x-y"] {
            assert!(of(text, 0).is_err(), "{text:?}");
        }
    }
}
