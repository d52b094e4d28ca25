//! The time a JSON payload carries itself (`processing_schema`).

use crate::descriptor::ProcessingSchema;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use time::{Date, Month, PrimitiveDateTime, Time};

/// Where the time is in a payload and how it is written.
#[derive(Clone, Debug)]
pub(crate) struct RecordTime {
    attribute: String,
    format: Format,
}

#[derive(Clone, Debug)]
enum Format {
    /// A number of 13 digits: milliseconds.
    Millis,
    /// Text: the offsets of year, month and day, and the separator of the date.
    Text { year: usize, month: usize, day: usize, separator: u8 },
}

impl RecordTime {
    /// Reads the schema; the error says what is wrong.
    pub(crate) fn parse(schema: &ProcessingSchema) -> Result<Self, String> {
        let format = match schema.timestamp_type.as_str() {
            "Timestamp" => Format::Millis,
            "String" => text_format(schema.timestamp_format.as_deref().unwrap_or_default())
                .ok_or("processing_schema.timestamp_format must be one of the six documented formats")?,
            _ => return Err("processing_schema.timestamp_type must be String or Timestamp".into()),
        };
        if schema.timestamp_name.is_empty() {
            return Err("processing_schema.timestamp_name null.".into());
        }
        Ok(Self { attribute: schema.timestamp_name.clone(), format })
    }

    /// The payload's time in ms since the epoch; `None` if it has no usable one.
    pub(crate) fn of(&self, payload: &[u8]) -> Option<i64> {
        let members: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(payload).ok()?;
        let raw = members.get(self.attribute.as_str())?.get();
        let text: Cow<'_, str> =
            if raw.starts_with('"') { serde_json::from_str::<String>(raw).ok()?.into() } else { raw.into() };
        match &self.format {
            Format::Millis => {
                let plain = text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| text.parse().ok()).flatten()
            }
            Format::Text { year, month, day, separator } => {
                text_time(text.as_bytes(), [*year, *month, *day], *separator)
            }
        }
    }
}

/// Whether a text is one of the six documented formats of times.
pub(crate) fn is_time_format(format: &str) -> bool {
    text_format(format).is_some()
}

fn text_format(format: &str) -> Option<Format> {
    let (date, clock) = format.split_once(' ')?;
    let separator = *date.as_bytes().iter().find(|b| matches!(b, b'/' | b'-'))?;
    let known = matches!(date.replace('-', "/").as_str(), "yyyy/MM/dd" | "MM/dd/yyyy" | "dd/MM/yyyy");
    let pure = !(date.contains('/') && date.contains('-'));
    if !known || !pure || clock != "HH:mm:ss" {
        return None;
    }
    Some(Format::Text { year: date.find("yyyy")?, month: date.find("MM")?, day: date.find("dd")?, separator })
}

fn number(text: &[u8], from: usize, len: usize) -> Option<u16> {
    let digits = text.get(from..from + len)?;
    digits.iter().try_fold(0u16, |n, b| b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0')))
}

fn text_time(text: &[u8], [year, month, day]: [usize; 3], separator: u8) -> Option<i64> {
    let two = |from| number(text, from, 2).and_then(|n| u8::try_from(n).ok());
    let separators = if year == 0 { [4, 7] } else { [2, 5] };
    let shaped = text.len() == 19
        && separators.iter().all(|i| text[*i] == separator)
        && (text[10], text[13], text[16]) == (b' ', b':', b':');
    if !shaped {
        return None;
    }
    let month = Month::try_from(two(month)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(text, year, 4)?), month, two(day)?).ok()?;
    let time = Time::from_hms(two(11)?, two(14)?, two(17)?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp() * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(kind: &str, format: Option<&str>) -> RecordTime {
        RecordTime::parse(&ProcessingSchema {
            timestamp_name: "t".into(),
            timestamp_type: kind.into(),
            timestamp_format: format.map(Into::into),
        })
        .unwrap()
    }

    #[test]
    fn all_six_text_formats_and_millis_are_read() {
        let at_ms = Some(1_767_323_045_000); // 2026-01-02T03:04:05Z
        for (format, text) in [
            ("yyyy/MM/dd HH:mm:ss", "2026/01/02 03:04:05"),
            ("MM/dd/yyyy HH:mm:ss", "01/02/2026 03:04:05"),
            ("dd/MM/yyyy HH:mm:ss", "02/01/2026 03:04:05"),
            ("yyyy-MM-dd HH:mm:ss", "2026-01-02 03:04:05"),
            ("MM-dd-yyyy HH:mm:ss", "01-02-2026 03:04:05"),
            ("dd-MM-yyyy HH:mm:ss", "02-01-2026 03:04:05"),
        ] {
            let payload = format!(r#"{{"a":[1,{{}}],"t":"{text}"}}"#);
            assert_eq!(time("String", Some(format)).of(payload.as_bytes()), at_ms, "{format}");
        }
        let millis = time("Timestamp", None);
        assert_eq!(millis.of(br#"{"t":1767323045000}"#), at_ms);
        assert_eq!(millis.of(br#"{"t":"1767323045000"}"#), at_ms);
    }

    #[test]
    fn unusable_times_are_none() {
        let text = time("String", Some("yyyy-MM-dd HH:mm:ss"));
        for payload in [
            "",
            "[]",
            "{}",
            r#"{"t":1}"#,
            r#"{"t":"2026/01/02 03:04:05"}"#,
            r#"{"t":"2026-13-02 03:04:05"}"#,
            r#"{"t":"2026-01-02 03:04:0x"}"#,
        ] {
            assert_eq!(text.of(payload.as_bytes()), None, "{payload}");
        }
        assert_eq!(time("Timestamp", None).of(br#"{"t":12345}"#), None);
    }

    #[test]
    fn schemas_that_cannot_work_are_refused() {
        for (name, kind, format) in [
            ("", "Timestamp", None),
            ("t", "Date", None),
            ("t", "String", None),
            ("t", "String", Some("yyyy/MM-dd HH:mm:ss")),
        ] {
            let schema = ProcessingSchema {
                timestamp_name: name.into(),
                timestamp_type: kind.into(),
                timestamp_format: format.map(Into::into),
            };
            assert!(RecordTime::parse(&schema).is_err(), "{schema:?}");
        }
    }
}
