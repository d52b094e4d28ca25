//! One group, step by step.

use super::member::{Member, Standing};
use super::state::{Beat, Fenced, Fetch, Group, Phase};
use super::subscription::Subscription;
use super::view::View;
use crate::catalog::Snapshot;
use crate::create::active_partition;
use crate::stream::{DataType, PartitionState, Stream, StreamState, StreamType};
use std::sync::Arc;
use tidemill_model::{Incarnation, ProjectId, StreamName};

pub(super) fn project() -> ProjectId {
    ProjectId::parse("0123456789abcdef0123456789abcdef").unwrap()
}

/// A running stream whose id is its name with `-id`. Its first `readable` partitions can be read; one more
/// is expired.
pub(super) fn stream(name: &str, readable: u32) -> Stream {
    let mut partitions: Vec<_> = (0..=readable).map(|index| active_partition(index, readable)).collect();
    partitions[readable as usize].state = PartitionState::Expired;
    Stream {
        id: format!("{name}-id"),
        name: StreamName::parse(name).unwrap(),
        project: project(),
        incarnation: Incarnation(0),
        created_ms: 0,
        modified_ms: 0,
        retention_hours: 24,
        state: StreamState::Running,
        stream_type: StreamType::Common,
        data_type: DataType::Blob,
        data_schema: None,
        compression_format: None,
        csv_delimiter: None,
        auto_scale: Default::default(),
        partitions,
        scale_records: Vec::new(),
        tags: Vec::new(),
        sys_tags: Vec::new(),
        grants: Vec::new(),
        changing: Arc::default(),
        traffic: Default::default(),
    }
}

/// A group on one stream of four partitions, driven as the calls do.
struct Driven {
    now_ms: i64,
    generation: u64,
    streams: Snapshot,
    group: Group,
}

impl Driven {
    fn new() -> Self {
        let mut streams = Snapshot::default();
        streams.put(Arc::new(stream("s", 4)));
        Self { now_ms: 0, generation: 0, streams, group: Group::default() }
    }

    fn view(&self) -> View {
        View::new(Arc::new(self.streams.clone()), project())
    }

    fn begin_round(&mut self) {
        if self.group.round_due() {
            self.generation += 1;
            self.group.begin(self.generation, self.now_ms);
        }
    }

    fn catch_up(&mut self) {
        self.group.expire(self.now_ms);
        self.group.compare(&self.view());
        self.begin_round();
        self.group.complete(self.now_ms, &self.view());
    }

    fn join_with(&mut self, id: &str, rebalance_timeout_ms: i64, hurries: bool) {
        self.catch_up();
        let subscription = Subscription { names: vec!["s".into()], ..Subscription::default() };
        let interests = subscription.resolve(&self.view()).unwrap();
        let (standing, seen_ms) = (Standing::Joined, self.now_ms);
        let member = Member { subscription, interests, rebalance_timeout_ms, hurries, seen_ms, standing };
        self.group.prepare_join(id, &member);
        self.begin_round();
        self.group.join(id, member);
        self.group.complete(self.now_ms, &self.view());
    }

    fn join(&mut self, id: &str) {
        self.join_with(id, 20_000, false);
    }

    fn beat(&mut self, id: &str, generation: i64) -> Beat {
        self.catch_up();
        self.group.heartbeat(id, generation, self.now_ms)
    }

    fn fetch(&mut self, id: &str) -> Fetch {
        self.catch_up();
        self.group.fetch(id, self.now_ms)
    }

    fn fence(&self, id: &str, generation: i64) -> Result<(), Fenced> {
        self.group.check_commit(id, generation, self.now_ms)
    }

    /// A group of `a` and `b` with two partitions each, in generation 2.
    fn of_two() -> Self {
        let mut driven = Self::new();
        driven.join("a");
        driven.fetch("a");
        driven.join("b");
        driven.join("a");
        assert_eq!((driven.fetch("a"), driven.fetch("b")), (Fetch::Ready, Fetch::Ready));
        assert_eq!((driven.group.phase(), driven.group.generation()), (Phase::Stable, 2));
        assert_eq!(driven.group.partitions_of("a")["s"], [0, 1]);
        assert_eq!(driven.group.partitions_of("b")["s"], [2, 3]);
        driven
    }
}

