//! The server's side of a simulated history, and what must hold at every moment of it.

use super::Event;
use super::client::{Answer, Belief, Call, Client};
use crate::catalog::Snapshot;
use crate::group::member::{Member, Standing};
use crate::group::state::{Fetch, Group, Phase};
use crate::group::subscription::Subscription;
use crate::group::tests::{project, stream};
use crate::group::view::View;
use std::collections::BTreeMap;
use std::sync::Arc;

const STREAMS: [&str; 3] = ["s0", "s1", "s2"];
const PATTERN: &str = "s[12]";

pub(super) struct World {
    now_ms: i64,
    group: Group,
    streams: Snapshot,
    /// What the metadata keeps.
    generation: u64,
    clients: Vec<Client>,
    started: usize,
    /// Who was ever given a partition, by generation.
    given: BTreeMap<(u64, String, u32), String>,
}

impl World {
    pub(super) fn new() -> Self {
        let mut streams = Snapshot::default();
        streams.put(Arc::new(stream("s0", 5)));
        streams.put(Arc::new(stream("s1", 2)));
        let group = Group::default();
        let (clients, given) = (Vec::new(), BTreeMap::new());
        Self { now_ms: 1_000_000, group, streams, generation: 0, clients, started: 0, given }
    }

    fn view(&self) -> View {
        View::new(Arc::new(self.streams.clone()), project())
    }

    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::Step { client, thread } => self.step(client, thread),
            Event::Wait { ms } => self.now_ms += ms,
            Event::Start { timeout_ms, hurries, by_pattern } => self.start(timeout_ms, hurries, by_pattern),
            Event::Die { client } => drop(self.take_away(client)),
            Event::Leave { client } => self.leave(client),
            Event::Replace { client } => self.replace(client),
            Event::Commit { client, back } => self.commit(client, back),
            Event::Scale { stream: index, readable } => {
                if self.view().named(STREAMS[index]).is_some() {
                    self.streams.put(Arc::new(stream(STREAMS[index], readable)));
                }
            }
            Event::Toggle { stream: index } => match self.view().named(STREAMS[index]) {
                Some(there) => self.streams.remove(&there.id.clone()),
                None => self.streams.put(Arc::new(stream(STREAMS[index], 2))),
            },
            Event::Restart => self.group = Group::default(),
        }
        self.check_group();
    }

    fn start(&mut self, timeout_ms: i64, hurries: bool, by_pattern: bool) {
        if self.clients.len() < 6 {
            self.started += 1;
            // Ids do not follow the order of starting.
            let id = format!("c{}-{}", self.started * 7 % 10, self.started);
            self.clients.push(Client::new(&id, timeout_ms, hurries, by_pattern, self.now_ms));
        }
    }

    fn take_away(&mut self, client: usize) -> Option<Client> {
        (client < self.clients.len()).then(|| self.clients.remove(client))
    }

    fn leave(&mut self, client: usize) {
        if let Some(client) = self.take_away(client) {
            self.group.remove(&client.id);
            self.catch_up();
        }
    }

    fn replace(&mut self, client: usize) {
        let now_ms = self.now_ms;
        if let Some(old) = self.clients.get_mut(client) {
            *old = Client::new(&old.id.clone(), old.timeout_ms, old.hurries, old.by_pattern, now_ms);
        }
    }

    /// One step of a thread: acts on the answer it got, or makes its next call.
    fn step(&mut self, client: usize, thread: usize) {
        let now_ms = self.now_ms;
        let Some(doing) = self.clients.get_mut(client) else { return };
        if let Some(answer) = doing.threads[thread].answer.take() {
            doing.take(thread, answer, now_ms);
        } else if let Some(call) = doing.call(thread, now_ms) {
            let answer = self.answer(client, call);
            self.clients[client].threads[thread].answer = Some(answer);
        }
    }

    fn catch_up(&mut self) {
        self.group.expire(self.now_ms);
        self.group.compare(&self.view());
        self.begin_round();
        self.group.complete(self.now_ms, &self.view());
    }

    fn begin_round(&mut self) {
        if self.group.round_due() {
            self.generation += 1;
            self.group.begin(self.generation, self.now_ms);
        }
    }

    fn answer(&mut self, client: usize, call: Call) -> Answer {
        self.catch_up();
        let Client { id, generation, .. } = self.clients[client].clone();
        match call {
            Call::Heartbeat => Answer::Beat(self.group.heartbeat(&id, generation, self.now_ms)),
            Call::Join => Answer::Joined(self.join(client)),
            Call::Sync => {
                let fetch = self.group.fetch(&id, self.now_ms);
                let partitions = self.group.partitions_of(&id);
                if fetch == Fetch::Ready {
                    self.give(&id, &partitions);
                }
                Answer::Fetched(fetch, self.group.generation(), partitions)
            }
        }
    }

    fn join(&mut self, client: usize) -> bool {
        let Client { id, timeout_ms, hurries, by_pattern, .. } = self.clients[client].clone();
        let subscription = if by_pattern {
            Subscription { pattern: Some(PATTERN.to_owned()), ..Subscription::default() }
        } else {
            Subscription { names: vec!["s0".to_owned()], ..Subscription::default() }
        };
        let Ok(interests) = subscription.resolve(&self.view()) else { return false };
        let (standing, seen_ms) = (Standing::Joined, self.now_ms);
        let member =
            Member { subscription, interests, rebalance_timeout_ms: timeout_ms, hurries, seen_ms, standing };
        self.group.prepare_join(&id, &member);
        self.begin_round();
        self.group.join(&id, member);
        self.group.complete(self.now_ms, &self.view());
        true
    }

    /// Nobody else was given these partitions in this generation.
    fn give(&mut self, id: &str, partitions: &BTreeMap<String, Vec<u32>>) {
        for (stream, indexes) in partitions {
            for index in indexes {
                let place = (self.group.generation(), stream.clone(), *index);
                let owner = self.given.entry(place).or_insert_with(|| id.to_owned());
                assert_eq!(owner, id, "two members own {stream} {index}");
            }
        }
    }

    /// A commit is taken from whoever owns the partition in the present generation, and from nobody else.
    fn commit(&mut self, client: usize, back: usize) {
        let Some(Client { id, told, reads, .. }) = self.clients.get(client) else { return };
        let Some(generation) = told.get(back) else { return };
        let accepted = self.group.check_commit(id, *generation, self.now_ms).is_ok();
        let present = u64::try_from(*generation).unwrap() == self.group.generation();
        assert!(present || !accepted, "generation {generation} is over");
        for (stream, index) in reads.iter().flat_map(|(s, all)| all.iter().map(move |i| (s, i))) {
            let place = (self.group.generation(), stream.clone(), *index);
            let owner = self.given.get(&place);
            assert!(!accepted || back > 0 || owner == Some(id), "{id} does not own {place:?}");
        }
    }

    /// Generations only grow; a stable group has shared everything out.
    fn check_group(&mut self) {
        assert!(self.group.generation() <= self.generation);
        if self.group.phase() == Phase::Stable && !self.group.round_due() {
            let fetched = |m: &Member| matches!(m.standing, Standing::Fetched | Standing::CutOff);
            assert!(self.group.members().values().all(fetched));
        }
    }

    /// Every client does what it can do now.
    pub(super) fn turn_of_everyone(&mut self) {
        for client in 0..self.clients.len() {
            for thread in [0, 1, 0, 1] {
                self.step(client, thread);
            }
        }
    }

    /// With live clients and nothing else happening, all is shared out within three minutes, and stays so.
    ///
    /// A step takes 100 ms. What a thread had decided before may still happen once within 30 s.
    pub(super) fn come_to_rest(&mut self) {
        let mut quiet = (self.group.generation(), 0);
        for _ in 0..1_800 {
            self.now_ms += 100;
            self.turn_of_everyone();
            self.check_group();
            let same = self.is_at_rest() && self.group.generation() == quiet.0;
            quiet = (self.group.generation(), if same { quiet.1 + 1 } else { 0 });
        }
        assert!(quiet.1 > 300 || self.clients.is_empty(), "no rest: {:?} {:#?}", self.group, self.clients);
        self.check_shares();
    }

    fn is_at_rest(&self) -> bool {
        let ids = |id: &String| self.clients.iter().any(|c| c.id == *id);
        self.group.phase() == Phase::Stable
            && self.clients.iter().all(|c| c.belief == Belief::Stable)
            && self.group.members().len() == self.clients.len()
            && self.group.members().keys().all(ids)
    }

    /// Every readable partition somebody wants is read by exactly one client.
    fn check_shares(&self) {
        let mut expected = Vec::new();
        for stream in self.view().all() {
            let by_pattern = stream.name.as_str() != "s0";
            if self.clients.iter().any(|c| c.by_pattern == by_pattern) {
                let partitions = self.view().readable(&stream.id);
                expected.extend(partitions.into_iter().map(|p| (stream.name.to_string(), p)));
            }
        }
        let reads = self.clients.iter().flat_map(|c| c.reads.iter());
        let mut read: Vec<(String, u32)> =
            reads.flat_map(|(stream, indexes)| indexes.iter().map(|i| (stream.clone(), *i))).collect();
        read.sort();
        assert_eq!(read, expected, "what is read is not what is there");
    }
}
