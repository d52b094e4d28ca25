//! Distributions beside what a plain reading of the same values gives, however they are cut into tables.

use super::super::tests::store;
use super::super::{Engine, Measured};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tidemill_vision::analysis::{Distributions, TaskType, UsageGroup, measured, report};
use tidemill_vision::feature::distribution::{Distribution, QUANTILES};
use tidemill_vision::feature::{BoxFeatures, Features, ImageFeatures, Metric};

const METRICS: [Metric; 4] =
    [Metric::BlurScore, Metric::Brightness, Metric::BoxAspectRatio, Metric::BoxOverlap];

fn sample(id: usize, group: Option<UsageGroup>, brightness: f64, boxes: usize) -> Measured {
    let image = ImageFeatures {
        resolution: 640.0 * 480.0,
        aspect_ratio: 0.75,
        brightness,
        saturation: 0.5,
        blur_score: (brightness / 10.0).floor(),
        colorfulness: 20.0,
    };
    let of_box = |index: usize| BoxFeatures {
        aspect_ratio: (1.0 + index as f64) / (1.0 + brightness),
        area_ratio: 0.1,
        marginalization: 0.2,
        overlap: brightness / 200.0,
        brightness: 100.0,
        blur_score: 30.0,
    };
    let features = Features { image, boxes: (0..boxes).map(of_box).collect() };
    Measured { sample_id: format!("{id:04}"), group, features }
}

/// The keys of tables with the samples, at most `size` in each.
async fn written(
    engine: &Engine,
    name: &str,
    metrics: &[Metric],
    samples: &[Measured],
    size: usize,
) -> Vec<String> {
    let mut keys = Vec::new();
    // A shard without a measured sample has a table without rows.
    let shards = samples.chunks(size).chain([&samples[..0]]);
    for (number, shard) in shards.enumerate() {
        let key = format!("{name}/{size}/{number}.arrow");
        engine.write_values(&key, &measured(metrics), shard).await.unwrap();
        keys.push(key);
    }
    keys
}

/// Mean and deviation as they are taught.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / values.len() as f64).sqrt())
}

