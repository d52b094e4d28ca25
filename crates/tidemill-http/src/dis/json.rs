//! Reading JSON bodies from strangers: bounded depth, and errors that say what is wrong and where.

use crate::dis::error::DisError;
use serde::Deserialize;
use serde_json::error::Category;
use tidemill_api::ErrorCode;
use tidemill_model::limits::JSON_DEPTH_MAX;

/// Reads a small body. Empty: DIS.4202; not JSON or too deep: DIS.4300; a value of the wrong type: DIS.4200.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DisError> {
    if body.trim_ascii().is_empty() {
        return Err(DisError::new(ErrorCode::EmptyRequest, &[]));
    }
    if is_too_deep(body) {
        return Err(too_deep());
    }
    serde_json::from_slice(body).map_err(|error| refusal(&error))
}

/// The same for a body that has to be an object: serde also reads a list, as members in their order.
pub fn parse_object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DisError> {
    let value = parse(body)?;
    match body.trim_ascii_start().first() {
        Some(b'{') => Ok(value),
        _ => Err(DisError::invalid("body must be a JSON object")),
    }
}

/// The error for a body that serde could not read.
pub(crate) fn refusal(error: &serde_json::Error) -> DisError {
    match error.classify() {
        Category::Data => DisError::invalid(error),
        Category::Syntax | Category::Eof | Category::Io => {
            DisError::unreadable(format!("body is not JSON: {error}"))
        }
    }
}

fn too_deep() -> DisError {
    DisError::unreadable(format!("body is nested deeper than {JSON_DEPTH_MAX}"))
}

/// Whether arrays and objects are nested deeper than the limit. Strings are skipped, nothing is kept.
fn is_too_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > JSON_DEPTH_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn depth_counts_only_outside_strings() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse::<Value>(nested(64).as_bytes()).is_ok());
        let refused = parse::<Value>(nested(65).as_bytes()).unwrap_err();
        assert_eq!(refused.message, "Request error. [body is nested deeper than 64]");
        let text = format!(r#"{{"a":"{}\"","b":1}}"#, "[".repeat(100));
        assert!(parse::<Value>(text.as_bytes()).is_ok());
    }

    #[test]
    fn a_list_is_no_object() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Body {
            name: String,
        }
        let refused = parse_object::<Body>(br#" ["x"]"#).unwrap_err();
        assert_eq!(refused.message, "Invalid request. [body must be a JSON object]");
        assert_eq!(parse_object::<Body>(br#" {"name":"x"}"#), Ok(Body { name: "x".to_owned() }));
    }

    #[test]
    fn each_kind_of_bad_body_has_its_code() {
        let code = |body: &[u8]| parse::<Vec<i64>>(body).unwrap_err().code;
        assert_eq!(code(b" "), ErrorCode::EmptyRequest);
        assert_eq!(code(b"[1,"), ErrorCode::RequestError);
        assert_eq!(code(b"\xff\xfe"), ErrorCode::RequestError);
        assert_eq!(code(br#"["x"]"#), ErrorCode::InvalidRequest);
    }
}
