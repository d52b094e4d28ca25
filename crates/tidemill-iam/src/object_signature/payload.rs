//! What the body of a verified request must be.

use super::chunk::ChunkVerifier;
use super::error::ObjectAuthError;

/// How to check and decode the body.
#[derive(Debug)]
pub enum PayloadRule {
    /// The signature says nothing about the body (V2 forms).
    Plain,
    /// The body's SHA-256 must be this.
    Sha256([u8; 32]),
    /// The client chose not to sign the body.
    Unsigned,
    /// The body is framed in `aws-chunked` form and must be decoded before it is stored.
    AwsChunked {
        /// Set if every chunk carries a signature.
        signed: Option<ChunkVerifier>,
        /// Whether checksum lines follow the last chunk.
        trailer: bool,
    },
}

/// The kinds a stated `X-Amz-Content-SHA256` can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    Hash([u8; 32]),
    Unsigned,
    UnsignedChunks,
    SignedChunks { trailer: bool },
}

impl Stated {
    pub(crate) fn parse(text: &str) -> Result<Self, ObjectAuthError> {
        match text {
            "UNSIGNED-PAYLOAD" => Ok(Self::Unsigned),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Self::UnsignedChunks),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Self::SignedChunks { trailer: false }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Ok(Self::SignedChunks { trailer: true }),
            _ => {
                let mut hash = [0u8; 32];
                hex::decode_to_slice(text, &mut hash).map(|()| Self::Hash(hash)).map_err(|_| {
                    ObjectAuthError::InvalidRequest(
                        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- form that is supported, or a SHA-256 in hexadecimal.",
                    )
                })
            }
        }
    }
}
