//! A disk that is full or broken: errors, never partial objects.

use crate::fixture::{Store, blob_files};
use std::path::Path;
use std::process::Command;
use tidemill_objects::ObjectsError;
use tidemill_objects::blob::WantedHashes;

#[tokio::test]
async fn a_failing_directory_is_an_error_and_heals() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    store.put("before", b"1").await;
    let (incoming, aside) = (dir.path().join("objects/incoming"), dir.path().join("aside"));
    std::fs::rename(&incoming, &aside).unwrap();
    let mut writer = store.objects.writer(WantedHashes::default());
    writer.write(bytes::Bytes::from_static(b"x")).await.unwrap();
    assert!(matches!(writer.finish().await, Err(ObjectsError::Io(_))));
    assert_eq!(store.get("before").await.unwrap(), b"1");
    std::fs::rename(&aside, &incoming).unwrap();
    store.put("after", b"2").await;
    assert_eq!(store.get("after").await.unwrap(), b"2");
}

/// A small file system of its own.
struct SmallDisk<'d>(&'d Path);

impl<'d> SmallDisk<'d> {
    fn mount(at: &'d Path) -> Self {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=72m", "tmpfs"]).arg(at);
        assert!(mount.status().unwrap().success());
        Self(at)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test]
#[ignore = "mounts a file system"]
async fn a_small_file_system_that_is_full_refuses_bytes_and_deletes_make_room() {
    let dir = tempfile::tempdir().unwrap();
    let objects = dir.path().join("objects");
    std::fs::create_dir(&objects).unwrap();
    let _disk = SmallDisk::mount(&objects);
    let store = Store::open(dir.path()).await;
    let mib = vec![7; 1 << 20];
    // 72 MiB, of which 64 stay free.
    let mut kept = 0;
    let refusal = loop {
        let mut writer = store.objects.writer(WantedHashes::default());
        let mut written = Ok(());
        for _ in 0..3 {
            written = written.and(writer.write(bytes::Bytes::from(mib.clone())).await);
        }
        let blob = match written {
            Ok(()) => writer.finish().await,
            Err(error) => Err(error),
        };
        match blob {
            Ok(blob) => {
                let key = format!("k{kept}");
                store.objects.put("bkt", &key, blob, &Default::default(), Default::default()).await.unwrap();
                kept += 1;
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(refusal, ObjectsError::Full), "{refusal}");
    assert!(kept >= 1 && blob_files(dir.path()).len() == kept);
    assert!(store.objects.delete("bkt", "k0").await.unwrap());
    store.objects.sweep().await.unwrap();
    store.put("k0", &mib).await;
}
