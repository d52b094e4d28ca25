//! Random histories against a map, with restarts in between.

use crate::fixture::{Store, blob_files};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tidemill_objects::{CopySource, ListQuery, ObjectHeaders, ObjectsError, PutWhen};

const KEYS: [&str; 6] = ["a", "a/b", "a/", "a//c", "ä", ".."];

#[derive(Clone, Debug)]
enum Op {
    Put(usize, Vec<u8>),
    Delete(usize),
    Copy(usize, usize),
    Append(usize, Vec<u8>),
    Upload(usize, Vec<u8>, bool),
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0..KEYS.len();
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    prop_oneof![
        4 => (key(), bytes()).prop_map(|(k, b)| Op::Put(k, b)),
        2 => key().prop_map(Op::Delete),
        2 => (key(), key()).prop_map(|(a, b)| Op::Copy(a, b)),
        2 => (key(), bytes()).prop_map(|(k, b)| Op::Append(k, b)),
        2 => (key(), bytes(), any::<bool>()).prop_map(|(k, b, end)| Op::Upload(k, b, end)),
        1 => Just(Op::Reopen),
    ]
}

/// Bytes, and whether more may be appended.
type Model = BTreeMap<&'static str, (Vec<u8>, bool)>;

async fn run(store: &Store, model: &mut Model, op: Op) {
    match op {
        Op::Put(key, bytes) => {
            store.put(KEYS[key], &bytes).await;
            model.insert(KEYS[key], (bytes, false));
        }
        Op::Delete(key) => {
            let was = store.objects.delete("bkt", KEYS[key]).await.unwrap();
            assert_eq!(was, model.remove(KEYS[key]).is_some());
        }
        Op::Copy(from, to) => {
            let source = CopySource { bucket: "bkt".into(), key: KEYS[from].into(), etag: None };
            let done = store.objects.copy(source, "bkt", KEYS[to], None, PutWhen::Always).await;
            match model.get(KEYS[from]).cloned() {
                Some((bytes, _)) => {
                    done.unwrap();
                    model.insert(KEYS[to], (bytes, false));
                }
                None => assert!(matches!(done, Err(ObjectsError::NoSuchKey))),
            }
        }
        Op::Append(key, bytes) => {
            let end = model.get(KEYS[key]).map_or(0, |(bytes, _)| bytes.len() as u64);
            let blob = store.blob(&bytes).await;
            let done = store.objects.append("bkt", KEYS[key], end, blob, &ObjectHeaders::default()).await;
            let there = model.entry(KEYS[key]).or_insert((Vec::new(), true));
            match there.1 {
                true => {
                    there.0.extend(bytes);
                    assert_eq!(done.unwrap().size, there.0.len() as u64);
                }
                false => assert!(matches!(done, Err(ObjectsError::NotAppendable))),
            }
        }
        Op::Upload(key, bytes, end) => {
            let (id, listed) = store.upload(KEYS[key], &[&bytes]).await;
            if end {
                let done = store.objects.complete_upload("bkt", KEYS[key], &id, listed, PutWhen::Always);
                done.await.unwrap();
                model.insert(KEYS[key], (bytes, false));
            } else {
                store.objects.abort_upload("bkt", KEYS[key], &id).await.unwrap();
            }
        }
        Op::Reopen => {}
    }
}

async fn check(store: &Store, model: &Model) {
    let query = ListQuery { max: 1000, ..ListQuery::default() };
    let listed = store.objects.list("bkt", query).await.unwrap();
    let keys: Vec<_> = listed.objects.iter().map(|info| info.key.as_str()).collect();
    assert_eq!(keys, model.keys().copied().collect::<Vec<_>>());
    for (key, (bytes, _)) in model {
        assert_eq!(store.get(key).await.as_ref(), Some(bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_history_reads_like_a_map_and_leaks_no_file(ops in prop::collection::vec(op(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let mut store = Store::open(dir.path()).await;
            let mut model = Model::new();
            for op in ops {
                if matches!(op, Op::Reopen) {
                    store.close().await;
                    store = Store::open(dir.path()).await;
                }
                run(&store, &mut model, op).await;
            }
            check(&store, &model).await;
            for key in KEYS {
                store.objects.delete("bkt", key).await.unwrap();
            }
            store.objects.sweep().await.unwrap();
            assert!(blob_files(dir.path()).is_empty());
        });
    }
}
