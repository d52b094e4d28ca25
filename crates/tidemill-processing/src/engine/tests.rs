//! The memory of queries.

use super::{Engine, Listed};
use futures::TryStreamExt;
use std::path::Path;
use std::sync::Arc;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::Clock;
use tidemill_objects::{BucketStore, Objects};

/// A bucket of artefacts in a directory.
pub(crate) async fn store(dir: &Path) -> Arc<BucketStore> {
    let meta = SqliteStore::open(&dir.join("meta.db")).await.unwrap();
    let objects = Objects::open(&dir.join("objects"), meta, Clock::system()).await.unwrap();
    Arc::new(objects.hidden_bucket(".artefacts").await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_of_many_threads_keeps_to_the_least_memory() {
    a_join_keeps_to_the_least_memory(8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_of_one_thread_keeps_to_the_least_memory() {
    a_join_keeps_to_the_least_memory(1).await;
}

async fn a_join_keeps_to_the_least_memory(threads: usize) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::new(store(dir.path()).await, threads, 0, dir.path().join("spill")).unwrap();
    let listed = |n: usize| {
        let (stem, is_label) = (format!("b/{:06}", n / 2), n % 2 == 1);
        let path = format!("{stem}.{}", if is_label { "xml" } else { "jpg" });
        Listed { path, stem, is_label, size: 1, etag: None, body: String::new() }
    };
    let all: Vec<_> = (0..400_000).map(listed).collect();
    let mut parts = Vec::new();
    for (number, part) in all.chunks(20_000).enumerate() {
        parts.push(format!("{number}.arrow"));
        engine.write_listed(&parts[number], part).await.unwrap();
    }
    let joined: Vec<_> = engine.join_listed(&parts).await.unwrap().try_collect().await.unwrap();
    let found: Vec<_> = joined.into_iter().flatten().map(|one| (one.path, one.label.unwrap())).collect();
    let expected = all.chunks(2).map(|two| (two[0].path.clone(), two[1].path.clone()));
    assert_eq!(found, expected.collect::<Vec<_>>());
}
