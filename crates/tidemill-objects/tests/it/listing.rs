//! Listing: order, roll-up, pages, and its cost.

use crate::fixture::Store;
use tidemill_objects::{CopySource, ListQuery, ObjectsError, PutWhen};

/// All pages of a listing: keys and common prefixes.
async fn all(store: &Store, mut query: ListQuery) -> (Vec<String>, Vec<String>) {
    let (mut keys, mut common) = (Vec::new(), Vec::new());
    loop {
        let page = store.objects.list("bkt", query.clone()).await.unwrap();
        assert!(page.objects.len() + page.common_prefixes.len() <= query.max);
        keys.extend(page.objects.into_iter().map(|info| info.key));
        common.extend(page.common_prefixes);
        let Some(next) = page.next else { return (keys, common) };
        assert!(next > query.after, "{next:?} after {:?}", query.after);
        query.after = next;
    }
}

/// The same by looking at every key.
fn expected(keys: &[&str], query: &ListQuery) -> (Vec<String>, Vec<String>) {
    let (mut plain, mut common) = (Vec::new(), std::collections::BTreeSet::new());
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    for key in sorted.into_iter().filter(|key| key.starts_with(&query.prefix) && **key > *query.after) {
        let delimiter = query.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        match delimiter.and_then(|delimiter| Some((key[query.prefix.len()..].find(delimiter)?, delimiter))) {
            Some((at, delimiter)) => {
                common.insert(key[..query.prefix.len() + at + delimiter.len()].to_owned());
            }
            None => plain.push(key.to_owned()),
        }
    }
    (plain, common.into_iter().collect())
}

const KEYS: [&str; 20] = [
    "A",
    "a",
    "a/",
    "a//",
    "a//b",
    "a/b",
    "a/b/c",
    "a/b/d",
    "a0",
    "ab",
    "b/1",
    "b/2",
    "..",
    "/",
    "/x",
    " ",
    "ä/ö",
    "日本/語",
    "\u{10ffff}",
    "\u{10ffff}/x",
];

#[tokio::test]
async fn listings_are_in_byte_order_and_roll_up_for_every_page_size() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    for key in KEYS {
        store.put(key, b"x").await;
    }
    for prefix in ["", "a", "a/", "a/b", "ä", "\u{10ffff}", "nothing"] {
        for delimiter in [None, Some("/"), Some("b"), Some("")] {
            for max in [1, 2, 3, 1000] {
                let query = ListQuery {
                    prefix: prefix.into(),
                    delimiter: delimiter.map(Into::into),
                    after: String::new(),
                    max,
                };
                assert_eq!(all(&store, query.clone()).await, expected(&KEYS, &query), "{query:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_start_inside_a_common_prefix_still_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    for key in KEYS {
        store.put(key, b"x").await;
    }
    for after in ["a/b", "a/b/c", "b/1", "zzz"] {
        let query =
            ListQuery { after: after.into(), delimiter: Some("/".into()), max: 5, ..ListQuery::default() };
        assert_eq!(all(&store, query.clone()).await, expected(&KEYS, &query), "{query:?}");
    }
    // The prefix itself, as an earlier page ends with it, passes over all of it.
    let query = ListQuery { after: "b/".into(), delimiter: Some("/".into()), max: 5, ..ListQuery::default() };
    assert!(!all(&store, query).await.1.contains(&"b/".to_owned()));
}

#[tokio::test]
async fn a_common_prefix_of_many_keys_is_stepped_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    store.put("source", b"x").await;
    let names = ["a/", "b/", "\u{10ffff}/"];
    // More keys below each prefix than one look at the index takes.
    let copies = (0..120).map(|n| {
        let (source, key) =
            (CopySource { bucket: "bkt".into(), key: "source".into(), etag: None }, names[n % 3]);
        let key = format!("{key}{n:03}");
        let objects = &store.objects;
        async move { objects.copy(source, "bkt", &key, None, PutWhen::Always).await.unwrap() }
    });
    futures::future::join_all(copies).await;
    for max in [1, 2, 5] {
        let query = ListQuery { delimiter: Some("/".into()), max, ..ListQuery::default() };
        let found = all(&store, query).await;
        assert_eq!(found, (vec!["source".to_owned()], names.map(str::to_owned).to_vec()), "{max} a page");
    }
}

#[tokio::test]
async fn nothing_is_listed_of_a_missing_bucket_or_for_no_entries() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await;
    store.put("k", b"x").await;
    let none = store.objects.list("bkt", ListQuery::default()).await.unwrap();
    assert!(none.objects.is_empty() && none.next.is_none());
    let missing = store.objects.list("nobucket", ListQuery::default()).await;
    assert!(matches!(missing, Err(ObjectsError::NoSuchBucket)));
}
