//! Partition ids in the two forms clients use.

use std::fmt;

/// The index of a partition in its stream, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PartitionId(pub u32);

impl PartitionId {
    /// Accepts `shardId-0000000003` and `3`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = match text.strip_prefix("shardId-") {
            Some(rest) if rest.len() == 10 => rest,
            Some(_) => return None,
            None => text,
        };
        let plain = (1..=10).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten().map(Self)
    }
}

/// Only the ten-digit form is ever emitted: clients parse from the first `0`, so a bare `10` would become 0.
impl fmt::Display for PartitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shardId-{:010}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_one_is_written() {
        assert_eq!(PartitionId::parse("shardId-0000000003"), Some(PartitionId(3)));
        assert_eq!(PartitionId::parse("10"), Some(PartitionId(10)));
        assert_eq!(PartitionId(10).to_string(), "shardId-0000000010");
        for bad in ["", "shardId-3", "-1", "+1", "99999999999", "shardId-", "x", "9999999999"] {
            assert_eq!(PartitionId::parse(bad), None, "{bad:?}");
        }
    }
}