/// numpy's percentile.
fn percentile(sorted: &[f64], percent: u32) -> f64 {
    let place = (sorted.len() - 1) as f64 * f64::from(percent) / 100.0;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

fn assert_is_of(found: &Distribution, mut values: Vec<(f64, &str)>) {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let sorted: Vec<f64> = values.iter().map(|(value, _)| *value).collect();
    let summary = &found.summary;
    let ends = (*sorted.first().unwrap(), *sorted.last().unwrap());
    assert_eq!((summary.count, (summary.min, summary.max)), (sorted.len() as u64, ends));
    assert_eq!(summary.quantiles, QUANTILES.map(|percent| percentile(&sorted, percent)));
    let (mean, std) = moments(&sorted);
    assert!((summary.mean - mean).abs() <= 1e-12 * (1.0 + mean), "{} {mean}", summary.mean);
    assert!((found.std - std).abs() <= 1e-9 * (1.0 + std), "{} {std}", found.std);

    let (borders, last) = (&found.histogram.borders, found.histogram.counts.len() - 1);
    let in_bin = |bin: usize| {
        let inside = |value: &&f64| borders[bin] <= **value && (bin == last || **value < borders[bin + 1]);
        sorted.iter().filter(inside).count() as u64
    };
    assert_eq!(found.histogram.counts, (0..=last).map(in_bin).collect::<Vec<_>>());

    let (q25, q75) = (summary.quantiles[2], summary.quantiles[4]);
    let far = 3.0 * (q75 - q25);
    let distance = |value: f64| (q25 - far - value).max(value - (q75 + far));
    let mut outliers: Vec<_> = values.into_iter().filter(|(value, _)| distance(*value) > 0.0).collect();
    outliers
        .sort_by(|a, b| distance(b.0).total_cmp(&distance(a.0)).then(a.1.cmp(b.1)).then(a.0.total_cmp(&b.0)));
    assert_eq!(found.outliers.count, outliers.len() as u64);
    let listed: Vec<_> =
        found.outliers.farthest.iter().map(|far| (far.value, far.sample_id.as_str())).collect();
    assert_eq!(listed, outliers[..outliers.len().min(100)]);
}

fn assert_are_of(found: &Distributions, samples: &[Measured]) {
    let mut series = 0;
    for group in [None].into_iter().chain(UsageGroup::ALL.map(Some)) {
        for metric in measured(&METRICS) {
            let (mut values, mut owners) = (Vec::new(), Vec::new());
            for sample in samples.iter().filter(|sample| group.is_none() || sample.group == group) {
                sample.features.extend(metric, &mut values);
                owners.resize(values.len(), sample.sample_id.as_str());
            }
            let found = found.get(&(group, metric));
            assert_eq!(found.is_some(), !values.is_empty(), "{group:?} {metric:?}");
            series += usize::from(found.is_some());
            if let Some(found) = found {
                assert_is_of(found, values.into_iter().zip(owners).collect());
            }
        }
    }
    assert_eq!(found.len(), series);
}

/// Samples with many equal values and some far away.
fn any_samples() -> impl Strategy<Value = Vec<Measured>> {
    let group = prop_oneof![Just(None), prop::sample::select(UsageGroup::ALL.to_vec()).prop_map(Some)];
    let value = prop_oneof![0.0..255.0, (90u32..100).prop_map(f64::from), Just(0.0)];
    let samples = prop::collection::vec((group, value, 0usize..4), 0..60);
    samples.prop_map(|samples| {
        let one = |(id, (group, value, boxes))| sample(id, group, value, boxes);
        samples.into_iter().enumerate().map(one).collect()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn distributions_are_those_of_all_values_however_they_are_cut() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path()).await;
    let engine = |threads| Engine::new(store.clone(), threads, 0, dir.path().join("spill")).unwrap();
    let engines = [engine(1), engine(4)];
    let mut runner = TestRunner::deterministic();
    let any = || any_samples().new_tree(&mut runner).unwrap().current();
    let mut cases: Vec<Vec<Measured>> = std::iter::repeat_with(any).take(6).collect();
    cases.extend([vec![], vec![sample(1, None, 7.5, 1)]]);
    // More than one table of 256, and more outliers than are listed.
    cases.push((0..300).map(|n| sample(n, None, if n % 2 == 0 { 100.0 } else { n as f64 }, 1)).collect());
    for (number, samples) in cases.iter().enumerate() {
        let mut first = None;
        for size in [1, 7, 256] {
            let tables = written(&engines[0], &number.to_string(), &METRICS, samples, size).await;
            for engine in &engines {
                let found = engine.distributions(&tables).await.unwrap();
                assert_are_of(&found, samples);
                assert_eq!(*first.get_or_insert_with(|| found.clone()), found, "to the last bit");
            }
        }
    }
}

/// Samples whose values lie in no order, and how many there are.
const MANY: usize = 300_000;

async fn many(engine: &Engine) -> Vec<String> {
    let mut keys = Vec::new();
    for first in (0..MANY).step_by(3000) {
        let value = |n: usize| (n * 7919 % MANY) as f64 * 256.0 / MANY as f64;
        let samples: Vec<_> = (first..first + 3000).map(|n| sample(n, None, value(n), 0)).collect();
        keys.extend(written(engine, &format!("many/{first}"), &[Metric::Brightness], &samples, 3000).await);
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn values_beyond_the_memory_go_into_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path()).await;
    let memory = 4 << 20;
    let engine = |threads, spill: &str| {
        Engine::with_memory(store.clone(), threads, memory, dir.path().join(spill)).unwrap()
    };
    let tables = many(&engine(1, "spill")).await;
    for threads in [1, 4] {
        let engine = engine(threads, "spill");
        let found = engine.distributions(&tables).await.unwrap();
        let brightness = found[&(None, Metric::Brightness)].summary;
        let step = 256.0 / MANY as f64;
        assert_eq!((brightness.count, brightness.max), (MANY as u64, (MANY - 1) as f64 * step));
        assert!((brightness.quantiles[3] - (MANY - 1) as f64 / 2.0 * step).abs() < 1e-9, "{brightness:?}");
        assert_eq!(engine.session.runtime_env().memory_pool.reserved(), 0);
    }
    // Where no file can be made, so little memory is not enough.
    let engine = engine(1, "gone");
    std::fs::remove_dir_all(dir.path().join("gone")).unwrap();
    std::fs::write(dir.path().join("gone"), "").unwrap();
    engine.distributions(&tables).await.unwrap_err();
}

async fn result(task_type: TaskType, metrics: &[Metric], is_normed: bool, samples: &[Measured]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::new(store(dir.path()).await, 2, 0, dir.path().join("spill")).unwrap();
    let tables = written(&engine, "result", metrics, samples, 256).await;
    let found = engine.distributions(&tables).await.unwrap();
    serde_json::to_value(report(found, metrics, task_type, is_normed)).unwrap()
}

#[tokio::test]
async fn the_result_has_its_documented_shape() {
    let (task_type, train) = (TaskType::ObjectDetection, Some(UsageGroup::Train));
    let samples = [sample(0, train, 3.1, 2), sample(1, None, 220.4, 0), sample(2, train, 101.0, 1)];
    let found = result(task_type, task_type.metrics(), false, &samples).await;
    assert_eq!((&found["task_type"], &found["is_normed"]), (&json!("object_detection"), &json!(false)));
    assert_eq!((&found["usage"]["eval"], &found["usage"]["inference"]), (&json!({}), &json!({})));
    let all = &found["usage"]["all"];
    assert_eq!((&all["image_count"], &all["box_count"]), (&json!(3), &json!(3)));
    assert_eq!(all["metrics"].as_object().unwrap().len(), 14);
    let brightness = &all["metrics"]["brightness"];
    let told = ["unit", "count", "min", "max", "low_confidence"].map(|name| brightness[name].clone());
    assert_eq!(told, [json!("image"), json!(3), json!(3.1), json!(220.4), json!(true)]);
    assert_eq!(brightness["quantiles"]["50"], 101.0);
    assert_eq!(brightness["bins"].as_array().unwrap().len(), 51);
    assert_eq!(brightness["counts"].as_array().unwrap().len(), 50);
    assert_eq!((&brightness["counts"][0], &brightness["counts"][43]), (&json!(1), &json!(1)));
    assert_eq!(brightness["outliers"], json!({"count": 0, "farthest": []}));
    let ratios = &all["metrics"]["bbox_aspect_ratio"];
    assert_eq!((&ratios["unit"], &ratios["count"]), (&json!("box"), &json!(3)));
    let train = &found["usage"]["train"];
    assert_eq!((&train["image_count"], &train["metrics"]["bbox_num"]["max"]), (&json!(2), &json!(2.0)));
}

#[tokio::test]
async fn normed_counts_are_shares_and_only_what_was_asked_for_is_told() {
    let task_type = TaskType::ImageClassification;
    let samples: Vec<_> =
        [3.0, 3.0, 250.0, 100.0].into_iter().map(|value| sample(0, None, value, 0)).collect();
    let found = result(task_type, task_type.metrics(), true, &samples).await;
    let all = &found["usage"]["all"];
    assert_eq!((all.get("box_count"), &all["image_count"]), (None, &json!(4)));
    assert_eq!(all["metrics"].as_object().unwrap().len(), 6);
    assert_eq!(all["metrics"]["brightness"]["counts"][0], 0.5);

    // A metric of boxes counts the images without boxes, too.
    let found = result(TaskType::ObjectDetection, &[Metric::BoxOverlap], false, &samples).await;
    assert_eq!(found["usage"]["all"], json!({"image_count": 4, "box_count": 0, "metrics": {}}));
    let found = result(task_type, task_type.metrics(), false, &[]).await;
    assert_eq!(found["usage"], json!({"all": {}, "train": {}, "eval": {}, "inference": {}}));
}

#[tokio::test]
async fn what_is_far_away_is_listed_with_its_sample() {
    let brightness = |n: usize| if n < 150 { 200.0 + n as f64 / 10.0 } else { 100.0 + (n % 7) as f64 };
    let samples: Vec<_> = (0..1200).map(|n| sample(n, None, brightness(n), 0)).collect();
    let found = result(TaskType::ImageClassification, &[Metric::Brightness], false, &samples).await;
    let metric = &found["usage"]["all"]["metrics"]["brightness"];
    assert_eq!((&metric["low_confidence"], &metric["outliers"]["count"]), (&json!(false), &json!(150)));
    let listed = metric["outliers"]["farthest"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]), (100, &json!({"sample_id": "0149", "value": 214.9})));
}
