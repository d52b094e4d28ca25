//! How the hash space is shared among the active partitions.

use md5::{Digest, Md5};

/// The largest hash: hashes have 63 bits.
pub const HASH_MAX: u64 = i64::MAX as u64;

/// Hash of a partition key: the first 8 bytes of its MD5, big endian, without the top bit.
pub fn hash_key(key: &str) -> u64 {
    let digest: [u8; 16] = Md5::digest(key.as_bytes()).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) & HASH_MAX
}

/// The inclusive range of active partition `index` of `active`; the last one ends at [`HASH_MAX`].
pub fn hash_range(index: u32, active: u32) -> (u64, u64) {
    let width = HASH_MAX / u64::from(active.max(1));
    let low = u64::from(index) * width;
    (low, if index + 1 >= active { HASH_MAX } else { low + width - 1 })
}

/// The index of the active partition whose range holds `hash`.
pub(crate) fn index_of(hash: u64, active: u32) -> u32 {
    let width = HASH_MAX / u64::from(active.max(1));
    let index = (hash & HASH_MAX) / width;
    u32::try_from(index).unwrap_or(u32::MAX).min(active.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_hash_as_the_clients_compute() {
        assert_eq!(hash_key("key"), 4354430579665871434);
        assert_eq!(hash_key("0"), 5750288053043553775);
        assert_eq!(hash_key("hello"), 6719722671305337462);
    }

    #[test]
    fn two_partitions_split_where_the_contract_says() {
        assert_eq!(hash_range(0, 2), (0, 4611686018427387902));
        assert_eq!(hash_range(1, 2), (4611686018427387903, 9223372036854775807));
        assert_eq!(hash_range(0, 1), (0, HASH_MAX));
    }

    proptest! {
        #[test]
        fn ranges_cover_every_hash_once(active in 1u32..500, hash in 0u64..=HASH_MAX) {
            let index = index_of(hash, active);
            let (low, high) = hash_range(index, active);
            prop_assert!(low <= hash && hash <= high);
            for other in 1..active {
                prop_assert_eq!(hash_range(other - 1, active).1 + 1, hash_range(other, active).0);
            }
            prop_assert_eq!(hash_range(active - 1, active).1, HASH_MAX);
        }
    }
}
