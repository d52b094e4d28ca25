//! What a restart finds: everything that was answered, nothing that was not.

use super::*;
use tidemill_meta::{MetaError, stream as sql};
use tidemill_model::{AppName, Incarnation, PartitionId};
use tidemill_stream::{AppendError, PartitionState, StreamState, Tag};

#[tokio::test]
async fn a_stream_comes_back_with_all_it_has() {
    let world = World::new().await;
    let mut new = new_stream("s", 2);
    new.data_type = DataType::Csv;
    new.csv_delimiter = Some(";".into());
    new.auto_scale = AutoScale { enabled: true, min: Some(1), max: Some(4) };
    new.tags = vec![Tag { key: "k".into(), value: String::new() }];
    let made = world.streams.create_stream(&project(), new).await.unwrap();
    let made = world.streams.scale_stream(&made.id, 3).await.unwrap();
    let made = world.streams.scale_stream(&made.id, 1).await.unwrap();
    world.put("s", &["YQ=="]).await;
    let world = world.restart().await;
    let back = world.streams.find(&project(), "s").unwrap();
    assert_eq!((&back.id, back.incarnation, back.state), (&made.id, made.incarnation, StreamState::Running));
    assert_eq!((&back.partitions, &back.scale_records), (&made.partitions, &made.scale_records));
    assert_eq!((&back.tags, back.auto_scale, back.data_type), (&made.tags, made.auto_scale, DataType::Csv));
    assert_eq!(back.partitions[2].state, PartitionState::Deleted);
    assert_eq!(world.streams.bounds(&back, PartitionId(0)).unwrap().next, 1);
}

#[tokio::test]
async fn a_cursor_outlives_a_restart() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    world.put("s", &["YQ=="]).await;
    let position = tidemill_stream::Position {
        kind: tidemill_stream::CursorType::TrimHorizon,
        sequence: None,
        timestamp_ms: None,
    };
    let cursor = world.streams.issue_cursor(&stream, PartitionId(0), position).await.unwrap();
    let world = world.restart().await;
    let limit = tidemill_log::ReadLimit { bytes: 100, records: 10, at_least_one: true };
    let (page, _) = world.streams.read_records(asker(&project()), &cursor, limit).await.unwrap();
    assert_eq!(page.records().next().unwrap().data, b"a");
}

#[tokio::test]
async fn a_creation_cut_off_halfway_leaves_nothing() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    let id = stream.id.clone();
    let undone: Result<bool, MetaError> = world
        .meta
        .tx(move |tx| {
            let id = id.clone();
            Box::pin(async move { sql::set_stream_state(tx, &id, ["RUNNING"; 3], "CREATING").await })
        })
        .await;
    assert!(undone.unwrap());
    let world = world.restart().await;
    assert!(world.streams.find(&project(), "s").is_none());
    assert!(world.log.streams().await.is_empty());
    world.create("s", 1).await;
}

#[tokio::test]
async fn a_stream_whose_records_are_gone_is_frozen() {
    let world = World::new().await;
    let stream = world.create("s", 1).await;
    world.put("s", &["YQ=="]).await;
    let empty = MemoryLog::new(world.clock.clone());
    let world = world.restart_with(empty).await;
    let frozen = world.streams.find(&project(), "s").unwrap();
    assert_eq!((&frozen.id, frozen.state), (&stream.id, StreamState::Frozen));
    let put = world.streams.append_records(&frozen, vec![record("YQ==")]).await;
    assert_eq!(put, Err(AppendError::NotRunning));
    world.streams.delete_stream(&frozen.id).await.unwrap();
    world.create("s", 1).await;
}

#[tokio::test]
async fn a_log_that_ends_below_a_checkpoint_or_lacks_a_partition_freezes_its_stream() {
    let world = World::new().await;
    let (short, narrow, well) =
        (world.create("short", 1).await, world.create("narrow", 2).await, world.create("well", 1).await);
    world.streams.create_app(&project(), &AppName::parse("a").unwrap()).await.unwrap();
    world.put("short", &["YQ==", "YQ=="]).await;
    world.streams.commit_checkpoint(app(&project()), &short, PartitionId(0), "2", "").await.unwrap();
    world.streams.commit_checkpoint(app(&project()), &well, PartitionId(0), "0", "").await.unwrap();
    let lossy = MemoryLog::new(world.clock.clone());
    for stream in [&short, &narrow, &well] {
        lossy.create_stream(stream.incarnation, 1).await.unwrap();
    }
    lossy.create_stream(Incarnation::random(), 1).await.unwrap();
    let world = world.restart_with(lossy).await;
    let state = |name: &str| world.streams.find(&project(), name).unwrap().state;
    assert_eq!([state("short"), state("narrow")], [StreamState::Frozen; 2]);
    assert_eq!(state("well"), StreamState::Running);
    assert_eq!(world.log.streams().await.len(), 4, "what the catalog does not know is kept");
}
