//! Where a subscription's messages go.

/// A destination of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An `http` or `https` URL that takes a signed POST.
    Webhook(String),
    /// The id of a stream of the same project that takes records.
    Stream(String),
}

/// Longest URL of a webhook.
const URL_CHARS_MAX: usize = 2048;

impl Target {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Stream(_) => "stream",
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Webhook(text) | Self::Stream(text) => text,
        }
    }

    pub(crate) fn of(kind: &str, text: String) -> Option<Self> {
        match kind {
            "webhook" => Some(Self::Webhook(text)),
            "stream" => Some(Self::Stream(text)),
            _ => None,
        }
    }
}

/// Whether a text can be the URL of a webhook; else what is allowed. Credentials in it would be logged and
/// shown, so they are refused.
pub(crate) fn check_url(text: &str) -> Result<(), String> {
    let allowed = || {
        format!(
            "webhook must be an http or https URL of at most {URL_CHARS_MAX} characters without user or password"
        )
    };
    let uri: ureq::http::Uri = text.parse().map_err(|_| allowed())?;
    let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.authority().is_some_and(|a| !a.host().is_empty() && !a.as_str().contains('@'));
    if scheme && host && text.len() <= URL_CHARS_MAX { Ok(()) } else { Err(allowed()) }
}

#[cfg(test)]
mod tests {
    use super::check_url;

    #[test]
    fn a_webhook_is_a_plain_url() {
        for good in ["http://127.0.0.1:80/a?b=c", "https://example.org", "http://[::1]:1/"] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        let long = format!("http://example.org/{}", "x".repeat(2048));
        for bad in ["", "ftp://a/b", "http://", "/path", "http://u:p@example.org/", "a b", &long] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
