//! Multipart uploads.

use crate::fixture::{Store, blob_files};
use tidemill_objects::{ObjectsError, PutWhen, UploadsQuery};

#[tokio::test]
async fn parts_become_an_object_with_the_etag_clients_compute() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let parts = [vec![b'x'; 102_400], vec![b'y'; 102_400], b"end".to_vec()];
    let (id, listed) = store.upload("k", &[&parts[0], &parts[1], &parts[2]]).await;
    assert!(store.get("k").await.is_none());
    let info = store.objects.complete_upload("bkt", "k", &id, listed, PutWhen::Always).await.unwrap();
    // MD5 over the three MD5 digests, computed elsewhere.
    assert_eq!(info.etag, "1ea3e7b0bffbd0b93ac5c05765a4f06c-3");
    assert!(store.get("k").await.unwrap() == parts.concat());
    assert!(store.range("k", 102_399..204_802).await.unwrap() == parts.concat()[102_399..204_802]);
}

#[tokio::test]
async fn complete_wants_what_was_uploaded_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let big = vec![b'x'; 102_400];
    let (id, listed) = store.upload("k", &[&big, b"small", &big]).await;
    let complete = async |parts: Vec<(u64, String)>| {
        store.objects.complete_upload("bkt", "k", &id, parts, PutWhen::Always).await.map(|info| info.size)
    };
    assert!(matches!(complete(vec![]).await, Err(ObjectsError::InvalidPartOrder)));
    let twisted = vec![listed[1].clone(), listed[0].clone()];
    assert!(matches!(complete(twisted).await, Err(ObjectsError::InvalidPartOrder)));
    let twice = vec![listed[0].clone(), listed[0].clone()];
    assert!(matches!(complete(twice).await, Err(ObjectsError::InvalidPartOrder)));
    let unknown = vec![listed[0].clone(), (9, listed[0].1.clone())];
    assert!(matches!(complete(unknown).await, Err(ObjectsError::InvalidPart { number: 9 })));
    let other = vec![(1, listed[1].1.clone())];
    assert!(matches!(complete(other).await, Err(ObjectsError::InvalidPart { number: 1 })));
    let too_small = complete(listed.clone()).await;
    assert!(matches!(too_small, Err(ObjectsError::PartTooSmall { number: 2, size: 5 })));
    // The refused completes changed nothing; the part left out is dropped.
    let chosen = vec![listed[0].clone(), listed[2].clone()];
    assert_eq!(complete(chosen.clone()).await.unwrap(), 204_800);
    assert!(matches!(complete(chosen).await, Err(ObjectsError::NoSuchUpload)));
    store.objects.sweep().await.unwrap();
    assert_eq!(blob_files(dir.path()).len(), 2);
}

#[tokio::test]
async fn after_an_abort_nothing_can_be_added_or_completed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let (id, listed) = store.upload("k", &[b"x"]).await;
    store.objects.abort_upload("bkt", "k", &id).await.unwrap();
    let blob = store.blob(b"late").await;
    let part = store.objects.put_part("bkt", "k", &id, 2, blob).await;
    assert!(matches!(part, Err(ObjectsError::NoSuchUpload)));
    let done = store.objects.complete_upload("bkt", "k", &id, listed, PutWhen::Always).await;
    assert!(matches!(done, Err(ObjectsError::NoSuchUpload)));
    let again = store.objects.abort_upload("bkt", "k", &id).await;
    assert!(matches!(again, Err(ObjectsError::NoSuchUpload)));
    assert!(store.get("k").await.is_none());
    store.objects.sweep().await.unwrap();
    assert!(blob_files(dir.path()).is_empty());
}

#[tokio::test]
async fn of_complete_and_abort_at_once_exactly_one_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    for round in 0..20 {
        let key = format!("k{round}");
        let (id, listed) = store.upload(&key, &[b"x"]).await;
        let (done, aborted) = tokio::join!(
            store.objects.complete_upload("bkt", &key, &id, listed, PutWhen::Always),
            store.objects.abort_upload("bkt", &key, &id),
        );
        assert!(done.is_ok() != aborted.is_ok());
        assert_eq!(store.get(&key).await.is_some(), done.is_ok());
    }
}

