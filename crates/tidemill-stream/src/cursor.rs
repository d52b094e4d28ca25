//! The text of a cursor: a position that only this server can have written.
//!
//! URL-safe base64 without padding of compact JSON. Clients decode it, so its members are fixed; ours
//! (`stream-id`, `tag`) stand inside `getIteratorParam`, where unknown members are tolerated.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::borrow::Cow;
use tidemill_model::PartitionId;
use tidemill_model::limits::{CURSOR_CHARS_MAX, CURSOR_LIFE_MS};

/// Bytes of the tag that are kept.
const TAG_BYTES: usize = 16;

/// How a cursor found its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorType {
    /// At a given number.
    AtSequenceNumber,
    /// Right after a given number.
    AfterSequenceNumber,
    /// At the first record kept.
    TrimHorizon,
    /// At the end.
    Latest,
    /// At the first record with at least a given time.
    AtTimestamp,
}

impl CursorType {
    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::AtSequenceNumber,
            Self::AfterSequenceNumber,
            Self::TrimHorizon,
            Self::Latest,
            Self::AtTimestamp,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtSequenceNumber => "AT_SEQUENCE_NUMBER",
            Self::AfterSequenceNumber => "AFTER_SEQUENCE_NUMBER",
            Self::TrimHorizon => "TRIM_HORIZON",
            Self::Latest => "LATEST",
            Self::AtTimestamp => "AT_TIMESTAMP",
        }
    }
}

/// What a cursor says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Id of the stream: a re-created name does not accept old cursors.
    pub(crate) stream_id: String,
    /// Name of the stream.
    pub(crate) stream_name: String,
    /// The partition.
    pub(crate) partition: PartitionId,
    /// How the position was found; later reads keep it.
    pub(crate) kind: CursorType,
    /// Number of the record to read next.
    pub(crate) sequence: u64,
    /// When it was issued, in ms since the epoch.
    pub(crate) issued_ms: i64,
}

/// Why a text is no cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorTextError {
    /// It cannot be read, or this server did not write it.
    #[error("{0}")]
    Invalid(&'static str),
    /// It is older than 5 minutes.
    #[error("the cursor is older than {CURSOR_LIFE_MS} ms")]
    Expired,
}

/// The secret that tells our cursors from others.
#[derive(Clone)]
pub(crate) struct CursorKey(Hmac<Sha256>);

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, rename = "getIteratorParam")]
    inner: Inner<'a>,
    #[serde(rename = "generateTimestamp")]
    issued_ms: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Inner<'a> {
    #[serde(borrow)]
    stream_name: Cow<'a, str>,
    #[serde(borrow)]
    partition_id: Cow<'a, str>,
    #[serde(borrow)]
    cursor_type: Cow<'a, str>,
    #[serde(borrow)]
    starting_sequence_number: Cow<'a, str>,
    #[serde(borrow)]
    stream_id: Cow<'a, str>,
    #[serde(borrow)]
    tag: Cow<'a, str>,
}

impl CursorKey {
    /// A key made of `secret`.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        let mut block = [0u8; 64];
        block[..32].copy_from_slice(secret);
        Self(Hmac::new(&block.into()))
    }

    fn mac(&self, cursor: &Cursor) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in [cursor.stream_id.as_bytes(), cursor.stream_name.as_bytes()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.update(cursor.kind.as_str().as_bytes());
        mac.update(&cursor.partition.0.to_be_bytes());
        mac.update(&cursor.sequence.to_be_bytes());
        mac.update(&cursor.issued_ms.to_be_bytes());
        mac
    }

    /// Writes a cursor: at most 512 characters of `[A-Za-z0-9_-]`.
    pub(crate) fn write(&self, cursor: &Cursor) -> String {
        let tag = self.mac(cursor).finalize().into_bytes();
        let json = format!(
            concat!(
                r#"{{"getIteratorParam":{{"stream-name":"{}","partition-id":"{}","cursor-type":"{}","#,
                r#""starting-sequence-number":"{}","stream-id":"{}","tag":"{}"}},"generateTimestamp":{}}}"#
            ),
            cursor.stream_name,
            cursor.partition,
            cursor.kind.as_str(),
            cursor.sequence,
            cursor.stream_id,
            URL_SAFE_NO_PAD.encode(tag.get(..TAG_BYTES).unwrap_or_default()),
            cursor.issued_ms,
        );
        URL_SAFE_NO_PAD.encode(json)
    }

    /// Reads a cursor that this key wrote within the last 5 minutes.
    pub(crate) fn read(&self, text: &str, now_ms: i64) -> Result<Cursor, CursorTextError> {
        let (cursor, tag) = decode(text)?;
        let forged = CursorTextError::Invalid("the cursor was not issued by this server");
        self.mac(&cursor).verify_truncated_left(&tag).map_err(|_| forged)?;
        if now_ms - cursor.issued_ms > CURSOR_LIFE_MS { Err(CursorTextError::Expired) } else { Ok(cursor) }
    }
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(…)")
    }
}

