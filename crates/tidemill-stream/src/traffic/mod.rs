//! What passes through a stream: throughput limits and counts. One lock a request, never one a record.

mod bucket;
mod counters;
mod throughput;

pub use counters::{Count, Counters};
pub(crate) use counters::{Hour, read_hour, write_hour};
pub(crate) use throughput::{Amount, Throughput};

use parking_lot::Mutex;
use std::collections::BTreeMap;
use throughput::Gate;
use tidemill_model::PartitionId;
use tidemill_model::limits::TRAFFIC_MINUTES_UNWRITTEN_MAX;

pub(crate) const MINUTE_MS: i64 = 60_000;

/// Minutes by their number since the epoch.
pub(crate) type Minutes = BTreeMap<i64, Minute>;

/// The traffic of one stream since it was opened; shared by all its snapshots. Costs nothing while idle.
#[derive(Debug, Default)]
pub(crate) struct Traffic(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// By partition; as far as limits were asked for.
    gates: Vec<Gate>,
    /// What was counted and is not stored yet.
    minutes: Minutes,
    /// The last refusal of an episode that has not ended.
    limited_ms: Option<i64>,
    /// The last put of such an episode that failed on our side.
    abnormal_ms: Option<i64>,
    /// Automatic scaling failed: not again before this.
    no_scaling_before_ms: i64,
}

/// What passed in one minute.
#[derive(Clone, Debug, Default)]
pub(crate) struct Minute {
    /// Through the whole stream.
    pub(crate) stream: Counters,
    /// Through each partition that was used.
    pub(crate) partitions: BTreeMap<u32, Counters>,
}

