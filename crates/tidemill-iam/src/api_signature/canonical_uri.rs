//! The canonical URI in the four ways clients write it.

use crate::encoding::{decode, encode_path};

/// The candidates, likeliest first, without repetitions.
pub(crate) fn candidates(path: &str) -> Vec<String> {
    let decoded = decode(path);
    let plain = encode_path(&decoded);
    let mut all = vec![with_slash(plain.clone())];
    for other in [plain.clone(), encode_path(plain.as_bytes()), clean(&decoded)] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

fn with_slash(mut path: String) -> String {
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

/// Without empty and `.` segments, with a slash at the end (the Python client, given an empty part).
fn clean(decoded: &[u8]) -> String {
    let segments = decoded.split(|b| *b == b'/').filter(|s| !s.is_empty() && *s != b".");
    let kept: Vec<String> = segments.map(encode_path).collect();
    with_slash(format!("/{}", kept.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_finds_its_form() {
        assert_eq!(candidates("/"), ["/"]);
        assert_eq!(candidates("/v2/a%2Fb%41"), ["/v2/a/bA/", "/v2/a/bA"]);
        assert_eq!(candidates("/a%E6b//c/."), ["/a%E6b//c/./", "/a%E6b//c/.", "/a%25E6b//c/.", "/a%E6b/c/"]);
    }
}