#[test]
fn a_member_joins_fetches_and_is_stable() {
    let mut driven = Driven::new();
    assert_eq!((driven.beat("a", -1), driven.fetch("a")), (Beat::Joining, Fetch::Rejoin));
    assert_eq!(driven.group.phase(), Phase::Empty);
    driven.join("a");
    assert_eq!(driven.group.phase(), Phase::Syncing);
    assert_eq!((driven.beat("a", -1), driven.beat("a", 7)), (Beat::Syncing, Beat::Syncing));
    assert_eq!(driven.fetch("a"), Fetch::Ready);
    assert_eq!(driven.group.partitions_of("a")["s"], [0, 1, 2, 3]);
    assert_eq!((driven.beat("a", 1), driven.beat("a", -1)), (Beat::Stable, Beat::Joining));
    assert_eq!((driven.group.phase(), driven.group.generation()), (Phase::Stable, 1));
    driven.join("a");
    assert_eq!(driven.group.generation(), 2);
}

#[test]
fn a_round_waits_for_everyone_and_drops_who_is_late() {
    let mut driven = Driven::of_two();
    driven.now_ms = 5_000;
    driven.join_with("c", 15_000, false);
    assert_eq!((driven.beat("a", 2), driven.fetch("a")), (Beat::Joining, Fetch::Rejoin));
    driven.join("a");
    assert_eq!((driven.fetch("a"), driven.beat("a", 2)), (Fetch::Waiting, Beat::Syncing));
    driven.now_ms = 24_999;
    assert_eq!((driven.fetch("a"), driven.fetch("c")), (Fetch::Waiting, Fetch::Waiting));
    driven.now_ms = 25_000;
    assert_eq!((driven.fetch("a"), driven.fetch("c")), (Fetch::Ready, Fetch::Ready));
    assert_eq!(driven.group.partitions_of("a")["s"], [0, 1]);
    assert_eq!(driven.group.partitions_of("c")["s"], [2, 3]);
    assert_eq!((driven.beat("b", 2), driven.fetch("b")), (Beat::Joining, Fetch::Rejoin));
    assert_eq!(driven.fence("b", 2), Err(Fenced::UnknownMember));
}

#[test]
fn a_round_that_hurries_waits_a_second_and_the_next_one_for_whom_it_dropped() {
    let mut driven = Driven::of_two();
    driven.join_with("c", 20_000, true);
    assert_eq!(driven.fetch("c"), Fetch::Waiting);
    driven.now_ms = 1_000;
    assert_eq!(driven.fetch("c"), Fetch::Ready);
    assert_eq!(driven.group.partitions_of("c")["s"], [0, 1, 2, 3]);
    assert_eq!(driven.beat("a", 2), Beat::Joining);
    driven.join("a");
    driven.join_with("c", 20_000, true);
    driven.now_ms = 9_000;
    assert_eq!(driven.fetch("c"), Fetch::Waiting, "b is alive and was dropped");
    driven.join("b");
    assert_eq!(driven.fetch("c"), Fetch::Ready);
    assert_eq!(driven.group.generation(), 4);
}

#[test]
fn a_silent_member_is_gone_after_thirty_seconds() {
    let mut driven = Driven::of_two();
    driven.now_ms = 29_999;
    assert_eq!(driven.beat("a", 2), Beat::Stable);
    assert_eq!(driven.fence("b", 2), Ok(()));
    driven.now_ms = 30_000;
    assert_eq!(driven.fence("b", 2), Err(Fenced::UnknownMember));
    assert_eq!(driven.beat("a", 2), Beat::Joining);
    driven.join("a");
    assert_eq!(driven.fetch("a"), Fetch::Ready);
    assert_eq!(driven.group.partitions_of("a")["s"], [0, 1, 2, 3]);
    driven.now_ms = 60_000;
    driven.catch_up();
    assert!(driven.group.is_empty());
}

