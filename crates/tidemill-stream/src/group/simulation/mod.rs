//! Random histories of a group whose members behave as the Kafka adapter does.
//!
//! Each simulated client has the two threads of a real one, sharing its state: one polls, one sends
//! heartbeats. An answer is taken in one step and acted upon in a later one, so that everything may happen
//! in between. What is asked of the group is in [`world`]; the client is in [`client`].

mod client;
mod world;

use proptest::prelude::*;
use world::World;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// A thread of a client does its next step.
    Step { client: usize, thread: usize },
    /// Time passes.
    Wait { ms: i64 },
    /// A client is started, with its own idea of how long rounds may take.
    Start { timeout_ms: i64, hurries: bool, by_pattern: bool },
    /// A client vanishes without a word.
    Die { client: usize },
    /// A client closes.
    Leave { client: usize },
    /// A client process is replaced by a new one with the same id.
    Replace { client: usize },
    /// A client commits in any generation it ever had.
    Commit { client: usize, back: usize },
    /// The partitions of a stream become these many: more, or the last ones are unreadable.
    Scale { stream: usize, readable: u32 },
    /// A stream is made or deleted.
    Toggle { stream: usize },
    /// The server stops and starts.
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    let timeout = prop_oneof![Just(20_000i64), Just(500), Just(12_000)];
    let start = (timeout, any::<bool>(), any::<bool>());
    prop_oneof![
        60 => (0..6usize, 0..2usize).prop_map(|(client, thread)| Event::Step { client, thread }),
        12 => (1..3_000i64).prop_map(|ms| Event::Wait { ms }),
        1 => (20_000..40_000i64).prop_map(|ms| Event::Wait { ms }),
        5 => start.prop_map(|(timeout_ms, hurries, by_pattern)| Event::Start { timeout_ms, hurries, by_pattern }),
        1 => (0..6usize).prop_map(|client| Event::Die { client }),
        1 => (0..6usize).prop_map(|client| Event::Leave { client }),
        1 => (0..6usize).prop_map(|client| Event::Replace { client }),
        8 => (0..6usize, 0..3usize).prop_map(|(client, back)| Event::Commit { client, back }),
        2 => (0..3usize, 1..8u32).prop_map(|(stream, readable)| Event::Scale { stream, readable }),
        1 => (1..3usize).prop_map(|stream| Event::Toggle { stream }),
        1 => Just(Event::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// During any history nobody shares a partition or commits to another's; once nothing happens any more
    /// everything is shared out and stays as it is.
    #[test]
    fn a_group_is_safe_and_comes_to_rest(events in prop::collection::vec(event(), 1..250)) {
        let mut world = World::new();
        for event in events {
            world.happen(event);
        }
        world.come_to_rest();
    }
}

/// Slow clients that let rounds wait for less than the time between two of their heartbeats.
#[test]
fn impatient_members_come_to_rest() {
    let mut world = World::new();
    for hurries in [true, true, true, false, true, true] {
        world.happen(Event::Start { timeout_ms: 500, hurries, by_pattern: false });
        for _ in 0..20 {
            world.happen(Event::Wait { ms: 300 });
            world.turn_of_everyone();
        }
    }
    world.come_to_rest();
}
