//! Where a request's bucket is: in the host's name or in the path.

use crate::encoding::split_target;
use crate::request_head::RequestHead;

/// The names under which the service is reached, without ports.
#[derive(Clone, Debug, Default)]
pub struct Addressing {
    names: Vec<String>,
}

/// The bucket and the raw path of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The bucket as written in the host (lower case) or in the first path segment (still
    /// percent-encoded); `None` at service level.
    pub bucket: Option<String>,
    /// The key, still percent-encoded, without its leading slash; empty at bucket level.
    pub raw_key: &'a str,
    /// Whether the bucket is in the host's name.
    pub virtual_host: bool,
}

impl Addressing {
    /// Service names such as `obs.local-1.example`; a bucket's host is `{bucket}.{name}`.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        // `obs.example` must win over `example`.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { names }
    }

    /// Finds bucket and key. Hosts that are no service name below which a bucket stands mean path style.
    pub fn place<'a>(&self, head: &RequestHead<'a>) -> Place<'a> {
        let (path, _) = split_target(head.target);
        let path = path.strip_prefix('/').unwrap_or(path);
        if let Some(bucket) = self.host_bucket(head) {
            return Place { bucket: Some(bucket), raw_key: path, virtual_host: true };
        }
        let (bucket, raw_key) = path.split_once('/').unwrap_or((path, ""));
        let bucket = (!bucket.is_empty()).then(|| bucket.to_owned());
        Place { bucket, raw_key, virtual_host: false }
    }

    /// The bucket in the host's name, if there is one. `localhost` is always a service name.
    pub(crate) fn host_bucket(&self, head: &RequestHead<'_>) -> Option<String> {
        let host = std::str::from_utf8(head.host()?).ok()?.trim().to_ascii_lowercase();
        let host = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host.as_str(),
        };
        if host == "localhost" || self.names.iter().any(|name| name == host) {
            return None;
        }
        let names = self.names.iter().map(String::as_str).chain(["localhost"]);
        let mut buckets = names.filter_map(|name| host.strip_suffix(name)?.strip_suffix('.'));
        buckets.next().filter(|bucket| !bucket.is_empty()).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: &str, target: &'static str) -> (Option<String>, String, bool) {
        let addressing = Addressing::new(["obs.test".to_owned(), "deep.obs.test".to_owned()]);
        let mut headers = http::HeaderMap::new();
        headers.insert("host", host.parse().unwrap());
        let head = RequestHead { method: "GET", target, authority: None, headers: &headers };
        let place = addressing.place(&head);
        (place.bucket, place.raw_key.to_owned(), place.virtual_host)
    }

    #[test]
    fn a_bucket_is_in_the_host_or_in_the_path() {
        let in_host = (Some("my.bkt".to_owned()), "a/b".to_owned(), true);
        assert_eq!(place("my.bkt.obs.test:7071", "/a/b?x"), in_host);
        assert_eq!(place("my.bkt.localhost:7071", "/a/b"), in_host);
        assert_eq!(place("my.bkt.deep.obs.test", "/a/b"), in_host);
        let in_path = (Some("bkt".to_owned()), "a/b".to_owned(), false);
        for host in ["obs.test:7071", "127.0.0.1:7071", "[::1]:7071", "localhost", "elsewhere"] {
            assert_eq!(place(host, "/bkt/a/b?x=/y"), in_path, "{host}");
        }
        assert_eq!(place("obs.test", "/?x"), (None, String::new(), false));
        assert_eq!(place("obs.test", "/bkt"), (Some("bkt".into()), String::new(), false));
    }
}
