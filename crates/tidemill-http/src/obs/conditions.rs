//! Conditional requests.

use super::dates::parse_http_date;
use super::error::ObsError;
use http::StatusCode;
use tidemill_objects::ObjectInfo;

/// The four conditions, of a request or of a copy's source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conditions<'a> {
    pub(crate) if_match: Option<&'a str>,
    pub(crate) if_none_match: Option<&'a str>,
    pub(crate) if_modified_since: Option<&'a str>,
    pub(crate) if_unmodified_since: Option<&'a str>,
}

fn names(list: &str, etag: &str) -> bool {
    list.split(',').any(|one| {
        let one = one.trim();
        one == "*" || one.trim_start_matches("W/").trim_matches('"') == etag
    })
}

impl Conditions<'_> {
    /// Whether the object may be shown: 412 or 304 if not. ETags win over times; a date that cannot be
    /// read is ignored.
    pub(crate) fn check(&self, info: &ObjectInfo) -> Result<(), StatusCode> {
        let modified = info.modified_ms.div_euclid(1000);
        let later_than = |date: &str| parse_http_date(date).map(|date| modified > date);
        let met = match (self.if_match, self.if_unmodified_since) {
            (Some(list), _) => names(list, &info.etag),
            (None, Some(date)) => later_than(date) != Some(true),
            (None, None) => true,
        };
        if !met {
            return Err(StatusCode::PRECONDITION_FAILED);
        }
        let changed = match (self.if_none_match, self.if_modified_since) {
            (Some(list), _) => !names(list, &info.etag),
            (None, Some(date)) => later_than(date) != Some(false),
            (None, None) => true,
        };
        if changed { Ok(()) } else { Err(StatusCode::NOT_MODIFIED) }
    }

    /// For a copy's source: whatever is not met is 412.
    pub(crate) fn check_source(&self, info: &ObjectInfo) -> Result<(), ObsError> {
        self.check(info).map_err(|_| ObsError::precondition_failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_objects::ObjectHeaders;

    const BEFORE: &str = "Thu, 15 Jan 2026 09:29:59 GMT";
    const SAME: &str = "Thu, 15 Jan 2026 09:30:00 GMT";

    fn check(conditions: Conditions<'_>) -> Result<(), u16> {
        let info = ObjectInfo {
            key: "k".into(),
            size: 1,
            etag: "abc".into(),
            modified_ms: 1_768_469_400_500,
            appendable: false,
            headers: ObjectHeaders::default(),
        };
        conditions.check(&info).map_err(|status| status.as_u16())
    }

    #[test]
    fn etags_are_compared_with_and_without_quotes() {
        let when =
            |if_match, if_none_match| check(Conditions { if_match, if_none_match, ..Conditions::default() });
        assert_eq!(when(Some("\"abc\""), None), Ok(()));
        assert_eq!(when(Some("x, abc"), None), Ok(()));
        assert_eq!(when(Some("x"), None), Err(412));
        assert_eq!(when(None, Some("\"abc\"")), Err(304));
        assert_eq!(when(None, Some("*")), Err(304));
        assert_eq!(when(None, Some("x")), Ok(()));
    }

    #[test]
    fn times_count_in_seconds_and_after_etags() {
        let since = |if_modified_since, if_unmodified_since| {
            check(Conditions { if_modified_since, if_unmodified_since, ..Conditions::default() })
        };
        assert_eq!(since(Some(BEFORE), None), Ok(()));
        assert_eq!(since(Some(SAME), None), Err(304));
        assert_eq!(since(None, Some(SAME)), Ok(()));
        assert_eq!(since(None, Some(BEFORE)), Err(412));
        assert_eq!(since(Some("nonsense"), Some("nonsense")), Ok(()));
        let both =
            Conditions { if_match: Some("abc"), if_unmodified_since: Some(BEFORE), ..Conditions::default() };
        assert_eq!(check(both), Ok(()));
    }
}
