//! A set in pieces is the same set.

use super::*;
use crate::engine::tests::store;
use crate::engine::{Decided, Others, Row, Share};
use tidemill_embedding::Vector;
use tidemill_vision::seed::SampleKey;

/// Sample `n` of a made-up set; two have the same key each.
fn embedded(n: u8) -> Embedded {
    let numbers: Vec<f32> = (0..16).map(|i| f32::from((n * 7 + i) % 11) - 5.0).collect();
    let picture = Picture {
        pixel_digest: [n; 32],
        pixels: 100 + u64::from(n),
        bytes: 7,
        labels: format!("{}", n % 3).into(),
    };
    let vector = Vector::normalised(&numbers).unwrap();
    Embedded { number: i64::from(n) * 1024, key: SampleKey([(n / 2) ^ 0x55; 32]), vector, picture }
}

/// Compares each sample with the one of the next smaller key; the similarity tells what was known of both.
fn neighbours() -> Decide {
    Arc::new(|samples: &Samples, pictures: &[Picture]| {
        let known = |index: usize| samples.get(index as u32).map(|(key, vector)| (key, index, vector));
        let mut all: Vec<_> = (0..samples.len()).filter_map(known).collect();
        all.sort_by_key(|(key, _, _)| *key);
        let mut verdicts = vec![Verdict::default(); all.len()];
        for pair in all.windows(2) {
            let [(_, before, one), (_, index, other)] = pair else { continue };
            let labels = pictures[*index].labels.parse::<f64>().unwrap();
            verdicts[*index] = Verdict {
                kept: pictures[*index].pixel_digest[0].is_multiple_of(2),
                other: Some(*before as i64),
                similarity: one.cosine(other),
                cluster: pictures[*index].pixels as i64,
                distance: labels,
                foreign: (labels > 0.0).then_some(pictures[*index].bytes as f64),
                ..Verdict::default()
            };
        }
        Ok(verdicts)
    })
}

/// What a set evaluates to, by numbers.
fn verdicts(set: &mut Set) -> Vec<(i64, String)> {
    let ScalarValue::List(list) = set.evaluate().unwrap() else { panic!("no list") };
    let rows = list.value(0);
    let numbers = rows.as_struct().column(0).clone();
    let numbers = numbers.as_primitive::<datafusion::arrow::datatypes::Int64Type>();
    let row = |n: usize| (numbers.value(n), format!("{:?}", rows.slice(n, 1)));
    let mut all: Vec<_> = (0..numbers.len()).map(row).collect();
    all.sort();
    all
}

fn set_of(samples: impl Iterator<Item = u8>) -> Set {
    let mut set = Set::new(neighbours(), true);
    let samples: Vec<_> = samples.map(embedded).collect();
    for some in samples.chunks(3) {
        set.update_batch(&to_columns(some)).unwrap();
    }
    set
}

#[test]
fn two_halves_merged_are_the_whole() {
    let mut whole = set_of(0..20);
    // Every other sample, the second half first: another order, which does not matter.
    let (mut even, mut odd) = (set_of((0..20).step_by(2)), set_of((1..20).step_by(2)));
    let states = [odd.state().unwrap(), even.state().unwrap()].concat();
    let mut merged = Set::new(neighbours(), true);
    merged.merge_batch(&[ScalarValue::iter_to_array(states).unwrap()]).unwrap();
    assert_eq!(merged.numbers.len(), 20);
    assert_eq!(verdicts(&mut merged), verdicts(&mut whole));
}

/// What every shard is told of samples 0 to 20, which are cut into tables of `size`.
async fn shared(threads: usize, size: usize) -> Vec<Decided> {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::new(store(dir.path()).await, threads, 0, dir.path().join("spill")).unwrap();
    let (mut vectors, mut rows, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for samples in (0..20).map(embedded).collect::<Vec<_>>().chunks(size) {
        let number = vectors.len();
        vectors.push(format!("{number}.vectors.arrow"));
        engine.write_vectors(&vectors[number], samples).await.unwrap();
        let row = |one: &Embedded| Row {
            ordinal: one.number,
            origin: format!("b/{}.jpg", one.number),
            place: String::new(),
            property: 0,
            body: String::new(),
        };
        rows.push(format!("{number}.arrow"));
        engine.write(&rows[number], &samples.iter().map(row).collect::<Vec<_>>()).await.unwrap();
        let end = samples.last().unwrap().number + 1;
        shares.push(Share { key: format!("share/{number}.arrow"), end });
    }
    assert!(!engine.is_shared(&shares).await.unwrap());
    let parts = engine.reduce(&vectors, (neighbours(), true), "parts").await.unwrap();
    engine.share_verdicts(&parts, Others::Samples(rows), &shares).await.unwrap();
    assert!(engine.is_shared(&shares).await.unwrap());
    let (mut all, mut first) = (Vec::new(), 0);
    for share in shares {
        let own = engine.decided(&share.key).await.unwrap();
        assert!(own.iter().all(|one| (first..share.end).contains(&one.verdict.number)), "{own:?}");
        assert!(own.is_sorted_by_key(|one| one.verdict.number));
        (first, all) = (share.end, [all, own].concat());
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_share_gets_its_own_whatever_the_threads_and_tables() {
    let whole = shared(1, 20).await;
    assert_eq!(whole.len(), 20);
    for one in &whole {
        let path = one.verdict.other.map(|other| format!("b/{other}.jpg"));
        assert_eq!(one.compared_with, path);
    }
    assert_eq!(whole.iter().filter(|one| one.compared_with.is_none()).count(), 1);
    for (threads, size) in [(1, 3), (8, 3), (8, 7), (2, 1)] {
        assert_eq!(shared(threads, size).await, whole, "{threads} threads, tables of {size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_nothing_was_decided_is_told_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::new(store(dir.path()).await, 2, 0, dir.path().join("spill")).unwrap();
    engine.write_vectors("vectors.arrow", &[embedded(1)]).await.unwrap();
    let refuse: Decide = Arc::new(|_: &Samples, _: &[Picture]| Err("no_prototype: there is none".to_owned()));
    let undecided = engine.reduce(&["vectors.arrow".to_owned()], (refuse, false), "parts").await;
    assert_eq!(undecided.unwrap_err().to_string(), "no_prototype: there is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_may_be_a_list_of_paths() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::new(store(dir.path()).await, 2, 0, dir.path().join("spill")).unwrap();
    engine.write_vectors("vectors.arrow", &[embedded(1), embedded(2)]).await.unwrap();
    let second: Decide = Arc::new(|samples: &Samples, _: &[Picture]| {
        Ok(vec![Verdict { other: Some(1), ..Verdict::default() }; samples.len()])
    });
    let parts = engine.reduce(&["vectors.arrow".to_owned()], (second, false), "parts").await.unwrap();
    let shares = [Share { key: "share.arrow".to_owned(), end: i64::MAX }];
    let others = Others::Paths(vec!["b/one".to_owned(), "b/other".to_owned()]);
    engine.share_verdicts(&parts, others, &shares).await.unwrap();
    let paths: Vec<_> =
        engine.decided("share.arrow").await.unwrap().into_iter().map(|one| one.compared_with).collect();
    assert_eq!(paths, [Some("b/other".to_owned()), Some("b/other".to_owned())]);
}
