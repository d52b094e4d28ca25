//! The bodies of the fuzz targets over `fuzz/seeds`: what clients really send and what they get wrong, whole, cut off
//! at every place and with every byte changed.

use std::path::Path;
use tidemill_http::dis::put_body::{fuzz_put_body, parse};
use tidemill_stream::fuzz_cursor;

/// The seeds of a target, with the names of their files.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())
    };
    files.map(named).collect()
}

/// Hands on every change of a seed: cut off, or with one byte set to what ends or begins something.
fn bent(seed: &[u8], mut take: impl FnMut(&[u8])) {
    take(seed);
    for at in 0..seed.len() {
        take(&seed[..at]);
        let mut changed = seed.to_vec();
        for byte in [0, b'"', b'{', b'}', b'[', b'\\', b'-', 0x80, 0xff] {
            changed[at] = byte;
            take(&changed);
        }
    }
}

#[test]
fn bodies_of_puts_are_answered_however_they_are_bent() {
    let seeds = seeds("put_body");
    let read: Vec<&str> =
        seeds.iter().filter(|(_, body)| parse(body).is_ok()).map(|(name, _)| name.as_str()).collect();
    for client in ["java_sdk.json", "kafka_adapter.json", "py_dis.json", "v3_sdk.json"] {
        assert!(read.contains(&client), "{client} is read: {read:?}");
    }
    for broken in ["cut.json", "deep.json", "twice.json"] {
        assert!(
            seeds.iter().any(|(name, _)| name == broken) && !read.contains(&broken),
            "{broken} is refused"
        );
    }
    for (_, seed) in &seeds {
        bent(seed, fuzz_put_body);
    }
}

#[test]
fn cursors_are_read_or_refused_however_they_are_bent() {
    let seeds = seeds("cursor");
    assert!(seeds.len() >= 7, "{}", seeds.len());
    for (_, seed) in &seeds {
        bent(seed, fuzz_cursor);
    }
}