impl Minute {
    fn add(&mut self, partition: u32, counts: [(Count, u64); 2]) {
        for counters in [&mut self.stream, self.partitions.entry(partition).or_default()] {
            for (count, more) in counts {
                counters.add(count, more);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.stream.merge(&other.stream);
        for (partition, counters) in &other.partitions {
            self.partitions.entry(*partition).or_default().merge(counters);
        }
    }
}

impl State {
    fn gate(&mut self, partition: u32, throughput: Throughput, now_ms: i64) -> Option<&mut Gate> {
        let index = partition as usize;
        if index >= self.gates.len() {
            self.gates.resize(index + 1, Gate::open(throughput, now_ms));
        }
        self.gates.get_mut(index)
    }

    fn minute(&mut self, now_ms: i64) -> &mut Minute {
        if self.minutes.len() > TRAFFIC_MINUTES_UNWRITTEN_MAX {
            self.minutes.pop_first();
        }
        self.minutes.entry(now_ms.div_euclid(MINUTE_MS)).or_default()
    }

    /// Notes a refusal; true if it begins an episode.
    fn limited(&mut self, now_ms: i64) -> bool {
        self.limited_ms.replace(now_ms).is_none()
    }
}

/// Limits.
impl Traffic {
    /// Takes what a put wants of each partition. `None` if all of it may pass; else what may pass of each,
    /// which the caller uses and [`Traffic::put_back`]s the rest of.
    pub(crate) fn take(&self, throughput: Throughput, wanted: &[Amount], now_ms: i64) -> Option<Vec<Amount>> {
        let mut state = self.0.lock();
        let mut granted: Option<Vec<Amount>> = None;
        for (partition, wanted_here) in (0u32..).zip(wanted).filter(|(_, amount)| amount.records > 0) {
            let Some(gate) = state.gate(partition, throughput, now_ms) else { continue };
            let taken = gate.take_up_to(*wanted_here, now_ms);
            if taken != *wanted_here {
                granted.get_or_insert_with(|| wanted.to_vec())[partition as usize] = taken;
            }
        }
        granted
    }

    /// Gives back what was taken and not used, by partition.
    pub(crate) fn put_back(&self, unused: &[Amount]) {
        for (gate, amount) in self.0.lock().gates.iter_mut().zip(unused) {
            gate.put_back(*amount);
        }
    }

    /// Whether a partition may be read now.
    pub(crate) fn may_read(&self, throughput: Throughput, partition: PartitionId, now_ms: i64) -> bool {
        self.0.lock().gate(partition.0, throughput, now_ms).is_none_or(|gate| gate.may_read(now_ms))
    }
}

/// Counts.
impl Traffic {
    /// Counts a put: what it stored by partition, and how long it took.
    pub(crate) fn count_put(&self, stored: &[(u32, Amount)], micros: u64, now_ms: i64) {
        let mut state = self.0.lock();
        let minute = state.minute(now_ms);
        for (partition, amount) in stored {
            minute.add(*partition, [(Count::PutBytes, amount.bytes), (Count::PutRecords, amount.records)]);
        }
        minute.stream.add(Count::PutRequests, 1);
        minute.stream.add(Count::PutMicros, micros);
    }

    /// Counts a read and what it gave.
    pub(crate) fn count_get(&self, partition: PartitionId, given: Amount, micros: u64, now_ms: i64) {
        let mut state = self.0.lock();
        if let Some(gate) = state.gates.get_mut(partition.0 as usize) {
            gate.read(given.bytes);
        }
        let minute = state.minute(now_ms);
        minute.add(partition.0, [(Count::GetBytes, given.bytes), (Count::GetRecords, given.records)]);
        minute.stream.add(Count::GetRequests, 1);
        minute.stream.add(Count::GetMicros, micros);
    }

    /// Counts refusals; true if they begin an episode.
    pub(crate) fn count_limited(&self, count: Count, number: u64, now_ms: i64) -> bool {
        let mut state = self.0.lock();
        state.minute(now_ms).stream.add(count, number);
        state.limited(now_ms)
    }
}

/// What the upkeep asks.
impl Traffic {
    /// Notes a put that failed on our side; true if it begins an episode.
    pub(crate) fn note_abnormal(&self, now_ms: i64) -> bool {
        self.0.lock().abnormal_ms.replace(now_ms).is_none()
    }

    /// Ends episodes that have seen nothing for a minute; true if that was the last one.
    pub(crate) fn end_episodes(&self, now_ms: i64) -> bool {
        let mut state = self.0.lock();
        let State { limited_ms, abnormal_ms, .. } = &mut *state;
        let under_way = limited_ms.is_some() || abnormal_ms.is_some();
        for last in [&mut *limited_ms, &mut *abnormal_ms] {
            *last = last.filter(|last_ms| last_ms + MINUTE_MS > now_ms);
        }
        under_way && limited_ms.is_none() && abnormal_ms.is_none()
    }

    /// Puts off automatic scaling after a failure.
    pub(crate) fn put_off_scaling(&self, until_ms: i64) {
        self.0.lock().no_scaling_before_ms = until_ms;
    }

    /// Whether automatic scaling is put off.
    pub(crate) fn scaling_is_put_off(&self, now_ms: i64) -> bool {
        now_ms < self.0.lock().no_scaling_before_ms
    }

    /// Takes out the minutes before `minute`.
    pub(crate) fn take_before(&self, minute: i64) -> Minutes {
        let mut state = self.0.lock();
        let later = state.minutes.split_off(&minute);
        std::mem::replace(&mut state.minutes, later)
    }

    /// Puts minutes back that could not be stored.
    pub(crate) fn restore(&self, minutes: Minutes) {
        let mut state = self.0.lock();
        for (number, minute) in minutes {
            state.minutes.entry(number).or_default().merge(&minute);
        }
        while state.minutes.len() > TRAFFIC_MINUTES_UNWRITTEN_MAX {
            state.minutes.pop_first();
        }
    }

    /// What is not stored yet, of the stream or of one partition.
    pub(crate) fn unwritten(&self, partition: Option<PartitionId>) -> BTreeMap<i64, Counters> {
        let state = self.0.lock();
        let of = |minute: &Minute| match partition {
            None => Some(minute.stream),
            Some(id) => minute.partitions.get(&id.0).copied(),
        };
        state.minutes.iter().filter_map(|(number, minute)| Some((*number, of(minute)?))).collect()
    }
}