#[test]
fn only_the_present_generation_commits() {
    let mut driven = Driven::of_two();
    assert_eq!(driven.fence("a", 2), Ok(()));
    assert_eq!(driven.fence("a", 1), Err(Fenced::WrongGeneration));
    assert_eq!(driven.fence("a", -1), Err(Fenced::WrongGeneration));
    assert_eq!(driven.fence("x", 2), Err(Fenced::UnknownMember));
    driven.join("c");
    assert_eq!(driven.fence("a", 2), Err(Fenced::Rebalancing));
    driven.join("a");
    driven.join("b");
    assert_eq!(driven.fence("a", 3), Err(Fenced::Rebalancing), "not fetched");
    driven.fetch("a");
    assert_eq!(driven.fence("a", 3), Ok(()));
    assert_eq!(driven.fence("a", 2), Err(Fenced::WrongGeneration));
}

#[test]
fn changed_partitions_start_a_round() {
    let mut driven = Driven::of_two();
    driven.streams.put(Arc::new(stream("other", 1)));
    assert_eq!(driven.beat("a", 2), Beat::Stable);
    driven.streams.put(Arc::new(stream("s", 6)));
    assert_eq!(driven.beat("a", 2), Beat::Joining);
    driven.join("a");
    driven.join("b");
    driven.fetch("a");
    driven.fetch("b");
    assert_eq!(driven.group.partitions_of("b")["s"], [3, 4, 5]);
    driven.streams.remove("s-id");
    assert_eq!((driven.beat("b", 3), driven.group.generation()), (Beat::Joining, 4));
}

#[test]
fn leaving_gives_the_share_to_the_others() {
    let mut driven = Driven::of_two();
    driven.group.remove("a");
    driven.catch_up();
    assert_eq!(driven.beat("b", 2), Beat::Joining);
    driven.group.remove("b");
    assert!(driven.group.is_empty());
    assert_eq!(driven.group.phase(), Phase::Empty);
}

#[test]
fn a_join_repeated_before_fetching_changes_nothing() {
    let mut driven = Driven::new();
    driven.join("a");
    driven.join("a");
    assert_eq!((driven.fetch("a"), driven.group.generation()), (Fetch::Ready, 1));
}

#[test]
fn subscriptions_are_checked() {
    let mut driven = Driven::new();
    driven.streams.put(Arc::new(stream("t", 1)));
    let view = driven.view();
    let resolved = |names: &[&str], ids: &[&str], pattern: Option<&str>| {
        let [names, ids] = [names, ids].map(|list| list.iter().map(|s| (*s).to_owned()).collect());
        let subscription = Subscription { names, ids, pattern: pattern.map(str::to_owned) };
        let called = |i: super::subscription::Interest| i.called;
        subscription.resolve(&view).map(|all| all.into_iter().map(called).collect::<Vec<_>>())
    };
    assert_eq!(resolved(&["s"], &["t-id"], None).unwrap(), ["s", "t-id"]);
    assert_eq!(resolved(&[], &["t-id"], Some(".*")).unwrap(), ["t-id", "s"]);
    assert_eq!(resolved(&[], &[], Some("none.*")).unwrap(), Vec::<String>::new());
    for (names, ids, pattern) in [
        (&["s", "s"][..], &[][..], None),
        (&["s"], &["s-id"], None),
        (&[], &["s-id", "s-id"], None),
        (&["x"], &[], None),
        (&[""], &[], None),
        (&["s-id"], &[], None),
        (&[], &["s"], None),
        (&[], &[], None),
        (&[], &[], Some("(")),
    ] {
        assert!(resolved(names, ids, pattern).is_err(), "{names:?} {ids:?} {pattern:?}");
    }
}
