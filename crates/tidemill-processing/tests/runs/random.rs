//! Runs that draw at random: the run decides what is drawn, and nothing else does. Begun in several worlds, the same run
//! gives the same bytes whatever the number of threads, the size of the shards, and however often it goes on.

use crate::equal::{How, OTHERS, Outcome, PLAIN, outcome_of, world};
use crate::support::{World, ended, project, request, results, results_of};
use serde_json::{Value, json};
use tidemill_meta::processing::{RunRow, TaskRow, find_run, find_task, insert_run, insert_task};
use tidemill_meta::tx;
use tidemill_processing::WITHDRAWN;
use tidemill_vision::{DecodeLimits, dimensions};

/// A task and its one run as they are before it begins.
#[derive(Clone)]
struct Begun {
    task: TaskRow,
    run: RunRow,
}

/// Labels in a corner and in the middle: some of them leave the picture when it is turned.
fn labels((width, height): (u32, u32)) -> String {
    let (right, bottom) = (width / 2, height / 2);
    format!(
        "<annotation><object><name>a</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>{right}</xmax>\
         <ymax>{bottom}</ymax></bndbox></object><object><name>b</name><bndbox><xmin>{}</xmin><ymin>{}</ymin>\
         <xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object></annotation>",
        right / 2,
        bottom / 2,
    )
}

/// The pictures of `world`, every second one with labels.
async fn labeled(how: How) -> World {
    let world = world(how).await;
    for (number, (key, bytes)) in world.objects("in").await.into_iter().enumerate() {
        let size = dimensions(&bytes, &DecodeLimits::default()).unwrap();
        if number % 2 == 0 {
            let key = format!("in/{}", key.replace(".jpg", ".xml"));
            world.put(&key, labels((size.width, size.height))).await;
        }
    }
    world
}

/// Lets a run come to its end in the plain world: what it made, and the run as it was before.
async fn first(template: &str, operators: &Value) -> (Outcome, Begun) {
    let world = labeled(PLAIN).await;
    let processing = world.process().await;
    let id = processing.create_task(&project(), request(template, operators.clone())).await.unwrap();
    let version = ended(&processing, &id).await;
    let outcome = outcome_of(&world, &processing, &version).await;
    processing.shutdown().await;
    let (owner, run) = (project().to_string(), version.task_version_id);
    let task = tx!(world.meta, |tx, owner, id| find_task(tx, &owner, &id)).unwrap().unwrap();
    let run = tx!(world.meta, |tx, run| find_run(tx, &run)).unwrap().unwrap();
    let (ended_ms, counters, result) = (None, None, None);
    (outcome, Begun { task, run: RunRow { status: 0, samples: None, ended_ms, counters, result, ..run } })
}

/// What the same run makes in another world.
async fn again(how: How, begun: &Begun) -> Outcome {
    let world = labeled(how).await;
    let Begun { task, run } = begun.clone();
    assert!(tx!(world.meta, |tx, task| insert_task(tx, &task)).unwrap());
    tx!(world.meta, |tx, run| insert_run(tx, &run)).unwrap();
    let mut processing = world.process().await;
    let id = &begun.task.task_id;
    if how.interrupted {
        processing = world.interrupted(processing, id).await;
    }
    let version = ended(&processing, id).await;
    let outcome = outcome_of(&world, &processing, &version).await;
    processing.shutdown().await;
    outcome
}

async fn all_the_same(template: &str, operators: Value) -> Outcome {
    let (expected, begun) = first(template, &operators).await;
    for how in OTHERS {
        let found = again(how, &begun).await;
        assert!(found == expected, "{how:?}: {:?}, expected {:?}", found.counters, expected.counters);
    }
    let mut other = first(template, &operators).await.0;
    // It names the run, which is another one.
    let manifest = "output.manifest".to_owned();
    other.objects.insert(manifest.clone(), expected.objects[&manifest].clone());
    assert!(other.objects != expected.objects, "another run draws the same");
    expected
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_turns_crops_and_rain_are_the_same() {
    let operators = json!([
        {"name": "AddNoise", "params": {"scale": "20", "copies": "2"}},
        {"name": "Rotate", "params": {"angle_min": "-8", "angle_max": "8", "copies": "2"}},
        {"name": "Crop"},
        {"name": "Weather", "params": {"weather_mode": "Rain"}},
    ]);
    let outcome = all_the_same("sys_data_augmentation", operators).await;
    let made = outcome.counters[4].unwrap();
    let withdrawn = outcome.withdrawn.len() as i64;
    assert_eq!((outcome.counters[0], made + withdrawn), (Some(46), 4 * 46));
    assert!(made > 92 && withdrawn > 0, "{made} made, {withdrawn} withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_else_that_draws_is_the_same() {
    let names = [
        "Translate",
        "Shear",
        "CutOut",
        "Saturation",
        "LightArithmetic",
        "LightContrast",
        "Blur",
        "MotionBlur",
        "Sharpen",
        "Scale",
    ];
    let mut operators: Vec<Value> = names.map(|name| json!({"name": name})).into();
    operators.push(json!({"name": "Flip", "params": {"flip_p": "0.5", "copies": "3"}}));
    operators.push(json!({"name": "Weather", "params": {"weather_mode": "Snow"}}));
    let outcome = all_the_same("sys_data_augmentation", operators.into()).await;
    assert!(outcome.counters[4].unwrap() > 46, "{:?}", outcome.counters);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_begin_at_random_are_the_same() {
    let (expected, begun) = {
        let operators = json!([{"name": "RRD", "params": {"sample_ratio": "0.5", "n_clusters": "5"}}]);
        first("sys_data_selection", &operators).await
    };
    for how in OTHERS {
        assert!(again(how, &begun).await == expected, "{how:?}");
    }
    let [origin, unmodified, modified, _, _] = expected.counters.map(Option::unwrap_or_default);
    // Label files that do not tell the size are mended.
    assert_eq!((origin, unmodified + modified), (46, 23));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_picture_that_a_turn_discards_has_its_reason() {
    let world = labeled(PLAIN).await;
    let processing = world.process().await;
    let params = json!({"angle_min": "45", "angle_max": "45", "copies": "2"});
    let body = request("sys_data_augmentation", json!([{"name": "Rotate", "params": params}]));
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.origin_sample_count), (2, Some(46)));
    // A box that begins in the corner always leaves: of the labeled half nothing is made.
    assert_eq!((version.add_sample_count, version.unmodified_sample_count), (Some(46), Some(46)));
    assert_eq!(results(&processing, &version).await.len(), 46);
    let withdrawn = results_of(&processing, &version, Some(WITHDRAWN)).await;
    assert_eq!(withdrawn.len(), 46);
    for row in &withdrawn {
        let why = row.reasons.last().unwrap();
        assert_eq!((why.code.as_str(), row.property, &row.product), ("box_leaves_image", 2, &None));
        assert_eq!(why.english, "Rotate: the box of a would leave the image");
    }
    let told = "46 new samples were withdrawn (box_leaves_image 46), each with its reason in the results with \
                tidemill_withdrawn=true";
    assert_eq!(version.tidemill.unwrap().warnings, [told]);
    processing.shutdown().await;
}
