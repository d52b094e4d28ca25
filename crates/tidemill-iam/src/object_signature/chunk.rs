//! The chain of signatures in `aws-chunked` bodies.

use crate::mac::{hmac_sha256, same, sha256};
use std::fmt;

/// SHA-256 of nothing, which stands for "no chunk headers" in every string to sign.
const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Checks chunk after chunk: each signature covers the one before it, the first one that of the head.
#[derive(Clone)]
pub struct ChunkVerifier {
    key: [u8; 32],
    timestamp: String,
    scope: String,
    previous: String,
}

impl fmt::Debug for ChunkVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChunkVerifier(…)")
    }
}

impl ChunkVerifier {
    pub(crate) fn new(key: [u8; 32], timestamp: String, scope: String, head_signature: String) -> Self {
        Self { key, timestamp, scope, previous: head_signature }
    }

    /// Checks the next chunk by the SHA-256 of its data. The closing chunk of no bytes counts too.
    pub fn verify_chunk(&mut self, data_sha256: &[u8; 32], signature: &str) -> bool {
        let rest = format!("{EMPTY_HASH}\n{}", hex::encode(data_sha256));
        self.verify("AWS4-HMAC-SHA256-PAYLOAD", &rest, signature)
    }

    /// Checks the trailer, after the closing chunk. `lines` are `name:value\n`, names in lower case,
    /// without the line of the signature.
    pub fn verify_trailer(&mut self, lines: &[u8], signature: &str) -> bool {
        let rest = hex::encode(sha256(lines));
        self.verify("AWS4-HMAC-SHA256-TRAILER", &rest, signature)
    }

    fn verify(&mut self, kind: &str, rest: &str, signature: &str) -> bool {
        let text = format!("{kind}\n{}\n{}\n{}\n{rest}", self.timestamp, self.scope, self.previous);
        let expected = hex::encode(hmac_sha256(&self.key, text.as_bytes()));
        let fits = same(expected.as_bytes(), signature.as_bytes());
        self.previous = expected;
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Amazon's documentation: 64 KiB and 1 KiB of the letter a.
    fn example() -> ChunkVerifier {
        let mut key = hmac_sha256(b"AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", b"20130524");
        for part in ["us-east-1", "s3", "aws4_request"] {
            key = hmac_sha256(&key, part.as_bytes());
        }
        ChunkVerifier::new(
            key,
            "20130524T000000Z".into(),
            "20130524/us-east-1/s3/aws4_request".into(),
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9".into(),
        )
    }

    #[test]
    fn the_published_chain_verifies_in_its_order_only() {
        let chunks = [
            (sha256(&vec![b'a'; 65536]), "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
            (sha256(&vec![b'a'; 1024]), "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
            (sha256(b""), "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
        ];
        let mut chain = example();
        for (hash, signature) in &chunks {
            assert!(chain.verify_chunk(hash, signature));
        }
        assert!(!example().verify_chunk(&chunks[1].0, chunks[1].1));
        assert!(!example().verify_chunk(&chunks[1].0, chunks[0].1));
    }
}
