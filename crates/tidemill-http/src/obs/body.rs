//! Bodies with their checksums: into a blob, or into memory if they are documents.

use super::error::ObsError;
use super::payload::{Payload, PayloadStream};
use super::request::Call;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha2::Sha256;
use tidemill_model::limits::{OBJECT_BODY_BYTES_MAX, OBJECT_XML_BYTES_MAX};
use tidemill_objects::Objects;
use tidemill_objects::blob::{Digests, NewBlob, WantedHashes};

const CRC32: &str = "x-amz-checksum-crc32";

/// What the client says of the body's content.
#[derive(Debug)]
struct Stated {
    sha256: Option<[u8; 32]>,
    md5: Option<[u8; 16]>,
    /// In Base64, as it is compared and echoed.
    crc32: Option<String>,
    /// Whether the CRC follows the body.
    crc32_in_trailer: bool,
}

impl Stated {
    fn of(call: &Call<'_>, stream: &PayloadStream<'_>) -> Result<Self, ObsError> {
        let md5 = call.headers().get("content-md5").map(|value| {
            let digest = STANDARD.decode(value.as_bytes().trim_ascii()).ok();
            let invalid = || ObsError::bad("InvalidDigest", "The Content-MD5 you specified was invalid.");
            digest.and_then(|digest| digest.try_into().ok()).ok_or_else(invalid)
        });
        let trailer = call.header("x-amz-trailer").unwrap_or("");
        Ok(Self {
            sha256: stream.sha256,
            md5: md5.transpose()?,
            crc32: call.header(CRC32).map(|text| text.trim().to_owned()),
            crc32_in_trailer: trailer.split(',').any(|name| name.trim().eq_ignore_ascii_case(CRC32)),
        })
    }

    fn wanted(&self) -> WantedHashes {
        WantedHashes { sha256: self.sha256.is_some(), crc32: self.crc32.is_some() || self.crc32_in_trailer }
    }

    /// Compares with what arrived; the CRC to echo if there is one.
    fn check(self, digests: &Digests, trailer: Vec<(String, String)>) -> Result<Option<String>, ObsError> {
        if self.md5.is_some_and(|md5| md5 != digests.md5) {
            let message = "The Content-MD5 you specified did not match what we received.";
            return Err(ObsError::bad("BadDigest", message));
        }
        if self.sha256.is_some_and(|sha256| digests.sha256 != Some(sha256)) {
            let message = "The provided x-amz-content-sha256 header does not match what was computed.";
            return Err(ObsError::bad("XAmzContentSHA256Mismatch", message));
        }
        let stated = trailer.into_iter().find(|(name, _)| name == CRC32).map(|(_, value)| value);
        let stated = stated.or(self.crc32);
        let computed = digests.crc32.map(|crc| STANDARD.encode(crc.to_be_bytes()));
        if stated.is_some() && stated != computed {
            return Err(ObsError::bad(
                "BadDigest",
                "The CRC32 you specified did not match what we received.",
            ));
        }
        Ok(stated)
    }
}

/// A received body.
#[derive(Debug)]
pub(crate) struct Received<T> {
    pub(crate) content: T,
    /// The CRC-32 the client stated and that holds, in Base64.
    pub(crate) crc32: Option<String>,
}

/// Receives a body of up to 5 GiB into a blob.
pub(crate) async fn to_blob(
    objects: &Objects,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Received<NewBlob>, ObsError> {
    let mut stream = payload.open(call, OBJECT_BODY_BYTES_MAX, true)?;
    let stated = Stated::of(call, &stream)?;
    let mut writer = objects.writer(stated.wanted());
    while let Some(bytes) = stream.next().await? {
        writer.write(bytes).await?;
    }
    let trailer = stream.finish()?;
    let content = writer.finish().await?;
    let crc32 = stated.check(content.digests(), trailer)?;
    Ok(Received { content, crc32 })
}

/// Receives a document of up to 1 MiB.
pub(crate) async fn to_memory(call: &Call<'_>, payload: Payload<'_>) -> Result<Vec<u8>, ObsError> {
    let mut stream = payload.open(call, OBJECT_XML_BYTES_MAX as u64, false)?;
    let stated = Stated::of(call, &stream)?;
    let mut content = Vec::new();
    while let Some(bytes) = stream.next().await? {
        if content.len() + bytes.len() > OBJECT_XML_BYTES_MAX {
            return Err(ObsError::bad("MaxMessageLengthExceeded", "Your request was too big."));
        }
        content.extend_from_slice(&bytes);
    }
    let trailer = stream.finish()?;
    let digests = Digests {
        md5: Md5::digest(&content).into(),
        sha256: Some(Sha256::digest(&content).into()),
        crc32: Some(crc32fast::hash(&content)),
    };
    stated.check(&digests, trailer)?;
    Ok(content)
}
