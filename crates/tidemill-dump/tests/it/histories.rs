//! Random histories of packed puts, flushes, failures, crashes, stops and starts: in the end the objects are the
//! log, exactly.

use crate::support::{Mode, Process, World, drive, gzip, new_task, settle_down, verified};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;
use tidemill_dump::Action;
use tidemill_stream::CompressionFormat;

const PARTITIONS: u32 = 2;

#[derive(Clone, Debug)]
enum Step {
    Put {
        partition: u32,
        records: u8,
        /// Whether one comes last that cannot be unpacked.
        broken: bool,
    },
    Advance {
        seconds: u64,
    },
    /// From now on the process fails or stops at this call.
    Strike {
        call: usize,
        mode: Mode,
    },
    /// A new process takes over; the old one goes on, unaware.
    TakeOver,
    Stop,
    Start,
}

fn step() -> impl Strategy<Value = Step> {
    let mode =
        prop_oneof![Just(Mode::StopBefore), Just(Mode::StopAfter), Just(Mode::Fail), Just(Mode::FailLate)];
    prop_oneof![
        4 => (0..PARTITIONS, 1u8..6, proptest::bool::weighted(0.3))
            .prop_map(|(partition, records, broken)| Step::Put { partition, records, broken }),
        4 => (1u64..40).prop_map(|seconds| Step::Advance { seconds }),
        2 => (0usize..50, mode).prop_map(|(call, mode)| Step::Strike { call, mode }),
        1 => Just(Step::TakeOver),
        1 => Just(Step::Stop),
        1 => Just(Step::Start),
    ]
}

struct History {
    world: World,
    now: Process,
    before: Vec<Process>,
    /// By partition: data, and what cannot be unpacked.
    wanted: Vec<(String, String)>,
}

impl History {
    async fn new() -> Self {
        let mut world = World::new().await;
        world.config.file_bytes_max = 60;
        let now = world.process().await;
        let stream = now.packed_stream("orders", i64::from(PARTITIONS), CompressionFormat::Gzip).await;
        now.dumps.create(&stream, new_task("task", json!({}))).await.unwrap();
        Self { world, now, before: vec![], wanted: vec![Default::default(); PARTITIONS as usize] }
    }

    async fn apply(&mut self, step: Step) {
        let stream = self.now.find("orders");
        match step {
            Step::Put { partition, records, broken } => {
                let (data, errors) = &mut self.wanted[partition as usize];
                let texts: Vec<String> =
                    (0..records).map(|n| format!("record {}", data.len() + n as usize)).collect();
                data.extend(texts.iter().map(|t| format!("{t}\n")));
                let mut payloads: Vec<_> = texts.iter().map(|text| gzip(text)).collect();
                if broken {
                    let text = format!("broken {}", errors.len());
                    errors.push_str(&format!("{text}\n"));
                    payloads.push(text.into_bytes());
                }
                let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
                self.world.put_bytes(&stream, partition, &payloads).await;
            }
            Step::Advance { seconds } => {
                self.world.advance(seconds);
                settle_down().await;
            }
            Step::Strike { call, mode } => self.now.gate.plan(call, mode),
            Step::TakeOver => self.take_over().await,
            Step::Stop => self.act(Action::Stop).await,
            Step::Start => self.act(Action::Start).await,
        }
    }

    async fn take_over(&mut self) {
        let next = self.world.process_with(Arc::default()).await;
        let old = std::mem::replace(&mut self.now, next);
        old.gate.resume();
        self.before.push(old);
    }

    async fn act(&mut self, action: Action) {
        let (dumps, stream) = (self.now.dumps.clone(), self.now.find("orders"));
        let acting = tokio::spawn(async move { dumps.act(&stream, action, &["task".into()]).await });
        for _ in 0..20 {
            settle_down().await;
            if acting.is_finished() || self.now.gate.is_stopped() {
                return;
            }
            self.world.advance(1);
        }
    }

    async fn end(mut self) {
        self.take_over().await;
        let stream = self.now.find("orders");
        let tasks = ["task".to_owned()];
        // A stop that an earlier process was held up in may still come through.
        drive(&self.world, async || {
            self.now.dumps.act(&stream, Action::Start, &tasks).await.unwrap();
            self.now.is_caught_up(&self.world, &stream, "task").await
        })
        .await;
        for (partition, wanted) in (0..).zip(&self.wanted) {
            let bodies = (self.world.delivered(partition).await, self.world.errors(partition).await);
            assert_eq!(&bodies, wanted, "partition {partition}");
        }
        let report = verified(&self.world).await;
        assert!(report.ok, "{report:?}");
        drive(&self.world, async || self.world.store.unfinished().is_empty()).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 4, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_objects_are_the_log(steps in proptest::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut history = History::new().await;
            for step in steps {
                history.apply(step).await;
            }
            history.end().await;
        });
    }
}
