//! Single objects: put, read, copy, append, delete, and their files.

use crate::fixture::{Store, blob_files};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use tidemill_model::BucketName;
use tidemill_objects::blob::WantedHashes;
use tidemill_objects::{BucketAcl, CopySource, ObjectHeaders, ObjectsError, PutWhen};

fn source(key: &str) -> CopySource {
    CopySource { bucket: "bkt".into(), key: key.into(), etag: None }
}

#[tokio::test]
async fn a_put_is_read_back_whole_and_in_ranges() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    store.put("big", &bytes).await;
    assert!(store.get("big").await.unwrap() == bytes);
    assert!(store.range("big", 600_000..1_700_001).await.unwrap() == bytes[600_000..1_700_001]);
    let info = store.objects.head("bkt", "big").await.unwrap();
    assert_eq!((info.size, info.modified_ms), (3_000_000, store.clock.now_ms()));
    store.put("empty", b"").await;
    assert_eq!(store.get("empty").await.unwrap(), b"");
    let etag = store.objects.head("bkt", "empty").await.unwrap().etag;
    assert_eq!(etag, "d41d8cd98f00b204e9800998ecf8427e");
}

#[tokio::test]
async fn wanted_digests_cover_all_batches() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let mut writer = store.objects.writer(WantedHashes { sha256: true, crc32: true });
    for _ in 0..1_000_000 / 100 {
        writer.write(Bytes::from_static(&[b'a'; 100])).await.unwrap();
    }
    let blob = writer.finish().await.unwrap();
    // A million times the letter a: the published test of these digests.
    assert_eq!(blob.digests().md5_hex(), "7707d6ae4e027c70eea2a935c2296f21");
    let sha = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    assert_eq!(hex::encode(blob.digests().sha256.unwrap()), sha);
    assert_eq!(blob.digests().crc32, Some(0xdc25_bfbc));
}

#[tokio::test]
async fn an_abandoned_blob_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let mut writer = store.objects.writer(WantedHashes::default());
    writer.write(Bytes::from(vec![1; 600 * 1024])).await.unwrap();
    writer.write(Bytes::from(vec![1; 600 * 1024])).await.unwrap();
    assert_eq!(blob_files(dir.path()).len(), 1);
    let finished = writer.finish().await.unwrap();
    drop(finished);
    assert!(blob_files(dir.path()).is_empty());
}

#[tokio::test]
async fn a_refused_put_leaves_no_file_and_no_object() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let headers = ObjectHeaders::default();
    let blob = store.blob(b"x").await;
    let refused = store.objects.put("nobucket", "k", blob, &headers, PutWhen::Always).await;
    assert!(matches!(refused, Err(ObjectsError::NoSuchBucket)));
    for key in ["", "a\0b", &"k".repeat(1025)] {
        let blob = store.blob(b"x").await;
        let refused = store.objects.put("bkt", key, blob, &headers, PutWhen::Always).await;
        assert!(matches!(refused, Err(ObjectsError::InvalidKey)));
    }
    store.put("there", b"1").await;
    let blob = store.blob(b"x").await;
    let refused = store.objects.put("bkt", "there", blob, &headers, PutWhen::Absent).await;
    assert!(matches!(refused, Err(ObjectsError::Precondition)));
    assert_eq!(store.get("there").await.unwrap(), b"1");
    assert_eq!(blob_files(dir.path()).len(), 1);
}

#[tokio::test]
async fn of_many_conditional_puts_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let puts = (0..16u8).map(|n| {
        let store = &store;
        async move {
            let blob = store.blob(&[n]).await;
            store.objects.put("bkt", "k", blob, &ObjectHeaders::default(), PutWhen::Absent).await.is_ok()
        }
    });
    let won = futures::future::join_all(puts).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let winner = won.iter().position(|won| *won).unwrap();
    assert_eq!(store.get("k").await.unwrap(), [winner as u8]);
}

#[tokio::test]
async fn an_overwritten_or_deleted_object_frees_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    store.put("k", b"1").await;
    store.put("k", b"2").await;
    store.objects.sweep().await.unwrap();
    assert_eq!(blob_files(dir.path()).len(), 1);
    assert!(store.objects.delete("bkt", "k").await.unwrap());
    assert!(!store.objects.delete("bkt", "k").await.unwrap());
    store.objects.sweep().await.unwrap();
    assert!(blob_files(dir.path()).is_empty());
}

