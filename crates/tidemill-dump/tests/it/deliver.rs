//! What is delivered, when, and under which names.

use crate::support::{World, drive, new_task, settle_down, until};
use serde_json::json;
use tidemill_dump::{Action, TaskState};

#[tokio::test]
async fn records_arrive_at_the_next_flush_and_an_idle_stream_is_flushed_too() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    let id = p.task(&stream, "task").await;
    world.put(&stream, 0, &["a", "b"]).await;
    world.advance(29);
    settle_down().await;
    assert_eq!(world.objects().await, vec![]);
    world.advance(1);
    p.caught_up(&world, &stream, "task").await;
    let key = format!("orders-{id}-shardId-0000000000-{:020}-{:020}", 0, 1);
    assert_eq!(world.objects().await, vec![(key, "a\nb\n".to_owned())]);
    let detail = p.detail(&stream, "task").await;
    assert_eq!((detail.partitions[0].last_sequence, detail.partitions[0].next), (1, 2));
    assert_eq!(detail.summary.last_transfer_ms, world.clock.now_ms());
}

#[tokio::test]
async fn no_data_means_no_object_at_all() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 2).await;
    p.task(&stream, "task").await;
    for _ in 0..3 {
        world.advance(30);
        settle_down().await;
    }
    assert_eq!(world.all_objects().await, vec![]);
    assert_eq!(p.detail(&stream, "task").await.summary.state, TaskState::Running);
}

#[tokio::test]
async fn each_partition_yields_one_file_a_flush() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 3).await;
    p.task(&stream, "task").await;
    for cycle in 0..2 {
        for partition in [0, 2] {
            world.put(&stream, partition, &[&format!("{partition}{cycle}")]).await;
            world.advance(2);
            settle_down().await;
            world.put(&stream, partition, &[&format!("{partition}{cycle}x")]).await;
        }
        world.advance(30);
        p.caught_up(&world, &stream, "task").await;
    }
    assert_eq!(world.objects().await.len(), 4);
    assert_eq!(world.delivered(0).await, "00\n00x\n01\n01x\n");
    assert_eq!(world.delivered(1).await, "");
    assert_eq!(world.delivered(2).await, "20\n20x\n21\n21x\n");
}

#[tokio::test]
async fn latest_begins_after_what_is_there_and_new_partitions_begin_at_0() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    world.put(&stream, 0, &["old"]).await;
    p.dumps.create(&stream, new_task("task", json!({"consumer_strategy": "LATEST"}))).await.unwrap();
    world.put(&stream, 0, &["new"]).await;
    let stream = p.streams.scale_stream(&stream.id, 2).await.unwrap();
    world.put(&stream, 1, &["first"]).await;
    drive(&world, async || p.detail(&stream, "task").await.partitions.len() == 2).await;
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert_eq!((world.delivered(0).await, world.delivered(1).await), ("new\n".into(), "first\n".into()));
}

#[tokio::test]
async fn a_full_file_is_closed_early_by_its_encoded_size() {
    let mut world = World::new().await;
    world.config.file_bytes_max = 1000;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    let record = "x".repeat(98);
    for _ in 0..5 {
        world.put(&stream, 0, &[record.as_str(); 5]).await;
    }
    world.advance(1);
    until(async || p.detail(&stream, "task").await.partitions[0].next == 22).await;
    settle_down().await;
    let sizes: Vec<_> = world.objects().await.iter().map(|(_, body)| body.len()).collect();
    assert_eq!(sizes, [1089, 1089]);
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    assert_eq!(world.delivered(0).await, format!("{record}\n").repeat(25));
}

#[tokio::test]
async fn prefix_time_directory_and_delimiter_are_as_asked() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    let more =
        json!({"file_prefix": "raw/in", "partition_format": "yyyy/MM/dd/HH/mm", "record_delimiter": ";"});
    p.dumps.create(&stream, new_task("task", more)).await.unwrap();
    world.put(&stream, 0, &["a", "b"]).await;
    world.advance(60);
    p.caught_up(&world, &stream, "task").await;
    let objects = world.objects().await;
    assert!(objects[0].0.starts_with("raw/in/2026/01/02/03/05/orders-"), "{objects:?}");
    assert_eq!(objects[0].1, "a;b;");
}

#[tokio::test]
async fn records_with_a_time_of_their_own_go_to_its_directory() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    let more = json!({
        "partition_format": "yyyy",
        "processing_schema": {"timestamp_name": "at", "timestamp_type": "Timestamp"},
    });
    p.dumps.create(&stream, new_task("task", more)).await.unwrap();
    let of = |ms: &str| format!(r#"{{"at":{ms}}}"#);
    let (y2001, y2017) = (of("1000000000000"), of("1500000000000"));
    world.put(&stream, 0, &[&y2001, "none", &y2017, &y2001]).await;
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    let objects = world.objects().await;
    let bodies: Vec<_> = objects.iter().map(|(key, body)| (&key[..5], body.as_str())).collect();
    let twice = format!("{y2001}\n{y2001}\n");
    assert_eq!(bodies, [("2001/", &*twice), ("2017/", &*format!("{y2017}\n")), ("2026/", "none\n")]);
    assert_eq!(p.detail(&stream, "task").await.partitions[0].objects, 3);
}

