//! Reading JSON bodies from strangers: bounded depth, and errors that say what is wrong and where.

use crate::request::RequestError;
use serde::Deserialize;
use serde_json::error::Category;
use tidemill_model::limits::JSON_DEPTH_MAX;

/// Reads a small body. Empty, not JSON or too deep, or a value of the wrong type: refused as such.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, RequestError> {
    if body.trim_ascii().is_empty() {
        return Err(RequestError::Empty);
    }
    if is_too_deep(body) {
        return Err(too_deep());
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| refusal_at(&error))?;
    reader.end().map_err(|error| refusal(&error))?;
    Ok(value)
}

/// The same for a body that has to be an object: serde also reads a list, as members in their order.
pub fn parse_object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, RequestError> {
    let value = parse(body)?;
    match body.trim_ascii_start().first() {
        Some(b'{') => Ok(value),
        _ => Err(RequestError::Invalid("body must be a JSON object".into())),
    }
}

/// The error for a body that serde could not read.
pub(crate) fn refusal(error: &serde_json::Error) -> RequestError {
    match error.classify() {
        Category::Data => RequestError::Invalid(error.to_string()),
        Category::Syntax | Category::Eof | Category::Io => {
            RequestError::Malformed(format!("body is not JSON: {error}"))
        }
    }
}

/// The same, with the member that has the wrong value.
fn refusal_at(error: &serde_path_to_error::Error<serde_json::Error>) -> RequestError {
    let path = error.path().to_string();
    match refusal(error.inner()) {
        RequestError::Invalid(why) if path != "." => RequestError::Invalid(format!("{path}: {why}")),
        other => other,
    }
}

fn too_deep() -> RequestError {
    RequestError::Malformed(format!("body is nested deeper than {JSON_DEPTH_MAX}"))
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
        assert_eq!(refused.to_string(), "body is nested deeper than 64");
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
        assert_eq!(refused.to_string(), "body must be a JSON object");
        assert_eq!(parse_object::<Body>(br#" {"name":"x"}"#), Ok(Body { name: "x".to_owned() }));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_told_with_its_member() {
        #[derive(Debug, Deserialize)]
        struct Body {
            #[serde(rename = "list")]
            _list: Vec<std::collections::BTreeMap<String, i64>>,
        }
        let refused = parse::<Body>(br#"{"list":[{"a":1},{"b":"x"}]}"#).unwrap_err().to_string();
        assert!(refused.starts_with("list[1].b: invalid type: string"), "{refused}");
        assert!(matches!(parse::<Vec<i64>>(b"[1] 2"), Err(RequestError::Malformed(_))));
    }

    #[test]
    fn each_kind_of_bad_body_has_its_code() {
        let refused = |body: &[u8]| parse::<Vec<i64>>(body).unwrap_err();
        assert_eq!(refused(b" "), RequestError::Empty);
        assert!(matches!(refused(b"[1,"), RequestError::Malformed(_)));
        assert!(matches!(refused(b"\xff\xfe"), RequestError::Malformed(_)));
        assert!(matches!(refused(br#"["x"]"#), RequestError::Invalid(_)));
    }
}