fn decode(text: &str) -> Result<(Cursor, Vec<u8>), CursorTextError> {
    let invalid = CursorTextError::Invalid;
    if text.len() > CURSOR_CHARS_MAX {
        return Err(invalid("the cursor is over 512 characters"));
    }
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid("the cursor is not URL-safe base64"))?;
    let outer: Outer<'_> =
        serde_json::from_slice(&json).map_err(|_| invalid("the cursor has another form"))?;
    let inner = outer.inner;
    let tag = URL_SAFE_NO_PAD.decode(&*inner.tag).ok().filter(|tag| tag.len() == TAG_BYTES);
    let cursor = Cursor {
        partition: PartitionId::parse(&inner.partition_id).ok_or(invalid("the cursor has no partition"))?,
        kind: CursorType::parse(&inner.cursor_type).ok_or(invalid("the cursor has no type"))?,
        sequence: inner.starting_sequence_number.parse().map_err(|_| invalid("the cursor has no number"))?,
        stream_id: inner.stream_id.into_owned(),
        stream_name: inner.stream_name.into_owned(),
        issued_ms: outer.issued_ms,
    };
    Ok((cursor, tag.ok_or(invalid("the cursor has no tag"))?))
}

/// Feeds any bytes to the cursor reader: it must refuse them without a panic.
pub fn fuzz_cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let key = CursorKey::new(&[7; 32]);
    if let Ok(cursor) = key.read(&text, 0) {
        assert_eq!(key.read(&key.write(&cursor), 0), Ok(cursor), "a cursor reads back as it was written");
    }
    let json = URL_SAFE_NO_PAD.encode(bytes);
    assert!(key.read(&json, 0).is_err(), "bytes without our tag are no cursor");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> CursorKey {
        CursorKey::new(&[1; 32])
    }

    fn cursor(sequence: u64, issued_ms: i64) -> Cursor {
        Cursor {
            stream_id: "A".repeat(19),
            stream_name: "s".repeat(64),
            partition: PartitionId(9_999),
            kind: CursorType::AfterSequenceNumber,
            sequence,
            issued_ms,
        }
    }

    #[test]
    fn the_text_is_what_clients_decode() {
        let text = key().write(&cursor(i64::MAX as u64, 1_800_000_000_000));
        assert!(text.len() <= CURSOR_CHARS_MAX, "{}", text.len());
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        let json: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&text).unwrap()).unwrap();
        assert_eq!(
            json.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["generateTimestamp", "getIteratorParam"]
        );
        assert_eq!(json["getIteratorParam"]["starting-sequence-number"], "9223372036854775807");
        assert_eq!(json["getIteratorParam"]["partition-id"], "shardId-0000009999");
    }

    #[test]
    fn it_lives_five_minutes() {
        let text = key().write(&cursor(5, 1_000));
        assert_eq!(key().read(&text, 301_000), Ok(cursor(5, 1_000)));
        assert_eq!(key().read(&text, 301_001), Err(CursorTextError::Expired));
    }

    proptest! {
        #[test]
        fn a_changed_character_is_noticed(place in 0usize..300, by in 1u8..60, sequence in any::<u32>()) {
            let text = key().write(&cursor(u64::from(sequence), 0));
            let mut bytes = text.clone().into_bytes();
            let place = place % bytes.len();
            bytes[place] = b'0' + (bytes[place].wrapping_add(by)) % 75;
            let changed = String::from_utf8(bytes).unwrap();
            // The last character may carry bits that mean nothing; then the cursor is the same one.
            if let Ok(read) = key().read(&changed, 0) {
                prop_assert_eq!(read, cursor(u64::from(sequence), 0));
            }
        }

        #[test]
        fn another_key_does_not_read_it(sequence in any::<u32>()) {
            let text = CursorKey::new(&[2; 32]).write(&cursor(u64::from(sequence), 0));
            prop_assert!(matches!(key().read(&text, 0), Err(CursorTextError::Invalid(_))));
        }

        #[test]
        fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            fuzz_cursor(&bytes);
        }
    }
}
