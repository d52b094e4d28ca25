//! Cleansing beside scikit-learn and numpy, and on real images.

use crate::support::{images, model, read};
use serde::Deserialize;
use tidemill_embedding::{
    Calibration, Comparison, Control, Embedder, Level, PccError, PccOptions, PccVerdict, Samples, Scale,
    Vector, cleanse,
};
use tidemill_vision::seed::{Draws, SampleKey, TaskSeed};

#[derive(Deserialize)]
struct Golden {
    positive: Vec<Vec<f32>>,
    negative: Vec<Vec<f32>>,
    data: Vec<Vec<f32>>,
    kept: Vec<bool>,
    similarity: Vec<f64>,
    foreign: Vec<f64>,
    distance: Vec<f64>,
    prototype: Vec<u32>,
}

const DEFAULTS: PccOptions =
    PccOptions { clusters: None, similarity_threshold: 0.9, embedding_distance: 0.2, allow_basic: false };

fn samples(vectors: impl IntoIterator<Item = Vector>) -> Samples {
    let mut vectors = vectors.into_iter().enumerate().peekable();
    let mut samples = Samples::new(vectors.peek().map_or(16, |(_, vector)| vector.dimensions()));
    for (number, vector) in vectors {
        assert!(samples.push(SampleKey::of_bytes(&number.to_string(), b""), &vector));
    }
    samples
}

fn stored(numbers: &[Vec<f32>]) -> Samples {
    samples(numbers.iter().map(|numbers| Vector::normalised(numbers).unwrap()))
}

fn draws(seed: &str) -> Draws {
    TaskSeed::of_task(seed).draws_of_set("PCC", "{}")
}

#[test]
fn decisions_and_scores_are_those_of_the_reference() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/pcc.json")).unwrap();
    let (data, positive, negative) =
        (stored(&golden.data), stored(&golden.positive), stored(&golden.negative));
    let images = Comparison { data: &data, positive: &positive, negative: &negative };
    let scale = Scale::of(Some(Calibration { c0: 0.82, c1: 0.40 }));
    // Four groups of prototypes, two of criticism; each has as many centres as there are groups.
    let options = PccOptions { clusters: Some(4), ..DEFAULTS };
    let four = cleanse(images, (scale, Level::Default), &options, &mut draws("a"), &Control::none()).unwrap();
    let options = PccOptions { clusters: Some(2), ..DEFAULTS };
    let two = cleanse(images, (scale, Level::Default), &options, &mut draws("b"), &Control::none()).unwrap();
    for n in 0..golden.data.len() {
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 2e-3, "{n}: {found} {expected}");
        close(four[n].similarity, golden.similarity[n]);
        close(four[n].distance, golden.distance[n]);
        close(two[n].foreign.unwrap(), golden.foreign[n]);
        assert_eq!(four[n].prototype, golden.prototype[n]);
        let kept = (golden.similarity[n] >= 0.9 || golden.distance[n] < 0.2)
            && four[n].similarity > four[n].foreign.unwrap();
        assert_eq!(four[n].kept, kept, "{n}: {:?}", four[n]);
        assert!(!golden.kept[n] || golden.similarity[n] > golden.foreign[n]);
    }
}

#[test]
fn what_cannot_be_cleansed_is_said() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/pcc.json")).unwrap();
    let (data, none) = (stored(&golden.data), samples([]));
    let run = |positive, level| {
        let images = Comparison { data: &data, positive, negative: &none };
        cleanse(images, (Scale::of(None), level), &DEFAULTS, &mut draws("a"), &Control::none())
    };
    assert_eq!(run(&none, Level::Default).unwrap_err().code(), "no_prototype");
    assert_eq!(run(&data, Level::Basic), Err(PccError::NotSemantic));
    let all: Vec<PccVerdict> = run(&data, Level::Default).unwrap();
    assert!(
        all.iter()
            .enumerate()
            .all(|(n, verdict)| verdict.kept && verdict.foreign.is_none() && verdict.prototype == n as u32)
    );
}

#[test]
fn of_no_data_there_is_nothing_to_say() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/pcc.json")).unwrap();
    let (positive, none) = (stored(&golden.data), samples([]));
    let images = Comparison { data: &none, positive: &positive, negative: &positive };
    let found =
        cleanse(images, (Scale::of(None), Level::Default), &DEFAULTS, &mut draws("a"), &Control::none());
    assert_eq!(found, Ok(Vec::new()));
}

/// Real classes, each with eight prototypes: foreign classes go, most of the own one stays.
#[test]
fn a_real_class_is_told_from_others() {
    let (model, folder) = (model(), images().join("classify"));
    let mut classes: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    classes.sort();
    let vectors: Vec<Vec<Vector>> = classes.iter().map(|class| embed_all(&model, class)).collect();
    let (mut own, mut stayed, mut foreign, mut passed) = (0, 0, 0, 0);
    for wanted in 0..classes.len() {
        let positive = samples(vectors[wanted].iter().take(8).cloned());
        let others = (0..classes.len()).filter(|other| *other != wanted);
        let negative = samples(others.flat_map(|other| vectors[other].iter().take(4).cloned()));
        for (class, all) in vectors.iter().enumerate() {
            let data = samples(all.iter().skip(8).cloned());
            let images = Comparison { data: &data, positive: &positive, negative: &negative };
            let decided = (model.scale(), model.level());
            let verdicts = cleanse(images, decided, &DEFAULTS, &mut draws("c"), &Control::none()).unwrap();
            let kept = verdicts.iter().filter(|verdict| verdict.kept).count();
            if class == wanted {
                (own, stayed) = (own + verdicts.len(), stayed + kept);
            } else {
                (foreign, passed) = (foreign + verdicts.len(), passed + kept);
            }
        }
    }
    println!("of the own class {stayed} of {own} stay, of foreign ones {passed} of {foreign}");
    assert!(stayed as f64 >= 0.9 * own as f64, "{stayed} of {own}");
    assert!(passed as f64 <= 0.03 * foreign as f64, "{passed} of {foreign}");
}

fn embed_all(model: &Embedder, class: &std::path::Path) -> Vec<Vector> {
    let mut files: Vec<_> = std::fs::read_dir(class).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| model.embed(&read(file)).unwrap()).collect()
}
