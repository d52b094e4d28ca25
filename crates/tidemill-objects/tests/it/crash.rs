//! What a killed process leaves, seen in a copy of its directory.

use crate::fixture::{Store, blob_files};
use bytes::Bytes;
use std::path::Path;
use tidemill_objects::blob::WantedHashes;

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn acknowledged_objects_stay_and_unfinished_bytes_go() {
    let (dir, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Store::open(dir.path()).await;
    store.put("kept", b"kept").await;
    let (id, _) = store.upload("begun", &[b"part"]).await;
    let finished = store.blob(b"written but named by no row").await;
    let mut writing = store.objects.writer(WantedHashes::default());
    writing.write(Bytes::from(vec![0; 1 << 20])).await.unwrap();
    writing.write(Bytes::from(vec![0; 1 << 20])).await.unwrap();
    assert_eq!(blob_files(dir.path()).len(), 4);
    copy_dir(dir.path(), after.path());
    drop((finished, writing));

    let store = Store::open(after.path()).await;
    assert_eq!(store.get("kept").await.unwrap(), b"kept");
    assert_eq!(store.objects.parts("bkt", "begun", &id, 0, 10).await.unwrap().parts.len(), 1);
    assert_eq!(blob_files(after.path()).len(), 2);
}

#[tokio::test]
async fn a_blob_whose_row_was_committed_last_is_put_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    store.put("k", b"committed").await;
    store.close().await;
    let name = blob_files(dir.path()).remove(0);
    let objects = dir.path().join("objects");
    let settled = objects.join("blobs").join(&name[..2]).join(&name);
    let incoming = objects.join("incoming").join(&name);
    std::fs::rename(&settled, &incoming).unwrap();

    let store = Store::open(dir.path()).await;
    assert_eq!(store.get("k").await.unwrap(), b"committed");
    assert!(settled.exists() && !incoming.exists());
}

#[tokio::test]
async fn dead_blobs_are_swept_by_the_next_process() {
    let (dir, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Store::open(dir.path()).await;
    store.put("k", b"old").await;
    // An open reader keeps the file from the sweep of this process.
    let reader = store.objects.open_object("bkt", "k").await.unwrap();
    store.put("k", b"new").await;
    store.objects.sweep().await.unwrap();
    assert_eq!(blob_files(dir.path()).len(), 2);
    copy_dir(dir.path(), after.path());
    drop(reader);

    let store = Store::open(after.path()).await;
    store.objects.sweep().await.unwrap();
    assert_eq!(blob_files(after.path()).len(), 1);
    assert_eq!(store.get("k").await.unwrap(), b"new");
}
