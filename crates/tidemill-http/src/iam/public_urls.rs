//! Under which URLs clients reach this installation.

use axum::http::HeaderMap;
use axum::http::header::HOST;

/// What the catalog and other answers name. Without configured URLs the request's own host is used,
/// never the address that is listened on.
#[derive(Clone, Debug, Default)]
pub struct PublicUrls {
    /// `--public-url`, for example `https://dis.example:7070`.
    pub api: Option<String>,
    /// `--public-objects-url`.
    pub objects: Option<String>,
    /// Whether the listeners speak TLS.
    pub tls: bool,
    /// The port of the object endpoint.
    pub objects_port: u16,
    /// The region's name.
    pub region: String,
}

impl PublicUrls {
    /// Base URL of the API, without a slash at the end.
    pub fn api_base(&self, headers: &HeaderMap) -> String {
        match &self.api {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("{}://{}", self.scheme(), host(headers)),
        }
    }

    /// Base URL of the object endpoint, without a slash at the end.
    pub fn objects_base(&self, headers: &HeaderMap) -> String {
        match &self.objects {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("{}://{}:{}", self.scheme(), without_port(host(headers)), self.objects_port),
        }
    }

    fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }
}

/// The request's host, if it is one: it goes back into URLs.
fn host(headers: &HeaderMap) -> &str {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b);
    if !host.is_empty() && host.bytes().all(plain) { host } else { "localhost" }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str) -> HeaderMap {
        HeaderMap::from_iter([(HOST, host.parse().unwrap())])
    }

    #[test]
    fn configured_urls_win_over_the_host() {
        let mut urls = PublicUrls { objects_port: 7071, tls: true, ..Default::default() };
        assert_eq!(urls.api_base(&asked("h:7070")), "https://h:7070");
        assert_eq!(urls.objects_base(&asked("h:7070")), "https://h:7071");
        assert_eq!(urls.objects_base(&asked("[::1]:7070")), "https://[::1]:7071");
        assert_eq!(urls.api_base(&asked("h/evil?x")), "https://localhost");
        urls.api = Some("http://public/".into());
        urls.objects = Some("http://obs.public".into());
        assert_eq!(urls.api_base(&asked("h")), "http://public");
        assert_eq!(urls.objects_base(&asked("h")), "http://obs.public");
    }
}
