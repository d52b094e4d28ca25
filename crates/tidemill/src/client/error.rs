//! Why a call to a server failed.

use serde_json::Value;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// The server did not answer.
    #[error("cannot reach {url}: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The server refused.
    #[error("{code} {message} (HTTP {status}, request {request_id})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// For example `DIS.4301`.
        code: String,
        /// For people.
        message: String,
        /// Names the request in the server's log.
        request_id: String,
    },
    /// The server answered something this program does not understand.
    #[error("unexpected answer of the server: {0}")]
    Unexpected(String),
}

impl ClientError {
    /// The refusal in an answer's body, whatever API it came from.
    pub(crate) fn refused(status: u16, request_id: String, body: &[u8]) -> Self {
        let (code, message) = json_error(body).or_else(|| xml_error(body)).unwrap_or_else(|| {
            let text: String = String::from_utf8_lossy(body).chars().take(200).collect();
            ("error".to_owned(), text)
        });
        Self::Refused { status, code, message, request_id }
    }

    /// Whether the server refused with this code.
    pub(crate) fn has_code(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }
}

fn json_error(body: &[u8]) -> Option<(String, String)> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(code) = text("error_code") {
        return Some((code, text("error_msg").unwrap_or_default()));
    }
    // The identity API has a form of its own.
    let error = value.get("error")?;
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("title")?, text("message").unwrap_or_default()))
}

fn xml_error(body: &[u8]) -> Option<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Body {
        #[serde(rename = "Code")]
        code: String,
        #[serde(rename = "Message", default)]
        message: String,
    }
    let text = std::str::from_utf8(body).ok()?;
    quick_xml::de::from_str::<Body>(text).ok().map(|body| (body.code, body.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_both_endpoints_are_understood() {
        let json = br#"{"errorCode":"DIS.4301","message":"m","error_code":"DIS.4301","error_msg":"m"}"#;
        let refused = ClientError::refused(400, "r1".into(), json);
        assert_eq!(refused.to_string(), "DIS.4301 m (HTTP 400, request r1)");
        let xml = b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>";
        assert!(ClientError::refused(404, String::new(), xml).has_code("NoSuchKey"));
        let identity = br#"{"error":{"code":409,"title":"Conflict","message":"m"}}"#;
        assert_eq!(
            ClientError::refused(409, "r".into(), identity).to_string(),
            "Conflict m (HTTP 409, request r)"
        );
        assert!(ClientError::refused(502, String::new(), b"bad gateway").to_string().contains("bad gateway"));
    }
}
