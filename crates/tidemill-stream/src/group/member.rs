//! A member of a group.

use super::subscription::{Interest, Subscription};
use tidemill_model::limits::MEMBER_SILENCE_MS_MAX;

/// How far a member is in the present round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A round began and it has not joined it yet.
    Called,
    /// It joined, but has not fetched its partitions yet.
    Joined,
    /// It has fetched its partitions.
    Fetched,
    /// It came too late and got nothing. To itself it is unknown until it joins again; the next round waits
    /// for it as long as it gives signs of life, so that slow members do not push each other out for ever.
    CutOff,
}

/// What a member said of itself when it joined, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) subscription: Subscription,
    /// The streams its subscription meant when it joined; it was told those and no others.
    pub(crate) interests: Vec<Interest>,
    /// How long it lets a round wait.
    pub(crate) rebalance_timeout_ms: i64,
    /// Whether it wants rounds to hurry.
    pub(crate) hurries: bool,
    /// Its last sign of life.
    pub(crate) seen_ms: i64,
    pub(crate) standing: Standing,
}

impl Member {
    /// Whether it was silent for too long.
    pub(crate) fn is_silent(&self, now_ms: i64) -> bool {
        now_ms - self.seen_ms >= MEMBER_SILENCE_MS_MAX
    }

    /// Whether it has, or is about to fetch, a part of the present assignment.
    pub(crate) fn shares(&self) -> bool {
        matches!(self.standing, Standing::Joined | Standing::Fetched)
    }
}
