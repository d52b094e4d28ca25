//! No bytes make the signature checks panic or verify.

use crate::vector_file::load;
use proptest::prelude::*;
use tidemill_iam::fuzz_authorization;

/// Captured requests written as the fuzz body reads them.
fn corpus() -> Vec<Vec<u8>> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        [name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"].concat()
    };
    let file = load();
    let wires = file.vectors.iter().map(|vector| vector.wire());
    wires
        .map(|wire| {
            let start = format!("{}\n{}\n", wire.method, wire.target).into_bytes();
            wire.headers.iter().fold(start, |text, header| [text, line(header)].concat())
        })
        .collect()
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        fuzz_authorization(&bytes);
    }

    #[test]
    fn changed_requests(which in 0usize..91, at in 0usize..1000, with in any::<u8>(), cut in 0usize..1200) {
        let mut bytes = corpus().swap_remove(which);
        let length = bytes.len();
        bytes[at % length] = with;
        bytes.truncate(cut.max(1));
        fuzz_authorization(&bytes);
    }
}
