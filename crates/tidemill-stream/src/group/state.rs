//! The state machine of one group. It reads no clock and stores nothing: [`super::calls`] does.

use super::assign::{Assignment, Wanted, assign};
use super::member::{Member, Standing};
use super::view::View;
use std::collections::{BTreeMap, BTreeSet};
use tidemill_model::limits::{MEMBER_SILENCE_MS_MAX, REBALANCE_HURRY_MS};

/// Where a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Phase {
    /// It has no members.
    #[default]
    Empty,
    /// A round began at this time; its members are asked to join it. It is patient if the one before dropped
    /// somebody: then it waits for everyone who gives signs of life.
    Joining { since_ms: i64, patient: bool },
    /// The partitions are shared out; not all members have fetched their part.
    Syncing,
    /// All have.
    Stable,
}

/// What a heartbeat tells a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    Joining,
    Syncing,
    Stable,
}

/// What a member that asks for its partitions is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetch {
    Rejoin,
    Waiting,
    /// Its partitions are those of [`Group::partitions_of`].
    Ready,
}

/// Why a commit is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fenced {
    UnknownMember,
    Rebalancing,
    WrongGeneration,
}

/// One group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    generation: u64,
    phase: Phase,
    /// A new round has to begin: [`Group::begin`].
    round_due: bool,
    members: BTreeMap<String, Member>,
    /// The last assignment.
    assignment: Assignment,
    /// The partitions it shared out, by stream id.
    shared: BTreeMap<String, Vec<u32>>,
    /// The view that the assignment was last compared with.
    compared_with: Option<u64>,
}

impl Group {
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    #[cfg(test)]
    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn round_due(&self) -> bool {
        self.round_due
    }

    pub(crate) fn members(&self) -> &BTreeMap<String, Member> {
        &self.members
    }

    /// Whether there is nothing to remember.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Drops members that fell silent.
    pub(crate) fn expire(&mut self, now_ms: i64) {
        let silent: Vec<String> =
            self.members.iter().filter(|(_, m)| m.is_silent(now_ms)).map(|(id, _)| id.clone()).collect();
        for id in silent {
            self.remove(&id);
        }
    }

