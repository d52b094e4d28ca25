//! What passed in a minute, as numbers.

use std::collections::BTreeMap;

/// One thing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Payload bytes stored.
    PutBytes,
    /// Payload bytes handed out.
    GetBytes,
    /// Records stored.
    PutRecords,
    /// Records handed out.
    GetRecords,
    /// Puts of which at least one record was stored.
    PutRequests,
    /// Reads that were answered.
    GetRequests,
    /// Microseconds those puts took together.
    PutMicros,
    /// Microseconds those reads took together.
    GetMicros,
    /// Records refused because of the throughput limits.
    LimitedPuts,
    /// Reads refused because of the throughput limits.
    LimitedGets,
}

const KINDS: usize = 10;

/// The counts of one minute, of a stream or of one partition. The order of [`Count`] is their stored order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters([u64; KINDS]);

impl Counters {
    /// How much of `count` there was.
    pub fn get(&self, count: Count) -> u64 {
        self.0.get(count as usize).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, count: Count, more: u64) {
        if let Some(number) = self.0.get_mut(count as usize) {
            *number = number.saturating_add(more);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (number, more) in self.0.iter_mut().zip(other.0) {
            *number = number.saturating_add(more);
        }
    }
}

/// The minutes of an hour in which something passed, by their place in it (0 to 59).
pub(crate) type Hour = BTreeMap<u8, Counters>;

/// An hour as it is stored: JSON, a list of counts a minute, without zeros at its end.
pub(crate) fn write_hour(hour: &Hour) -> String {
    let trimmed = |counters: &Counters| {
        let kept = counters.0.iter().rposition(|number| *number > 0).map_or(0, |last| last + 1);
        counters.0.iter().take(kept).copied().collect::<Vec<_>>()
    };
    let minutes: BTreeMap<u8, Vec<u64>> = hour.iter().map(|(minute, c)| (*minute, trimmed(c))).collect();
    // Numbers under number keys always serialise.
    serde_json::to_string(&minutes).unwrap_or_default()
}

/// Reads what [`write_hour`] wrote; `None` for anything else.
pub(crate) fn read_hour(text: &str) -> Option<Hour> {
    let minutes: BTreeMap<u8, Vec<u64>> = serde_json::from_str(text).ok()?;
    let counters = |numbers: Vec<u64>| {
        let mut counters = Counters::default();
        for (place, number) in counters.0.iter_mut().zip(numbers) {
            *place = number;
        }
        counters
    };
    Some(minutes.into_iter().map(|(minute, numbers)| (minute, counters(numbers))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_stored_compactly_and_read_back() {
        let mut counters = Counters::default();
        counters.add(Count::PutRecords, 7);
        let hour = Hour::from([(0, counters), (59, Counters([u64::MAX; KINDS]))]);
        let text = write_hour(&hour);
        assert!(text.starts_with(r#"{"0":[0,0,7],"59":[18446744073709551615,"#), "{text}");
        assert_eq!(read_hour(&text), Some(hour));
        assert_eq!(read_hour("no hour"), None);
    }
}
