//! The proof of a bucket notices every kind of change.

use crate::support::{Process, World, verified};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use tidemill_dump::verify::{self, ProblemKind};

/// Three deliveries of two partitions.
async fn delivered() -> (World, Process, String) {
    let world = World::new().await;
    let p = world.process().await;
    let stream = p.stream("orders", 2).await;
    let id = p.task(&stream, "task").await;
    for cycle in 0..3 {
        world.put(&stream, 0, &[&format!("a{cycle}"), "x"]).await;
        world.put(&stream, 1, &[&format!("b{cycle}")]).await;
        world.advance(30);
        p.caught_up(&world, &stream, "task").await;
    }
    (world, p, id)
}

async fn kinds(world: &World) -> Vec<ProblemKind> {
    let report = verified(world).await;
    let mut kinds: Vec<_> = report.tasks.iter().flat_map(|t| &t.problems).map(|p| p.kind).collect();
    assert_eq!(report.ok, kinds.is_empty());
    kinds.sort();
    kinds
}

async fn remove(world: &World, key: &str) {
    world.store.inner.delete(&Path::from(key)).await.unwrap();
}

async fn write(world: &World, key: &str, body: &str) {
    world.store.inner.put(&Path::from(key), body.to_owned().into()).await.unwrap();
}

fn entry(id: &str, partition: u32, n: u64) -> String {
    format!("_tidemill/ledger/{id}/shardId-{partition:010}/{n:020}.json")
}

#[tokio::test]
async fn an_untouched_bucket_is_proven_and_counted() {
    let (world, _p, id) = delivered().await;
    let report = verified(&world).await;
    assert!(report.ok, "{report:?}");
    let task = &report.tasks[0];
    assert_eq!((task.task_id.as_str(), task.ended, task.partitions.len()), (id.as_str(), false, 2));
    let part = &task.partitions[0];
    assert_eq!(
        (part.from, part.to, part.entries, part.objects, part.records, part.bytes),
        (0, 6, 3, 3, 6, 15)
    );
}

#[tokio::test]
async fn a_removed_object_shows() {
    let (world, _p, _id) = delivered().await;
    let key = world.objects().await[1].0.clone();
    remove(&world, &key).await;
    assert_eq!(kinds(&world).await, [ProblemKind::ObjectMissing]);
}

#[tokio::test]
async fn an_altered_object_shows_whatever_its_size() {
    let (world, _p, _id) = delivered().await;
    let (key, body) = world.objects().await[1].clone();
    write(&world, &key, &body.replace('x', "y")).await;
    assert_eq!(kinds(&world).await, [ProblemKind::ObjectAltered]);
    let quick = verify::Options { sizes_only: true, ..Default::default() };
    assert!(verify::verify(&*world.store.inner, &quick).await.unwrap().ok);
    write(&world, &key, "longer than before").await;
    assert!(!verify::verify(&*world.store.inner, &quick).await.unwrap().ok);
}

#[tokio::test]
async fn an_added_object_shows() {
    let (world, _p, _id) = delivered().await;
    let key = world.objects().await[1].0.clone();
    write(&world, &format!("{}9", &key[..key.len() - 1]), "x").await;
    assert_eq!(kinds(&world).await, [ProblemKind::UnknownObject]);
    // What does not claim to be of the task is none of its business.
    write(&world, "someone/elses/file", "x").await;
    assert_eq!(kinds(&world).await, [ProblemKind::UnknownObject]);
}

#[tokio::test]
async fn a_lost_tail_shows_with_or_without_its_objects() {
    let (world, _p, id) = delivered().await;
    remove(&world, &entry(&id, 1, 2)).await;
    let with_object = kinds(&world).await;
    assert_eq!(with_object, [ProblemKind::EntryMissing, ProblemKind::TailLost, ProblemKind::UnknownObject]);
    let last = world.objects().await.last().unwrap().0.clone();
    remove(&world, &last).await;
    assert_eq!(kinds(&world).await, [ProblemKind::EntryMissing, ProblemKind::TailLost]);
}

#[tokio::test]
async fn a_lost_partition_shows() {
    let (world, _p, _id) = delivered().await;
    for (key, _) in
        world.all_objects().await.into_iter().filter(|(key, _)| key.contains("shardId-0000000001"))
    {
        remove(&world, &key).await;
    }
    assert_eq!(kinds(&world).await, [ProblemKind::EntryMissing, ProblemKind::TailLost]);
}

#[tokio::test]
async fn an_altered_entry_shows_even_if_its_hash_is_made_to_fit() {
    let (world, _p, id) = delivered().await;
    let key = entry(&id, 0, 1);
    let body = world.read(&key).await;
    let forged = body.replace("\"count\":2,\"at_ms\"", "\"count\":1,\"at_ms\"");
    assert_ne!(body, forged);
    write(&world, &key, &forged).await;
    assert!(kinds(&world).await.contains(&ProblemKind::EntryAltered));
    let inner = &forged["{\"entry\":".len()..forged.rfind(",\"hash\"").unwrap()];
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(inner.as_bytes()));
    write(&world, &key, &format!("{{\"entry\":{inner},\"hash\":\"{hash}\"}}")).await;
    let found = kinds(&world).await;
    assert!(found.contains(&ProblemKind::EntryAltered), "the next entry names another hash: {found:?}");
}

#[tokio::test]
async fn a_missing_entry_in_the_middle_and_a_missing_head_show() {
    let (world, _p, id) = delivered().await;
    remove(&world, &format!("_tidemill/ledger/{id}/head.json")).await;
    assert_eq!(kinds(&world).await, [ProblemKind::HeadMissing]);
    remove(&world, &entry(&id, 0, 1)).await;
    let found = kinds(&world).await;
    assert!(
        found.contains(&ProblemKind::EntryMissing) && found.contains(&ProblemKind::HeadMissing),
        "{found:?}"
    );
}

#[tokio::test]
async fn hostile_ledgers_are_problems_and_never_a_panic() {
    let (world, _p, id) = delivered().await;
    for body in ["", "{}", "[1]", "{\"entry\":{},\"hash\":\"\"}", "\u{0}"] {
        write(&world, &entry(&id, 0, 0), body).await;
        write(&world, &format!("_tidemill/ledger/{id}/head.json"), body).await;
        write(&world, "_tidemill/ledger/x", body).await;
        write(&world, "_tidemill/ledger/y/shardId-99999999999/z", body).await;
        assert!(!verified(&world).await.ok);
    }
    let task = verify::Options { task_id: Some("no/such".into()), ..Default::default() };
    assert!(!verify::verify(&*world.store.inner, &task).await.unwrap().ok);
    let _ = world.store.inner.head(&Path::from("x")).await;
}