#[tokio::test]
async fn a_reader_keeps_what_it_opened() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let parts = [vec![b'a'; 700_000], vec![b'b'; 700_000]];
    let (id, listed) = store.upload("k", &[&parts[0], &parts[1]]).await;
    store.objects.complete_upload("bkt", "k", &id, listed, PutWhen::Always).await.unwrap();
    let mut reading = store.objects.open_object("bkt", "k").await.unwrap().stream(0..u64::MAX);
    let first = reading.next().await.unwrap().unwrap();
    store.objects.delete("bkt", "k").await.unwrap();
    store.objects.sweep().await.unwrap();
    let rest: Vec<Bytes> = reading.by_ref().try_collect().await.unwrap();
    assert!([first.to_vec(), rest.concat()].concat() == parts.concat());
    drop(reading);
    store.objects.sweep().await.unwrap();
    assert!(blob_files(dir.path()).is_empty());
}

#[tokio::test]
async fn a_copy_shares_bytes_and_outlives_its_source() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    store.put("a", b"same").await;
    store.objects.copy(source("a"), "bkt", "b", None, PutWhen::Always).await.unwrap();
    assert_eq!(blob_files(dir.path()).len(), 1);
    store.objects.delete("bkt", "a").await.unwrap();
    store.objects.sweep().await.unwrap();
    assert_eq!(store.get("b").await.unwrap(), b"same");
    let plain = ObjectHeaders::of_type("text/plain");
    store.objects.copy(source("b"), "bkt", "b", Some(&plain), PutWhen::Always).await.unwrap();
    store.objects.sweep().await.unwrap();
    assert_eq!(store.get("b").await.unwrap(), b"same");
    assert_eq!(store.objects.head("bkt", "b").await.unwrap().headers, plain);
    let changed = CopySource { etag: Some("other".into()), ..source("b") };
    let refused = store.objects.copy(changed, "bkt", "c", None, PutWhen::Always).await;
    assert!(matches!(refused, Err(ObjectsError::Precondition)));
    let missing = store.objects.copy(source("a"), "bkt", "c", None, PutWhen::Always).await;
    assert!(matches!(missing, Err(ObjectsError::NoSuchKey)));
}

#[tokio::test]
async fn appends_go_to_the_end_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let headers = ObjectHeaders::of_type("text/csv");
    let append = async |position, bytes: &[u8]| {
        let blob = store.blob(bytes).await;
        store.objects.append("bkt", "log", position, blob, &headers).await
    };
    assert_eq!(append(0, b"one").await.unwrap().size, 3);
    let wrong = append(0, b"two").await;
    assert!(matches!(wrong, Err(ObjectsError::WrongPosition { expected: 3 })));
    let info = append(3, b"two").await.unwrap();
    assert!(info.size == 6 && info.etag.ends_with("-2") && info.appendable, "{info:?}");
    assert_eq!(store.get("log").await.unwrap(), b"onetwo");
    store.put("plain", b"x").await;
    let blob = store.blob(b"y").await;
    let refused = store.objects.append("bkt", "plain", 1, blob, &headers).await;
    assert!(matches!(refused, Err(ObjectsError::NotAppendable)));
}

#[tokio::test]
async fn a_bucket_in_use_is_not_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let name = BucketName::parse("bkt").unwrap();
    let taken = store.objects.create_bucket(&name, "other", "p", BucketAcl::Private).await;
    assert!(matches!(taken, Err(ObjectsError::BucketExists { owner }) if owner == "domain"));
    let (id, _) = store.upload("k", &[b"x"]).await;
    assert!(matches!(store.objects.delete_bucket("bkt").await, Err(ObjectsError::BucketNotEmpty)));
    store.objects.abort_upload("bkt", "k", &id).await.unwrap();
    store.objects.set_bucket_acl("bkt", BucketAcl::PublicRead).await.unwrap();
    assert_eq!(store.objects.bucket_info("bkt").await.unwrap().acl, BucketAcl::PublicRead);
    store.objects.delete_bucket("bkt").await.unwrap();
    assert!(matches!(store.objects.bucket_info("bkt").await, Err(ObjectsError::NoSuchBucket)));
    assert!(store.objects.buckets("domain").await.unwrap().is_empty());
}
