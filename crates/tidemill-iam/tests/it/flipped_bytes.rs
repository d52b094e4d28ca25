//! A request with any one signed byte changed is refused.

use crate::vector_file::{Vector, Wire, load};
use http::HeaderValue;
use percent_encoding::percent_decode_str;

/// What a target says, whatever way it is written: a changed byte that leaves this alone changes nothing.
fn meaning(target: &str) -> (Vec<u8>, Vec<[Vec<u8>; 2]>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    let mut pairs: Vec<_> = pieces
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
        .map(|(name, value)| [decode(name), decode(value)])
        .collect();
    pairs.sort();
    (decode(path), pairs)
}

fn flips(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..text.len()).flat_map(move |at| {
        [0x01u8, 0x04, 0x20].into_iter().map(move |bit| {
            let mut changed = text.to_vec();
            changed[at] ^= bit;
            changed
        })
    })
}

/// Names of the headers that the signature covers.
fn signed_headers(vector: &Vector, wire: &Wire) -> Vec<String> {
    let authorization = wire.headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
    let Some(text) = authorization else { return Vec::new() };
    let listed = text.split([',', ' ']).find_map(|part| part.strip_prefix("SignedHeaders="));
    if let Some(list) = listed {
        return list.split(';').map(str::to_owned).collect();
    }
    let prefix = if vector.variant == "OBS" { "x-obs-" } else { "x-amz-" };
    let fixed = ["content-md5", "content-type", "date"];
    let own_date = format!("{prefix}date");
    let covered = |name: &str| {
        name.starts_with(prefix)
            || (fixed.contains(&name) && !(name == "date" && wire.headers.contains_key(&own_date)))
    };
    wire.headers.keys().map(|name| name.as_str().to_owned()).filter(|name| covered(name)).collect()
}

fn before_port(host: &[u8]) -> &[u8] {
    host.split(|b| *b == b':').next().unwrap()
}

fn verified_vectors() -> impl Iterator<Item = Vector> {
    load().vectors.into_iter().filter(|vector| vector.wire().check(vector.is_object()).is_ok())
}

#[test]
fn a_changed_header_byte_is_refused() {
    let mut tried = 0;
    for vector in verified_vectors() {
        let wire = vector.wire();
        for name in signed_headers(&vector, &wire) {
            let value = wire.headers[&name].as_bytes().to_vec();
            for changed in flips(&value).filter(|changed| changed.trim_ascii() != value.trim_ascii()) {
                let Ok(changed) = HeaderValue::from_bytes(&changed) else { continue };
                // One client signs the host without its port.
                if name == "host"
                    && vector.client.contains("dis")
                    && before_port(changed.as_bytes()) == before_port(&value)
                {
                    continue;
                }
                let mut wire = wire.clone();
                wire.headers.insert(http::HeaderName::try_from(&name).unwrap(), changed.clone());
                assert!(wire.check(vector.is_object()).is_err(), "{} {name}: {changed:?}", vector.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}

#[test]
fn a_changed_authorization_byte_is_refused() {
    for vector in verified_vectors() {
        let wire = vector.wire();
        let Some(value) = wire.headers.get("authorization").cloned() else { continue };
        for changed in flips(value.as_bytes()).filter_map(|changed| HeaderValue::from_bytes(&changed).ok()) {
            let mut wire = wire.clone();
            wire.headers.insert("authorization", changed.clone());
            assert!(wire.check(vector.is_object()).is_err(), "{}: {changed:?}", vector.id);
        }
    }
}

#[test]
fn a_changed_method_or_body_byte_is_refused() {
    for vector in verified_vectors() {
        let mut method = vector.wire();
        method.method = "PATCH".into();
        assert!(method.check(vector.is_object()).is_err(), "{}", vector.id);
        let stated = vector.wire().headers.get("x-sdk-content-sha256").is_some();
        let covered = !vector.is_object() && !stated;
        if covered {
            for body in flips(&vector.wire().body).chain([b"{}".to_vec()]) {
                let wire = Wire { body, ..vector.wire() };
                assert!(wire.check(false).is_err(), "{}", vector.id);
            }
        }
    }
}

#[test]
fn a_changed_target_byte_is_refused() {
    let unsigned = ["prefix", "marker", "delimiter", "max-keys"];
    let mut tried = 0;
    for vector in verified_vectors() {
        let wire = vector.wire();
        let v2 = vector.variant.starts_with("OBS") || vector.variant.starts_with("AWS2");
        if v2 && unsigned.iter().any(|name| wire.target.contains(name)) {
            continue;
        }
        for changed in flips(wire.target.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
            // Not a target that an HTTP server would hand on, or the same request written differently.
            let plain =
                changed.bytes().all(|b| b > b' ' && b != b'#' && b < 0x7f) && changed.starts_with('/');
            if !plain || meaning(&changed) == meaning(&wire.target) {
                continue;
            }
            let wire = Wire { target: changed.clone(), ..wire.clone() };
            assert!(wire.check(vector.is_object()).is_err(), "{}: {changed}", vector.id);
            tried += 1;
        }
    }
    assert!(tried > 5_000, "{tried}");
}