    /// Drops a member; those who share the partitions with it have to share them anew.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(gone) = self.members.remove(id) else { return };
        if self.members.is_empty() {
            *self = Self::default();
        } else if gone.shares() && matches!(self.phase, Phase::Syncing | Phase::Stable) {
            self.round_due = true;
        }
    }

    /// Compares the assignment with the streams as they are now; a difference needs a new round.
    pub(crate) fn compare(&mut self, view: &View) {
        let assigned = matches!(self.phase, Phase::Syncing | Phase::Stable);
        if !assigned || self.compared_with == Some(view.version()) {
            return;
        }
        let sharing = || self.members.values().filter(|m| m.shares());
        let changed = self.shared.iter().any(|(stream, partitions)| view.readable(stream) != *partitions)
            || sharing().any(|m| m.subscription.present(view) != m.interests);
        self.round_due |= changed;
        self.compared_with = Some(view.version());
    }

    /// Begins a round under a generation that is durable and was never used.
    pub(crate) fn begin(&mut self, generation: u64, now_ms: i64) {
        self.generation = generation;
        self.round_due = false;
        let patient = self.members.values().any(|m| m.standing == Standing::CutOff);
        self.phase = Phase::Joining { since_ms: now_ms, patient };
        for member in self.members.values_mut().filter(|m| m.shares()) {
            member.standing = Standing::Called;
        }
    }

    /// Prepares a join: asks for a new round unless the member can still be part of the present one.
    pub(crate) fn prepare_join(&mut self, id: &str, joining: &Member) {
        let same = |m: &Member| m.standing == Standing::Joined && m.subscription == joining.subscription;
        let in_present_round = match self.phase {
            Phase::Joining { .. } => true,
            // Both threads of one client may join: it has fetched nothing yet, so nothing changes.
            Phase::Syncing => self.members.get(id).is_some_and(same),
            Phase::Empty | Phase::Stable => false,
        };
        self.round_due |= !in_present_round;
    }

    /// Takes a member in, or again, after [`Group::prepare_join`] and any round that asked for.
    pub(crate) fn join(&mut self, id: &str, mut member: Member) {
        // What a repeated join is told must be what the assignment was made of.
        if let (Phase::Syncing, Some(known)) = (self.phase, self.members.get(id)) {
            member.interests = known.interests.clone();
        }
        self.members.insert(id.to_owned(), Member { standing: Standing::Joined, ..member });
    }

    /// Shares the partitions out once all members joined the round or it waited long enough.
    pub(crate) fn complete(&mut self, now_ms: i64, view: &View) {
        let Phase::Joining { since_ms, patient } = self.phase else { return };
        let joined = self.members.values().filter(|m| m.standing == Standing::Joined).count();
        let all_joined = joined == self.members.len();
        if self.round_due || joined == 0 || !(all_joined || now_ms >= since_ms + self.wait_ms(patient)) {
            return;
        }
        self.cut_off_late();
        let wanted = self.wanted(view);
        self.assignment = assign(&wanted, &self.assignment);
        self.shared = wanted.into_iter().map(|w| (w.stream_id, w.partitions)).collect();
        self.compared_with = None;
        self.phase = Phase::Syncing;
    }

    /// How long a round waits for members that have not joined.
    fn wait_ms(&self, patient: bool) -> i64 {
        let longest = self.members.values().map(|m| m.rebalance_timeout_ms).max().unwrap_or(0);
        if patient {
            longest.max(MEMBER_SILENCE_MS_MAX)
        } else if self.members.values().any(|m| m.hurries && m.standing == Standing::Joined) {
            longest.min(REBALANCE_HURRY_MS)
        } else {
            longest
        }
    }

    /// Members that were late once are waited for once more, then no longer.
    fn cut_off_late(&mut self) {
        self.members.retain(|_, member| member.standing != Standing::CutOff);
        for member in self.members.values_mut().filter(|m| m.standing == Standing::Called) {
            member.standing = Standing::CutOff;
        }
    }

    /// The streams the members want, by name, with their readable partitions.
    fn wanted(&self, view: &View) -> Vec<Wanted> {
        let mut streams: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for (id, member) in self.members.iter().filter(|(_, m)| m.shares()) {
            for interest in &member.interests {
                let stream = streams.entry((&interest.name, &interest.stream_id));
                stream.or_default().insert(id);
            }
        }
        let wanted = |((_, stream), members): ((&str, &str), BTreeSet<&str>)| Wanted {
            stream_id: stream.to_owned(),
            partitions: view.readable(stream),
            members: members.into_iter().map(str::to_owned).collect(),
        };
        streams.into_iter().map(wanted).collect()
    }

    /// A sign of life that says which generation the member is at.
    pub(crate) fn heartbeat(&mut self, id: &str, generation: i64, now_ms: i64) -> Beat {
        let present = u64::try_from(generation).is_ok_and(|given| given == self.generation);
        let Some(member) = self.members.get_mut(id) else { return Beat::Joining };
        member.seen_ms = now_ms;
        match member.standing {
            Standing::Called | Standing::CutOff => Beat::Joining,
            // Whatever it sends: one of its threads repeats an old generation until the other one is told.
            Standing::Joined => Beat::Syncing,
            Standing::Fetched if present => Beat::Stable,
            Standing::Fetched => Beat::Joining,
        }
    }

    /// A member asks for its partitions.
    pub(crate) fn fetch(&mut self, id: &str, now_ms: i64) -> Fetch {
        let assigned = matches!(self.phase, Phase::Syncing | Phase::Stable);
        let Some(member) = self.members.get_mut(id) else { return Fetch::Rejoin };
        member.seen_ms = now_ms;
        match member.standing {
            Standing::Called | Standing::CutOff => Fetch::Rejoin,
            Standing::Joined if !assigned => Fetch::Waiting,
            Standing::Joined | Standing::Fetched => {
                member.standing = Standing::Fetched;
                if !self.members.values().any(|m| m.standing == Standing::Joined) {
                    self.phase = Phase::Stable;
                }
                Fetch::Ready
            }
        }
    }

    /// A member's partitions by what it calls their streams; streams without any are left out.
    pub(crate) fn partitions_of(&self, id: &str) -> BTreeMap<String, Vec<u32>> {
        let (Some(member), Some(assigned)) = (self.members.get(id), self.assignment.get(id)) else {
            return BTreeMap::new();
        };
        let called = |stream: &str| member.interests.iter().find(|i| i.stream_id == stream);
        let partitions = |(stream, partitions): (&String, &Vec<u32>)| {
            called(stream).map(|interest| (interest.called.clone(), partitions.clone()))
        };
        assigned.iter().filter_map(partitions).collect()
    }

    /// Whether a member may commit as one of `generation`.
    pub(crate) fn check_commit(&self, id: &str, generation: i64, now_ms: i64) -> Result<(), Fenced> {
        let member = self.members.get(id).filter(|m| m.standing != Standing::CutOff && !m.is_silent(now_ms));
        let member = member.ok_or(Fenced::UnknownMember)?;
        if self.round_due || member.standing != Standing::Fetched {
            return Err(Fenced::Rebalancing);
        }
        let present = u64::try_from(generation).is_ok_and(|given| given == self.generation);
        if present { Ok(()) } else { Err(Fenced::WrongGeneration) }
    }
}
