//! Vectors as bytes, to be kept under the digests of the content and of the model. `docs/formats.md` shows the form.

use crate::vector::{DIMENSIONS_MAX, Vector};
use half::f16;

const MAGIC: &[u8; 4] = b"TMEV";
const VERSION: u16 = 1;
const HEAD_BYTES: usize = 8;
const DIGEST_BYTES: usize = 32;

/// The most bytes a stored vector takes.
pub const STORED_BYTES_MAX: usize = HEAD_BYTES + 2 * DIMENSIONS_MAX + DIGEST_BYTES;

/// Stored bytes that are damaged or of another version: the vector has to be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored vector is damaged or of another version")]
pub struct Damaged;

/// The bytes of a vector.
pub fn encode(vector: &Vector) -> Vec<u8> {
    let numbers = vector.numbers();
    let mut bytes = Vec::with_capacity(HEAD_BYTES + 2 * numbers.len() + DIGEST_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(numbers.len() as u16).to_le_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    let digest = blake3::hash(&bytes);
    bytes.extend_from_slice(digest.as_bytes());
    bytes
}

/// The vector of its bytes.
pub fn decode(bytes: &[u8]) -> Result<Vector, Damaged> {
    let (content, digest) = bytes.split_last_chunk::<DIGEST_BYTES>().ok_or(Damaged)?;
    let (head, numbers) = content.split_first_chunk::<HEAD_BYTES>().ok_or(Damaged)?;
    let mut expected = Vec::from(MAGIC);
    expected.extend_from_slice(&VERSION.to_le_bytes());
    expected.extend_from_slice(&((numbers.len() / 2) as u16).to_le_bytes());
    let whole = head[..] == expected && numbers.len() % 2 == 0 && bytes.len() <= STORED_BYTES_MAX;
    if !whole || blake3::hash(content).as_bytes() != digest {
        return Err(Damaged);
    }
    let (numbers, _) = numbers.as_chunks::<2>();
    Vector::stored(numbers.iter().map(|bytes| f16::from_le_bytes(*bytes)).collect()).ok_or(Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_comes_back_and_any_changed_byte_is_seen() {
        let vector = Vector::normalised(&(0..20).map(|n| n as f32 - 7.5).collect::<Vec<_>>()).unwrap();
        let bytes = encode(&vector);
        assert_eq!(decode(&bytes), Ok(vector));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(decode(&changed), Err(Damaged), "{place}");
            assert_eq!(decode(&bytes[..place]), Err(Damaged));
        }
    }

    #[test]
    fn the_form_is_the_documented_one() {
        let bytes = encode(&Vector::normalised(&[1.0, 0.0]).unwrap());
        assert_eq!(bytes[..12], *b"TMEV\x01\x00\x02\x00\x00\x3c\x00\x00");
        assert_eq!(bytes.len(), 44);
    }
}
