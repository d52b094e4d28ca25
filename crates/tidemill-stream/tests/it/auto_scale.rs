//! Partitions that follow the load.

use super::*;

const FULL: usize = 1000;

async fn create(world: &World, partitions: i64, bounds: (i64, i64)) -> String {
    let auto_scale = AutoScale { enabled: true, min: Some(bounds.0), max: Some(bounds.1) };
    let new = NewStream { auto_scale, ..new_stream("s", partitions) };
    world.streams.create_stream(&project(), new).await.unwrap().id.clone()
}

/// Puts `per_second` records into each partition in every second of a minute, then lets the upkeep look.
async fn a_minute(world: &World, per_second: usize) -> usize {
    for _ in 0..60 {
        let stream = world.streams.find(&project(), "s").unwrap();
        let mut records = Vec::new();
        for partition in &stream.partitions[..stream.writable()] {
            let one = PutRecord { partition_id: Some(partition.id.to_string().into()), ..record("YQ==") };
            records.extend(vec![one; per_second]);
        }
        world.streams.append_records(&stream, records).await.unwrap();
        world.clock.advance(Duration::from_secs(1));
    }
    world.streams.tend_traffic().await;
    world.streams.find(&project(), "s").unwrap().writable()
}

fn of_scaling(kinds: Vec<EventKind>) -> Vec<EventKind> {
    use EventKind::{TrafficLimited, TrafficRestored};
    kinds.into_iter().filter(|kind| !matches!(kind, TrafficLimited | TrafficRestored)).collect()
}

#[tokio::test]
async fn a_full_stream_that_is_limited_grows_within_its_bounds() {
    let mut world = World::new().await;
    create(&world, 1, (1, 3)).await;
    assert_eq!(a_minute(&world, FULL).await, 1, "full, but nothing was refused");
    assert_eq!(a_minute(&world, FULL + 1).await, 2, "1 / 0.6, rounded up");
    let stream = world.streams.find(&project(), "s").unwrap();
    let record = stream.scale_records[0];
    assert_eq!((record.from, record.to, record.auto), (1, 2, true));
    assert_eq!(of_scaling(world.raised()), [EventKind::AutoScaleSucceeded]);
    assert_eq!(a_minute(&world, FULL + 1).await, 2, "more than a minute between changes");
    assert_eq!(a_minute(&world, FULL + 1).await, 3, "2 / 0.6 is 4, but 3 is the most");
    assert_eq!(a_minute(&world, FULL + 1).await, 3);
    assert_eq!(of_scaling(world.raised()), [EventKind::AutoScaleSucceeded]);
}

#[tokio::test]
async fn limited_bursts_of_a_stream_that_is_not_full_change_nothing() {
    let world = World::new().await;
    create(&world, 1, (1, 3)).await;
    let stream = world.streams.find(&project(), "s").unwrap();
    world.streams.append_records(&stream, vec![record("YQ=="); 3000]).await.unwrap();
    assert_eq!(a_minute(&world, 700).await, 1);
}

#[tokio::test]
async fn an_idle_stream_halves_once_an_hour_down_to_its_least() {
    let mut world = World::new().await;
    create(&world, 9, (3, 20)).await;
    world.clock.advance(Duration::from_secs(60));
    world.streams.tend_traffic().await;
    assert_eq!(a_minute(&world, 300).await, 9, "30 % is not idle");
    assert_eq!(a_minute(&world, 299).await, 4);
    assert_eq!(of_scaling(world.raised()), [EventKind::AutoScaleSucceeded]);
    assert_eq!(a_minute(&world, 0).await, 4, "one decrease an hour");
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(a_minute(&world, 0).await, 3, "half is 2, but 3 is the least");
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(a_minute(&world, 0).await, 3);
    assert_eq!(of_scaling(world.raised()), [EventKind::AutoScaleSucceeded]);
}

#[tokio::test]
async fn a_first_count_outside_the_bounds_stays_until_the_load_changes_it() {
    let world = World::new().await;
    create(&world, 1, (2, 5)).await;
    for _ in 0..3 {
        assert_eq!(a_minute(&world, 0).await, 1);
    }
}

#[tokio::test]
async fn a_stream_turns_slowly() {
    let world = World::new().await;
    create(&world, 2, (1, 20)).await;
    assert_eq!(a_minute(&world, 0).await, 2);
    assert_eq!(a_minute(&world, 0).await, 2, "no decrease within two minutes of its making");
    assert_eq!(a_minute(&world, FULL + 1).await, 4);
    assert_eq!(a_minute(&world, 0).await, 4);
    assert_eq!(a_minute(&world, 0).await, 4, "no decrease within two minutes of an increase");
    assert_eq!(a_minute(&world, 0).await, 2);
}

#[tokio::test]
async fn what_cannot_grow_is_told_and_not_tried_at_once_again() {
    let mut world = World::new().await;
    create(&world, 1, (1, 20)).await;
    let rest = new_stream("other", 49);
    world.streams.create_stream(&project(), rest).await.unwrap();
    assert_eq!(a_minute(&world, 0).await, 1);
    assert_eq!(a_minute(&world, FULL + 1).await, 1);
    let told = [EventKind::QuotaInsufficient, EventKind::AutoScaleFailed];
    assert_eq!(of_scaling(world.raised()), told);
    assert_eq!(a_minute(&world, FULL + 1).await, 1);
    assert_eq!(of_scaling(world.raised()), []);
    world.clock.advance(Duration::from_secs(600));
    assert_eq!(a_minute(&world, FULL + 1).await, 1);
    assert_eq!(of_scaling(world.raised()), told);
}

#[tokio::test]
async fn the_load_scales_up_ten_times_an_hour_and_people_ten_times_more() {
    let config = StreamsConfig { auto_scale_ups_per_hour: 3, ..StreamsConfig::default() };
    let mut world = World::with(config).await;
    let id = create(&world, 1, (1, 20)).await;
    for expected in [1, 2, 2, 4, 4, 7, 7] {
        assert_eq!(a_minute(&world, FULL + 1).await, expected);
    }
    world.raised();
    assert_eq!(a_minute(&world, FULL + 1).await, 7);
    assert_eq!(of_scaling(world.raised()), [EventKind::AutoScaleFailed]);
    assert_eq!(world.streams.scale_stream(&id, 8).await.unwrap().writable(), 8);
}

#[tokio::test]
async fn streams_without_it_stay_as_they_are() {
    let world = World::new().await;
    world.create("s", 2).await;
    assert_eq!(a_minute(&world, FULL + 1).await, 2);
    assert_eq!(a_minute(&world, 0).await, 2);
}
