//! A store in a throw-away directory.

use bytes::Bytes;
use futures::TryStreamExt;
use std::path::Path;
use tidemill_meta::Meta;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{BucketName, Clock};
use tidemill_objects::blob::{NewBlob, WantedHashes};
use tidemill_objects::{BucketAcl, ObjectHeaders, Objects, ObjectsError, PutWhen};

pub(crate) struct Store {
    pub(crate) objects: Objects,
    pub(crate) clock: Clock,
    meta: Meta,
}

impl Store {
    /// Opens the store in `dir`, with the bucket `bkt`.
    pub(crate) async fn open(dir: &Path) -> Self {
        let meta = SqliteStore::open(&dir.join("meta.db")).await.unwrap();
        let clock = Clock::manual(1_768_469_400_000);
        let objects = Objects::open(&dir.join("objects"), meta.clone(), clock.clone()).await.unwrap();
        let name = BucketName::parse("bkt").unwrap();
        match objects.create_bucket(&name, "domain", "project", BucketAcl::Private).await {
            Ok(()) | Err(ObjectsError::BucketExists { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        Self { objects, clock, meta }
    }

    pub(crate) async fn close(self) {
        drop(self.objects);
        self.meta.close().await;
    }

    pub(crate) async fn blob(&self, bytes: &[u8]) -> NewBlob {
        let mut writer = self.objects.writer(WantedHashes::default());
        writer.write(Bytes::copy_from_slice(bytes)).await.unwrap();
        writer.finish().await.unwrap()
    }

    pub(crate) async fn put(&self, key: &str, bytes: &[u8]) {
        let blob = self.blob(bytes).await;
        self.objects.put("bkt", key, blob, &ObjectHeaders::default(), PutWhen::Always).await.unwrap();
    }

    pub(crate) async fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.range(key, 0..u64::MAX).await
    }

    pub(crate) async fn range(&self, key: &str, range: std::ops::Range<u64>) -> Option<Vec<u8>> {
        let reader = match self.objects.open_object("bkt", key).await {
            Ok(reader) => reader,
            Err(ObjectsError::NoSuchKey) => return None,
            Err(error) => panic!("{error}"),
        };
        let chunks: Vec<Bytes> = reader.stream(range).try_collect().await.unwrap();
        Some(chunks.concat())
    }

    /// Starts an upload of `key` with these parts, numbered from 1; id and ETags.
    pub(crate) async fn upload(&self, key: &str, parts: &[&[u8]]) -> (String, Vec<(u64, String)>) {
        let id = self.objects.create_upload("bkt", key, &ObjectHeaders::default()).await.unwrap();
        let mut listed = Vec::new();
        for (number, bytes) in (1..).zip(parts) {
            let blob = self.blob(bytes).await;
            let part = self.objects.put_part("bkt", key, &id, number, blob).await.unwrap();
            listed.push((number, part.etag));
        }
        (id, listed)
    }
}

/// Names of all files of blobs below `dir`.
pub(crate) fn blob_files(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut left = vec![dir.join("objects")];
    while let Some(dir) = left.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                left.push(entry.path());
            } else {
                names.push(entry.file_name().into_string().unwrap());
            }
        }
    }
    names
}