#[tokio::test]
async fn a_directory_gets_one_file_whether_records_have_a_time_of_their_own_or_not() {
    for format in ["", "yyyy"] {
        let world = World::new().await;
        let p = world.process().await;
        let stream = p.stream("orders", 1).await;
        let more = json!({
            "partition_format": format,
            "processing_schema": {"timestamp_name": "at", "timestamp_type": "Timestamp"},
        });
        p.dumps.create(&stream, new_task("task", more)).await.unwrap();
        let timed = format!(r#"{{"at":{}}}"#, world.clock.now_ms());
        for _ in 0..2 {
            world.put(&stream, 0, &[&timed, "none", &timed, "none"]).await;
            world.advance(30);
            p.caught_up(&world, &stream, "task").await;
        }
        let objects = world.objects().await;
        let bodies: Vec<_> = objects.iter().map(|(_, body)| body.clone()).collect();
        assert_eq!(bodies, vec![format!("{timed}\nnone\n{timed}\nnone\n"); 2], "{format:?}: {objects:?}");
    }
}

#[tokio::test]
async fn stop_and_start_keep_the_position() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    let id = p.task(&stream, "task").await;
    world.put(&stream, 0, &["a"]).await;
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    world.put(&stream, 0, &["b"]).await;
    for _ in 0..2 {
        p.dumps.act(&stream, Action::Stop, std::slice::from_ref(&id)).await.unwrap();
    }
    assert_eq!(p.detail(&stream, "task").await.summary.state, TaskState::Paused);
    world.advance(300);
    settle_down().await;
    assert_eq!(world.delivered(0).await, "a\n");
    for _ in 0..2 {
        p.dumps.act(&stream, Action::Start, &["task".into()]).await.unwrap();
    }
    assert_eq!(p.detail(&stream, "task").await.summary.state, TaskState::Running);
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    assert_eq!(world.delivered(0).await, "a\nb\n");
}

#[tokio::test]
async fn records_trimmed_before_delivery_are_a_gap_and_the_task_goes_on() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    world.put(&stream, 0, &["a"]).await;
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    p.dumps.act(&stream, Action::Stop, &["task".into()]).await.unwrap();
    world.put(&stream, 0, &["lost", "too"]).await;
    world.advance(100);
    tidemill_log::LogStore::trim(&*world.log, stream.incarnation, world.clock.now_ms()).await.unwrap();
    world.put(&stream, 0, &["kept"]).await;
    p.dumps.act(&stream, Action::Start, &["task".into()]).await.unwrap();
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    assert_eq!(world.delivered(0).await, "a\nkept\n");
    assert_eq!(p.detail(&stream, "task").await.partitions[0].discard, 2);
}

#[tokio::test]
async fn of_an_announced_delivery_only_what_was_trimmed_is_a_gap() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    p.gate.break_calls("part");
    world.put(&stream, 0, &["lost"]).await;
    world.advance(10);
    let cutoff_ms = world.clock.now_ms();
    world.put(&stream, 0, &["kept", "too"]).await;
    world.advance(30);
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Abnormal).await;
    p.dumps.act(&stream, Action::Stop, &["task".into()]).await.unwrap();
    tidemill_log::LogStore::trim(&*world.log, stream.incarnation, cutoff_ms).await.unwrap();
    p.gate.mend();
    p.dumps.act(&stream, Action::Start, &["task".into()]).await.unwrap();
    drive(&world, async || p.is_caught_up(&world, &stream, "task").await).await;
    assert_eq!(world.delivered(0).await, "kept\ntoo\n");
    assert_eq!(p.detail(&stream, "task").await.partitions[0].discard, 1);
}

#[tokio::test]
async fn a_running_task_holds_what_it_has_not_delivered() {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 1).await;
    p.task(&stream, "task").await;
    world.put(&stream, 0, &["a"]).await;
    p.gate.break_calls("open");
    world.advance(100);
    tidemill_log::LogStore::trim(&*world.log, stream.incarnation, world.clock.now_ms()).await.unwrap();
    until(async || p.detail(&stream, "task").await.summary.state == TaskState::Abnormal).await;
    p.gate.mend();
    world.advance(30);
    p.caught_up(&world, &stream, "task").await;
    assert_eq!(world.delivered(0).await, "a\n");
    assert_eq!(p.detail(&stream, "task").await.partitions[0].discard, 0);
}
