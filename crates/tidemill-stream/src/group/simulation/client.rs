//! One client as the Kafka adapter is written: which call follows which answer.

use crate::group::state::{Beat, Fetch};
use std::collections::BTreeMap;

/// How often a client sends heartbeats.
pub(super) const HEARTBEAT_MS: i64 = 10_000;
const RETRY_MS: i64 = 500;

/// What the client believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belief {
    Init,
    Joining,
    Syncing,
    Stable,
}

/// The call a thread makes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Heartbeat,
    Join,
    Sync,
}

/// An answer on its way to a thread.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Beat(Beat),
    Joined(bool),
    Fetched(Fetch, u64, BTreeMap<String, Vec<u32>>),
}

#[derive(Clone, Debug)]
pub(super) struct Thread {
    /// `None`: between two polls, or between two heartbeats.
    next: Option<Call>,
    /// When it is due to send its next heartbeat.
    beat_ms: i64,
    /// Before this it does not repeat a call.
    retry_ms: i64,
    pub(super) answer: Option<Answer>,
    /// The heartbeat thread looks once more before it acts.
    confirmed: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) timeout_ms: i64,
    pub(super) hurries: bool,
    pub(super) by_pattern: bool,
    pub(super) belief: Belief,
    pub(super) generation: i64,
    /// Every generation it was told, the last one first.
    pub(super) told: Vec<i64>,
    fetched: BTreeMap<String, Vec<u32>>,
    /// The partitions it reads.
    pub(super) reads: BTreeMap<String, Vec<u32>>,
    pub(super) threads: [Thread; 2],
}

/// The polling thread; the other one sends heartbeats.
const POLL: usize = 0;

impl Client {
    pub(super) fn new(id: &str, timeout_ms: i64, hurries: bool, by_pattern: bool, now_ms: i64) -> Self {
        let thread = |beat_ms| Thread { next: None, beat_ms, retry_ms: 0, answer: None, confirmed: false };
        Self {
            id: id.to_owned(),
            timeout_ms,
            hurries,
            by_pattern,
            belief: Belief::Init,
            generation: -1,
            told: Vec::new(),
            fetched: BTreeMap::new(),
            reads: BTreeMap::new(),
            threads: [thread(now_ms), thread(now_ms + HEARTBEAT_MS)],
        }
    }

    /// The call a thread makes now, if it makes one.
    pub(super) fn call(&mut self, thread: usize, now_ms: i64) -> Option<Call> {
        let active = matches!(self.belief, Belief::Stable | Belief::Syncing);
        let polls_until_stable = thread == POLL && self.belief != Belief::Stable;
        let this = &mut self.threads[thread];
        match this.next {
            Some(call) => (now_ms >= this.retry_ms).then_some(call),
            None if polls_until_stable => Some(Call::Heartbeat),
            None if now_ms < this.beat_ms => None,
            None => {
                this.beat_ms = now_ms + HEARTBEAT_MS;
                this.confirmed = false;
                (thread == POLL || active).then_some(Call::Heartbeat)
            }
        }
    }

    /// Acts on an answer.
    pub(super) fn take(&mut self, thread: usize, answer: Answer, now_ms: i64) {
        self.threads[thread].next = match answer {
            Answer::Beat(beat) => self.beat(thread, beat),
            // The program ends up here when its stream is gone; it polls again.
            Answer::Joined(false) => None,
            Answer::Joined(true) => {
                self.belief = Belief::Syncing;
                Some(Call::Sync)
            }
            Answer::Fetched(Fetch::Rejoin, ..) => {
                self.belief = Belief::Joining;
                Some(Call::Join)
            }
            Answer::Fetched(Fetch::Waiting, ..) => {
                self.threads[thread].retry_ms = now_ms + RETRY_MS;
                Some(Call::Sync)
            }
            Answer::Fetched(Fetch::Ready, generation, partitions) => {
                self.fetched = partitions;
                self.generation = i64::try_from(generation).unwrap();
                self.told.insert(0, self.generation);
                if self.belief != Belief::Stable {
                    self.belief = Belief::Syncing;
                }
                None
            }
        };
    }

    fn beat(&mut self, thread: usize, beat: Beat) -> Option<Call> {
        let looks_again = thread != POLL && !std::mem::replace(&mut self.threads[thread].confirmed, true);
        if looks_again {
            return (beat != Beat::Stable).then_some(Call::Heartbeat);
        }
        if self.belief == Belief::Stable && beat != Beat::Stable {
            self.reads.clear();
        }
        if self.belief == Belief::Syncing && beat == Beat::Stable {
            self.reads = self.fetched.clone();
        }
        match beat {
            Beat::Stable if matches!(self.belief, Belief::Syncing | Belief::Stable) => {
                self.belief = Belief::Stable;
                None
            }
            Beat::Joining | Beat::Stable => {
                self.belief = Belief::Joining;
                Some(Call::Join)
            }
            Beat::Syncing => {
                self.belief = Belief::Syncing;
                Some(Call::Sync)
            }
        }
    }
}