#[tokio::test]
async fn uploads_survive_a_restart_and_replaced_parts_are_freed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let (id, _) = store.upload("k", &[b"first"]).await;
    let blob = store.blob(b"second").await;
    store.objects.put_part("bkt", "k", &id, 1, blob).await.unwrap();
    store.close().await;
    let store = Store::open(dir.path()).await;
    let page = store.objects.parts("bkt", "k", &id, 0, 10).await.unwrap();
    let sizes: Vec<_> = page.parts.iter().map(|part| (part.number, part.size)).collect();
    assert_eq!((sizes, page.truncated), (vec![(1, 6)], false));
    let listed = vec![(1, page.parts[0].etag.clone())];
    store.objects.complete_upload("bkt", "k", &id, listed, PutWhen::Always).await.unwrap();
    assert_eq!(store.get("k").await.unwrap(), b"second");
    store.objects.sweep().await.unwrap();
    assert_eq!(blob_files(dir.path()).len(), 1);
}

#[tokio::test]
async fn parts_may_come_in_any_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let id = store.objects.create_upload("bkt", "k", &Default::default()).await.unwrap();
    let mut listed = Vec::new();
    for (number, byte) in [(7, b'c'), (2, b'a'), (5, b'b')] {
        let blob = store.blob(&vec![byte; 102_400]).await;
        let part = store.objects.put_part("bkt", "k", &id, number, blob).await.unwrap();
        listed.push((number, part.etag));
    }
    listed.sort();
    store.objects.complete_upload("bkt", "k", &id, listed, PutWhen::Always).await.unwrap();
    assert_eq!(store.range("k", 102_399..102_401).await.unwrap(), b"ab");
    assert_eq!(store.range("k", 204_799..204_801).await.unwrap(), b"bc");
}

#[tokio::test]
async fn an_upload_answers_only_for_its_key_and_numbers_in_bounds() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let (id, listed) = store.upload("k", &[b"x"]).await;
    let other = store.objects.complete_upload("bkt", "other", &id, listed, PutWhen::Always).await;
    assert!(matches!(other, Err(ObjectsError::NoSuchUpload)));
    for number in [0, 10_001] {
        let blob = store.blob(b"x").await;
        let refused = store.objects.put_part("bkt", "k", &id, number, blob).await;
        assert!(matches!(refused, Err(ObjectsError::InvalidPartNumber)));
    }
}

#[tokio::test]
async fn uploads_and_parts_are_listed_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    let mut begun = Vec::new();
    for key in ["a", "b", "b", "b/1", "b/2", "c"] {
        begun.push((key.to_owned(), store.upload(key, &[b"1", b"2", b"3"]).await.0));
    }
    begun.sort();
    let mut query = UploadsQuery { max: 2, ..UploadsQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = store.objects.uploads("bkt", query.clone()).await.unwrap();
        seen.extend(page.uploads.into_iter().map(|upload| (upload.key, upload.id)));
        let Some((key, id)) = page.next else { break };
        (query.key_marker, query.id_marker) = (key, Some(id));
    }
    assert_eq!(seen, begun);
    let rolled = UploadsQuery { delimiter: Some("/".into()), max: 100, ..UploadsQuery::default() };
    let page = store.objects.uploads("bkt", rolled).await.unwrap();
    assert_eq!((page.uploads.len(), page.common_prefixes), (4, vec!["b/".to_owned()]));
    let first = store.objects.parts("bkt", "a", &begun[0].1, 0, 2).await.unwrap();
    assert!(first.parts.len() == 2 && first.truncated);
    let rest = store.objects.parts("bkt", "a", &begun[0].1, 2, 2).await.unwrap();
    assert!(rest.parts.len() == 1 && !rest.truncated);
}
