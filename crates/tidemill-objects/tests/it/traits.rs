//! The `object_store` traits: the conformance suite, and what is the bucket's own.

use crate::fixture::Store;
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    Attribute, AttributeValue, Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    PutPayload, WriteMultipart,
};
use tidemill_objects::{ObjectsError, suite};

#[tokio::test]
async fn a_bucket_holds_the_suite() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    suite::all(&store.objects.bucket("bkt").await.unwrap()).await.unwrap();
    assert!(matches!(store.objects.bucket("nobucket").await, Err(ObjectsError::NoSuchBucket)));
}

#[tokio::test]
async fn the_memory_store_holds_the_suite() {
    suite::all(&InMemory::new()).await.unwrap();
}

#[tokio::test]
async fn etags_are_the_quoted_md5_and_attributes_stay() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let bucket = store.objects.bucket("bkt").await.unwrap();
    let path = Path::from("a/b");
    let attributes: [(_, AttributeValue); 2] =
        [(Attribute::ContentType, "text/plain".into()), (Attribute::Metadata("K".into()), "v".into())];
    let options = PutOptions { attributes: attributes.into_iter().collect(), ..PutOptions::default() };
    let put = bucket.put_opts(&path, PutPayload::from_static(b"hello"), options).await.unwrap();
    assert_eq!(put.e_tag.as_deref(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let got = bucket.get(&path).await.unwrap();
    assert_eq!(got.attributes.get(&Attribute::ContentType).unwrap().as_ref(), "text/plain");
    assert_eq!(got.attributes.get(&Attribute::Metadata("k".into())).unwrap().as_ref(), "v");
    assert_eq!(got.meta.last_modified.timestamp_millis(), store.clock.now_ms());
    assert_eq!(bucket.get_range(&path, 1..3).await.unwrap(), "el");
    let when = GetOptions { if_none_match: put.e_tag.clone(), ..GetOptions::default() };
    assert!(matches!(bucket.get_opts(&path, when).await, Err(Error::NotModified { .. })));
    let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    let again = bucket.put_opts(&path, PutPayload::from_static(b"x"), create).await;
    assert!(matches!(again, Err(Error::AlreadyExists { .. })));
}

#[tokio::test]
async fn listings_show_what_is_below_a_path() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    for key in ["a", "a/1", "a/2/x", "ab", "b//c"] {
        store.put(key, b"x").await;
    }
    let bucket = store.objects.bucket("bkt").await.unwrap();
    let below = |prefix: Option<Path>| {
        let bucket = &bucket;
        async move {
            let metas: Vec<_> = bucket.list(prefix.as_ref()).try_collect().await.unwrap();
            metas.into_iter().map(|meta| meta.location.to_string()).collect::<Vec<_>>()
        }
    };
    assert_eq!(below(None).await, ["a", "a/1", "a/2/x", "ab"]);
    assert_eq!(below(Some(Path::from("a"))).await, ["a/1", "a/2/x"]);
    let level = bucket.list_with_delimiter(Some(&Path::from("a"))).await.unwrap();
    assert_eq!(level.objects.len(), 1);
    assert_eq!(level.common_prefixes, [Path::from("a/2")]);
    let from: Vec<_> = bucket.list_with_offset(None, &Path::from("a/1")).try_collect().await.unwrap();
    assert_eq!(from.len(), 2);
}

#[tokio::test]
async fn the_writer_uploads_parts_at_once_and_copies_work() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let bucket = store.objects.bucket("bkt").await.unwrap();
    let path = Path::from("big");
    let bytes: Vec<u8> = (0..1_000_000u32).map(|n| (n % 253) as u8).collect();
    let mut writer =
        WriteMultipart::new_with_chunk_size(bucket.put_multipart(&path).await.unwrap(), 128 * 1024);
    writer.write(&bytes);
    writer.finish().await.unwrap();
    bucket.copy(&path, &Path::from("copy")).await.unwrap();
    bucket.rename(&Path::from("copy"), &Path::from("moved")).await.unwrap();
    assert!(bucket.get(&Path::from("moved")).await.unwrap().bytes().await.unwrap() == bytes);
    assert!(matches!(bucket.head(&Path::from("copy")).await, Err(Error::NotFound { .. })));
}
