//! Digests of a blob, made while it is written.

use md5::{Digest, Md5};
use sha2::Sha256;

/// Which digests to make besides MD5, which every blob gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WantedHashes {
    /// SHA-256.
    pub sha256: bool,
    /// CRC-32 (IEEE).
    pub crc32: bool,
}

/// Digests of a finished blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// MD5.
    pub md5: [u8; 16],
    /// SHA-256, if wanted.
    pub sha256: Option<[u8; 32]>,
    /// CRC-32 (IEEE), if wanted.
    pub crc32: Option<u32>,
}

impl Digests {
    /// MD5 in lower-case hexadecimal: the ETag of a blob that is an object alone.
    pub fn md5_hex(&self) -> String {
        hex::encode(self.md5)
    }
}

/// Digests under way.
#[derive(Debug)]
pub(super) struct Hasher {
    md5: Md5,
    sha256: Option<Sha256>,
    crc32: Option<crc32fast::Hasher>,
}

impl Hasher {
    pub(super) fn new(wanted: WantedHashes) -> Self {
        Self {
            md5: Md5::new(),
            sha256: wanted.sha256.then(Sha256::new),
            crc32: wanted.crc32.then(crc32fast::Hasher::new),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
        if let Some(crc32) = &mut self.crc32 {
            crc32.update(bytes);
        }
    }

    pub(super) fn finish(self) -> Digests {
        Digests {
            md5: self.md5.finalize().into(),
            sha256: self.sha256.map(|hash| hash.finalize().into()),
            crc32: self.crc32.map(crc32fast::Hasher::finalize),
        }
    }
}

/// The ETag of an object of several parts, from their MD5 in hexadecimal: MD5 over the raw digests, `-N`.
///
/// Text that is not hexadecimal counts as nothing; the index holds none.
pub fn multipart_etag<'a>(md5s: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = Md5::new();
    let mut count = 0;
    for md5 in md5s {
        all.update(hex::decode(md5).unwrap_or_default());
        count += 1;
    }
    format!("{}-{count}", hex::encode(all.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_published_ones() {
        let mut hasher = Hasher::new(WantedHashes { sha256: true, crc32: true });
        hasher.update(b"1234");
        hasher.update(b"56789");
        let digests = hasher.finish();
        assert_eq!(digests.md5_hex(), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(digests.crc32, Some(0xcbf4_3926));
        let sha = "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225";
        assert_eq!(hex::encode(digests.sha256.unwrap()), sha);
    }

    #[test]
    fn the_etag_of_parts_is_the_digest_of_their_digests() {
        // Two parts "123456789", computed with md5sum over the two raw digests.
        let one = "25f9e794323b453885f5181f1b624d0b";
        assert_eq!(multipart_etag([one, one]), "4f2908c19b573e50b194e208c928de17-2");
    }
}
