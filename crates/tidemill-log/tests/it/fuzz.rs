//! The decoders of the log's files take any bytes.

use crate::support::{new_log, open, put_numbered};
use proptest::prelude::*;
use tidemill_log::LogStore;
use tidemill_log::disk::fuzz_frame_decoder;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn random_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        fuzz_frame_decoder(&bytes);
    }
}

/// Every byte of real files set to other values, and every length they may be cut to.
#[tokio::test(flavor = "multi_thread")]
async fn changed_files_are_refused_without_a_panic() {
    let dir = new_log().await;
    let log = open(dir.path()).unwrap();
    put_numbered(&log, 0, 12, 300).await;
    log.settle().await.unwrap();
    log.shutdown().await;
    let segments = dir.path().join("segments");
    let stream = std::fs::read_dir(segments).unwrap().next().unwrap().unwrap().path();
    let ring = std::fs::read(dir.path().join("journal/00.ring")).unwrap();
    let segment = std::fs::read(stream.join("0000000000000001.seg")).unwrap();
    let manifest = std::fs::read(dir.path().join("manifest.a")).unwrap();
    for sample in [&ring[..600], &ring[4096..4700], &segment[..600], &manifest[..]] {
        for at in 0..sample.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = sample.to_vec();
                bytes[at] = value;
                fuzz_frame_decoder(&bytes);
            }
            fuzz_frame_decoder(&sample[..at]);
        }
    }
}
