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

/// A checksum of what arrived, in Base64; `None` if it was not asked for.
type Computed = fn(&Digests) -> Option<String>;

/// Checksums in headers and trailers, in Base64. Others that S3 knows (SHA-1, CRC-32C, CRC-64) are taken for
/// comments.
const CHECKSUMS: [(&str, Computed); 2] = [
    ("x-amz-checksum-crc32", |digests| digests.crc32.map(|crc| STANDARD.encode(crc.to_be_bytes()))),
    ("x-amz-checksum-sha256", |digests| digests.sha256.map(|hash| STANDARD.encode(hash))),
];

/// A checksum's name and its value in Base64.
pub(crate) type Checksum = (&'static str, String);

/// What the client says of the body's content.
#[derive(Debug)]
struct Stated {
    sha256: Option<[u8; 32]>,
    md5: Option<[u8; 16]>,
    checksum: Option<Checksum>,
    /// Checksums that follow the body.
    announced: Vec<&'static str>,
}

impl Stated {
    fn of(call: &Call<'_>, stream: &PayloadStream<'_>) -> Result<Self, ObsError> {
        let md5 = call.headers().get("content-md5").map(|value| {
            let digest = STANDARD.decode(value.as_bytes().trim_ascii()).ok();
            let invalid = || ObsError::bad("InvalidDigest", "The Content-MD5 you specified was invalid.");
            digest.and_then(|digest| digest.try_into().ok()).ok_or_else(invalid)
        });
        let names = CHECKSUMS.map(|(name, _)| name);
        let trailer = call.header("x-amz-trailer").unwrap_or("");
        let announced = |name: &&str| trailer.split(',').any(|one| one.trim().eq_ignore_ascii_case(name));
        Ok(Self {
            sha256: stream.sha256,
            md5: md5.transpose()?,
            checksum: names.into_iter().find_map(|name| Some((name, call.header(name)?.trim().to_owned()))),
            announced: names.into_iter().filter(announced).collect(),
        })
    }

    fn wanted(&self) -> WantedHashes {
        let stated = self.checksum.as_ref().map(|(name, _)| *name);
        let [crc32, sha256] =
            CHECKSUMS.map(|(name, _)| stated == Some(name) || self.announced.contains(&name));
        WantedHashes { sha256: sha256 || self.sha256.is_some(), crc32 }
    }

    /// Compares with what arrived; the checksum to echo if there is one.
    fn check(self, digests: &Digests, trailer: &[(String, String)]) -> Result<Option<Checksum>, ObsError> {
        if self.md5.is_some_and(|md5| md5 != digests.md5) {
            let message = "The Content-MD5 you specified did not match what we received.";
            return Err(ObsError::bad("BadDigest", message));
        }
        if self.sha256.is_some_and(|sha256| digests.sha256 != Some(sha256)) {
            let message = "The provided x-amz-content-sha256 header does not match what was computed.";
            return Err(ObsError::bad("XAmzContentSHA256Mismatch", message));
        }
        let mut kept = None;
        for (name, computed) in CHECKSUMS {
            let following = trailer.iter().find(|(found, _)| found == name).map(|(_, value)| value);
            let ahead = self.checksum.as_ref().filter(|(found, _)| *found == name).map(|(_, value)| value);
            let Some(stated) = following.or(ahead) else { continue };
            if computed(digests).as_ref() != Some(stated) {
                let message = format!("The {name} you specified did not match what we received.");
                return Err(ObsError::bad("BadDigest", message));
            }
            kept = Some((name, stated.clone()));
        }
        Ok(kept)
    }
}

/// A received body.
#[derive(Debug)]
pub(crate) struct Received<T> {
    pub(crate) content: T,
    /// The checksum the client stated and that holds.
    pub(crate) checksum: Option<Checksum>,
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
    let checksum = stated.check(content.digests(), &trailer)?;
    Ok(Received { content, checksum })
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
    stated.check(&digests, &trailer)?;
    Ok(content)
}
