//! How the text of a setting becomes a value. Errors say what is allowed.

use std::net::SocketAddr;
use std::time::Duration;

/// `true` or `false`.
pub(crate) fn boolean(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

/// An IP address and a port; `localhost` stands for 127.0.0.1.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.strip_prefix("localhost:").map_or(text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map_err(|_| "must be an IP address and a port, like 127.0.0.1:7070".to_owned())
}

/// An http or https URL without a trailing slash, query or fragment.
pub(crate) fn url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(['?', '#', ' ']) => Ok(text.to_owned()),
        _ => Err("must be a URL like http://127.0.0.1:7070".to_owned()),
    }
}

/// A number and `ms`, `s`, `m` or `h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let ms = scaled(text, &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]);
    ms.map(Duration::from_millis).ok_or_else(|| "must be a number and ms, s, m or h, like 90s".to_owned())
}

/// A number of bytes, or a number and `KiB`, `MiB` or `GiB`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    scaled(text, &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)])
        .ok_or_else(|| "must be a number and KiB, MiB or GiB, like 512MiB".to_owned())
}

/// A whole number from 1.
pub(crate) fn count(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "must be a whole number from 1".to_owned())
}

/// The first unit that `text` ends in and that leaves digits.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim())?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_have_units() {
        assert_eq!(duration("72h"), Ok(Duration::from_secs(72 * 3600)));
        assert_eq!(duration("250 ms"), Ok(Duration::from_millis(250)));
        for bad in ["", "5", "h", "-1s", "1d", "99999999999999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!((size("512MiB"), size("42")), (Ok(512 << 20), Ok(42)));
        assert!(size("1MB").is_err());
    }

    #[test]
    fn addresses_and_urls() {
        assert_eq!(address("localhost:0"), Ok(([127, 0, 0, 1], 0).into()));
        assert!(address("example.com:80").is_err());
        assert_eq!(url("https://a.example/"), Ok("https://a.example".into()));
        for bad in ["a.example", "ftp://a", "http://", "http://a?b"] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
