//! The part of a request that arrives before its body.

use http::{HeaderMap, Method, Uri};

/// Method, target and headers exactly as they were received.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// For example `GET`.
    pub method: &'a str,
    /// Path and query as on the wire, before routing strips a prefix and before decoding.
    pub target: &'a str,
    /// The `:authority` of HTTP/2 or of an absolute target; used where there is no `Host` header.
    pub authority: Option<&'a str>,
    /// All headers; values are taken as raw bytes.
    pub headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    /// Takes the parts of a request as the HTTP layer hands them over (the original URI, not a stripped one).
    pub fn new(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self {
            method: method.as_str(),
            target: uri.path_and_query().map_or("/", |p| p.as_str()),
            authority: uri.authority().map(|a| a.as_str()),
            headers,
        }
    }

    /// The host with its port, if the request names one.
    pub fn host(&self) -> Option<&'a [u8]> {
        let header = self.headers.get(http::header::HOST).map(|v| v.as_bytes());
        header.or(self.authority.map(str::as_bytes))
    }

    /// The first value of a header as text; `None` if absent or not ASCII.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// All values of a header, joined by commas; `host` falls back to the authority.
    pub(crate) fn joined(&self, name: &str) -> Option<Vec<u8>> {
        let values: Vec<&[u8]> =
            self.headers.get_all(name).iter().map(|v| v.as_bytes().trim_ascii()).collect();
        match values.as_slice() {
            [] if name.eq_ignore_ascii_case("host") => self.host().map(<[u8]>::to_vec),
            [] => None,
            values => Some(values.join(&b',')),
        }
    }
}
