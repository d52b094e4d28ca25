//! Places come in order from however many tables, and every shard gets its late samples.

use crate::engine::tests::store;
use crate::engine::{Engine, Row, Share};
use futures::TryStreamExt;

/// `x-2` -> `x`, 2.
fn take(place: &str) -> Option<(String, i64)> {
    let (place, number) = place.split_once('-')?;
    Some((place.to_owned(), number.parse().ok()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn places_come_in_order_and_late_samples_go_to_their_shards() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::new(store(dir.path()).await, 4, 0, dir.path().join("spill")).unwrap();
    let row = |(place, ordinal): (&str, i64)| {
        let (place, body) = (place.to_owned(), "{}".to_owned());
        Row { ordinal, origin: String::new(), place, property: 0, body }
    };
    engine.write("0.arrow", &[("y", 0), ("x-10", 1), ("", 2), ("x", 3)].map(row)).await.unwrap();
    engine.write("1.arrow", &[("x", 10), ("x-9", 11), ("x-y", 12), ("w-1", 13)].map(row)).await.unwrap();
    let tables = ["0.arrow".to_owned(), "1.arrow".to_owned()];
    let of = |all: Vec<(String, i64)>| {
        all.into_iter().map(|(place, n)| format!("{place} {n}")).collect::<Vec<_>>()
    };
    let wanted = engine.wanted(&tables).await.unwrap().try_collect().await.unwrap();
    assert_eq!(of(wanted), ["w-1 13", "x 3", "x 10", "x-10 1", "x-9 11", "x-y 12", "y 0"]);
    let numbered = engine.numbered(&tables, take).await.unwrap().try_collect().await.unwrap();
    assert_eq!(of(numbered), ["w 1", "x 9", "x 10"]);

    engine.write_late("part/0.arrow", &[(10, 1), (3, 4)]).await.unwrap();
    engine.write_late("part/1.arrow", &[(25, 7), (2, 3)]).await.unwrap();
    let parts = ["part/0.arrow".to_owned(), "part/1.arrow".to_owned()];
    let share = |end: i64| Share { key: format!("share/{end}.arrow"), end };
    let shares = [10, 20, 25, 30].map(share);
    let expected = [vec![(2, 3), (3, 4)], vec![(10, 1)], vec![], vec![(25, 7)]];
    engine.share_late(&parts, &shares).await.unwrap();
    for (share, expected) in shares.iter().zip(expected) {
        assert_eq!(engine.late(&share.key).await.unwrap(), expected, "{}", share.key);
    }
    let foreign = engine.share_late(&parts, &shares[..3]).await.unwrap_err();
    assert!(foreign.to_string().contains("a decision on a sample of no shard"), "{foreign}");
    engine.share_late(&[], &shares).await.unwrap();
    assert_eq!(engine.late(&shares[0].key).await.unwrap(), []);
}
