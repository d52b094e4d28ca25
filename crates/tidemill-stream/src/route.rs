//! Which partition takes a record.

use crate::append::{PutRecord, RecordError};
use crate::hash_range::{HASH_MAX, hash_key, index_of};
use crate::stream::{PartitionState, Stream};
use tidemill_model::PartitionId;

/// Routes the records of one request. `next_random` serves records that name nothing.
pub(crate) struct Router<'s> {
    stream: &'s Stream,
    active: u32,
    random: u64,
}

impl<'s> Router<'s> {
    pub(crate) fn new(stream: &'s Stream, seed: u64) -> Self {
        Self { stream, active: u32::try_from(stream.writable()).unwrap_or(u32::MAX), random: seed }
    }

    /// The partition id wins over the explicit hash, the hash over the key, the key over chance.
    pub(crate) fn route(&mut self, record: &PutRecord<'_>) -> Result<u32, RecordError> {
        if let Some(text) = record.partition_id.as_deref().filter(|text| !text.is_empty()) {
            return self.named(text);
        }
        let explicit = record.explicit_hash_key.as_deref().and_then(explicit_hash);
        let keyed = || record.partition_key.as_deref().filter(|key| !key.is_empty()).map(hash_key);
        let hash = if self.active <= 1 { Some(0) } else { explicit.or_else(keyed) };
        let hash = hash.unwrap_or_else(|| self.next_random());
        Ok(index_of(hash, self.active))
    }

    fn named(&self, text: &str) -> Result<u32, RecordError> {
        let id = PartitionId::parse(text).ok_or_else(|| RecordError::InvalidPartitionId(shorten(text)))?;
        match self.stream.partition(id).map(|p| p.state) {
            None => Err(RecordError::UnknownPartition(id)),
            Some(PartitionState::Active) => Ok(id.0),
            Some(_) => Err(RecordError::PartitionClosed(id)),
        }
    }

    /// SplitMix64: spreads well, and nobody gains from guessing it.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) & HASH_MAX
    }
}

/// A hash from 0 to 2^63-1; anything else falls back to the key.
fn explicit_hash(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|hash| *hash <= HASH_MAX)
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}
