//! A record's payload as a request brings it: in JSON it is base64, in protobuf it is there as it is.

use std::borrow::Cow;

/// A payload, borrowed from the request where that is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Base64 text with padding; checked when it is decoded.
    Base64(Cow<'a, [u8]>),
    /// The bytes themselves.
    Raw(&'a [u8]),
}

/// The text is no base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotBase64;

impl Default for Payload<'_> {
    fn default() -> Self {
        Self::Raw(&[])
    }
}

impl Payload<'_> {
    /// Bytes of the decoded payload; of text that is no base64, some number about as large.
    pub(crate) fn decoded_len(&self) -> usize {
        match self {
            Self::Base64(text) => base64_len(text),
            Self::Raw(bytes) => bytes.len(),
        }
    }

    /// Appends the decoded payload; on an error some of it may be there.
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) -> Result<(), NotBase64> {
        match self {
            Self::Base64(text) => base64_simd::STANDARD.decode_append(text, out).map_err(|_| NotBase64),
            Self::Raw(bytes) => {
                out.extend_from_slice(bytes);
                Ok(())
            }
        }
    }
}

/// Bytes that base64 text decodes to, if it is base64 at all.
fn base64_len(text: &[u8]) -> usize {
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    (text.len().div_ceil(4) * 3).saturating_sub(padding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_forms_decode_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = STANDARD.encode(&bytes);
            for payload in [Payload::Base64(text.as_bytes().into()), Payload::Raw(&bytes)] {
                let mut out = b"before".to_vec();
                payload.append_to(&mut out).unwrap();
                prop_assert_eq!(&out[6..], &bytes[..]);
                prop_assert_eq!(payload.decoded_len(), bytes.len());
            }
        }
    }
}
