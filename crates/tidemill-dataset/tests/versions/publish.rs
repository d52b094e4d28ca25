//! Publishing the working samples.

use crate::support::*;
use futures::future::join_all;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde_json::{Value, json};
use std::time::Duration;
use tidemill_dataset::sample::{NewSample, OnPresent, Place, SampleLabel, Usage};
use tidemill_dataset::version::{LabelVariety, NewVersion, VersionError, VersionOptions, VersionStatus};
use tidemill_dataset::{Activity, DatasetError, DatasetType, LabelType, SampleType};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_version_has_the_manifest_where_real_ones_are() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "pets", DatasetType::ImageClassification).await;
    let samples = vec![
        world.image("in/b.jpg", "b", &["dog"]).await,
        world.image("in/a.jpg", "a", &["cat", "pet"]).await,
        world.image("in/c.jpg", "c", &[]).await,
    ];
    add(&datasets, &set.id, samples).await;
    let version = published(&datasets, &set.id, NewVersion::default()).await;
    assert_eq!((version.name.as_str(), version.is_current), ("V001", true));
    let key = format!("out/pets-{}/annotation/V001/V001.manifest", set.id);
    assert_eq!(version.manifest, at(&format!("/user/{key}")));
    let told = lines(&world.text(&key).await);
    let sources: Vec<&str> = told.iter().map(|line| line["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["s3://user/in/a.jpg", "s3://user/in/b.jpg", "s3://user/in/c.jpg"]);
    let names: Vec<Value> =
        told[0]["annotation"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect();
    assert_eq!(names, [json!("cat"), json!("pet")]);
    assert_eq!((told[1]["usage"].as_str(), told[2].get("usage")), (Some("train"), None));
    let summary = &version.summary;
    assert_eq!((summary.total, summary.annotated, summary.added), (3, 2, 3));
    assert_eq!(summary.variety, LabelVariety::Multi);
    let counts: Vec<_> = version.labels.iter().map(|l| (l.name.as_str(), l.count, l.sample_count)).collect();
    assert_eq!(counts, [("cat", 1, 1), ("dog", 1, 1), ("pet", 1, 1)]);
}

#[tokio::test]
async fn an_empty_dataset_is_published() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "none", DatasetType::ObjectDetection).await;
    let version = published(&datasets, &set.id, ratio("0.8")).await;
    assert_eq!((version.summary.total, version.summary.variety), (0, LabelVariety::Unlabeled));
    assert_eq!(world.text(&version.manifest.key).await, "");
}

#[tokio::test]
async fn changing_samples_does_not_change_a_version_and_equal_content_is_one_version() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    add(&datasets, &set.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    let first = published(&datasets, &set.id, NewVersion::default()).await;
    let before = entries(&datasets, &first).await;

    world.clock.advance(Duration::from_secs(3600));
    let relabeled = world.image("in/a.jpg", "a", &["dog"]).await;
    let new = world.image("in/b.jpg", "b", &["cat"]).await;
    add(&datasets, &set.id, vec![relabeled, new]).await;
    let second = published(&datasets, &set.id, NewVersion::default()).await;
    assert_ne!(first.identity, second.identity);
    assert_eq!(entries(&datasets, &first).await, before);
    let counts = &second.summary;
    assert_eq!((counts.added, counts.modified, counts.deleted, counts.previous_total), (1, 1, 0, 1));
    assert_eq!(second.previous.as_deref(), Some(first.id.as_str()));

    let third = published(&datasets, &set.id, NewVersion::default()).await;
    assert_eq!((third.identity.as_str(), third.name.as_str()), (second.identity.as_str(), "V003"));
    assert_eq!((third.summary.added, third.summary.modified, third.summary.deleted), (0, 0, 0));

    let other = dataset(&datasets, "other", DatasetType::ImageClassification).await;
    add(&datasets, &other.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    let same = published(&datasets, &other.id, NewVersion::default()).await;
    assert_eq!(same.identity, first.identity);
}

#[tokio::test]
async fn the_ratio_is_echoed_and_each_label_is_split() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let mut samples = Vec::new();
    for n in 0..20 {
        let label = if n < 10 { "cat" } else { "dog" };
        let mut sample = world.image(&format!("in/{n:02}.jpg"), "x", &[label]).await;
        sample.usage = Some(Usage::Test);
        samples.push(sample);
    }
    samples.push(world.image("in/none.jpg", "x", &[]).await);
    add(&datasets, &set.id, samples).await;
    let version = published(&datasets, &set.id, ratio("0.7000")).await;
    assert_eq!(version.options.ratio.as_deref(), Some("0.7000"));
    let all = entries(&datasets, &version).await;
    let count = |label: &str, usage| {
        let of_label = all.iter().filter(|e| e.sample.labels.iter().any(|l| l.name == label));
        of_label.filter(|e| e.sample.usage == Some(usage)).count()
    };
    assert_eq!((count("cat", Usage::Train), count("cat", Usage::Eval)), (7, 3));
    assert_eq!((count("dog", Usage::Train), count("dog", Usage::Eval)), (7, 3));
    assert_eq!(all.iter().find(|e| e.sample.labels.is_empty()).unwrap().sample.usage, None);

    let mut kept = ratio("0.5");
    kept.options.remove_usage = false;
    let version = published(&datasets, &set.id, kept).await;
    let all = entries(&datasets, &version).await;
    assert_eq!(all.iter().filter(|e| e.sample.usage == Some(Usage::Test)).count(), 20);
}

#[tokio::test]
async fn a_label_on_one_sample_cannot_be_split() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    add(&datasets, &set.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    let refused = datasets.publish(&project(), set.id.as_str(), ratio("0.8")).await.unwrap_err();
    assert!(matches!(refused, VersionError::Split(_)), "{refused}");
    assert!(datasets.versions(&project(), set.id.as_str()).await.unwrap().is_empty());
    published(&datasets, &set.id, ratio("0")).await;
}

#[tokio::test]
async fn boxes_go_to_label_files_and_marks_of_hard_examples_only_if_asked_for() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "d", DatasetType::ObjectDetection).await;
    let mut samples = Vec::new();
    for key in ["in/x.jpg", "in/sub/x.jpg"] {
        let mut sample = world.image(key, "x", &[]).await;
        let property = json!({"@modelarts:shape": "bndbox", "@modelarts:feature": [[10, 20], [30, 50]]});
        let mut label = SampleLabel::named("car", LabelType::ObjectDetection, "human/t/u");
        label.property = property.as_object().unwrap().clone();
        sample.labels.push(label);
        sample.metadata.insert("@modelarts:size".into(), json!([100, 80, 3]));
        sample.hardness.hard = Some(true);
        samples.push(sample);
    }
    add(&datasets, &set.id, samples).await;
    let mut asked = NewVersion::default();
    asked.options.clear_hard = false;
    asked.options.export_images = true;
    let version = published(&datasets, &set.id, asked).await;
    let directory = version.directory().key;
    let mut files = world.keys(&world.user, &directory).await;
    files.iter_mut().for_each(|key| *key = key.split_off(directory.len()));
    assert_eq!(
        files,
        ["V001.manifest", "annotation/x.xml", "annotation/x_1.xml", "data/x.jpg", "data/x_1.jpg"]
    );
    let told = lines(&world.text(&version.manifest.key).await);
    assert_eq!(told[0]["hard"], "true");
    let annotation = &told[1]["annotation"][0];
    assert_eq!(annotation["type"], "modelarts/object_detection");
    assert_eq!(annotation["annotation-loc"], format!("s3://user/{directory}annotation/x_1.xml"));
    let xml = world.text(&format!("{directory}annotation/x.xml")).await;
    for part in ["<name>car</name>", "<xmin>10</xmin>", "<ymax>50</ymax>", "<width>100</width>"] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let cleared = published(&datasets, &set.id, NewVersion::default()).await;
    assert_eq!(lines(&world.text(&cleared.manifest.key).await)[0].get("hard"), None);
}

#[tokio::test]
async fn objects_that_changed_since_they_became_samples_are_told() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let samples = vec![world.image("in/a.jpg", "a", &[]).await, world.image("in/b.jpg", "b", &[]).await];
    add(&datasets, &set.id, samples).await;
    world.user.put(&Path::from("in/a.jpg"), PutPayload::from("other")).await.unwrap();
    world.user.delete(&Path::from("in/b.jpg")).await.unwrap();
    let version = published(&datasets, &set.id, NewVersion::default()).await;
    let told = "2 objects are not what they were when they became samples: obs://user/in/a.jpg (changed), obs://user/in/b.jpg (gone)";
    assert_eq!(version.message, told);
}

#[tokio::test]
async fn of_16_publishes_at_a_time_one_runs_and_different_datasets_do_not_wait() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    add(&datasets, &set.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    let project = project();
    let tries = (0..16).map(|_| datasets.publish(&project, set.id.as_str(), NewVersion::default()));
    let tried = join_all(tries).await;
    let begun = tried.iter().filter(|tried| tried.is_ok()).count();
    assert!(begun >= 1);
    for refused in tried.iter().filter_map(|tried| tried.as_ref().err()) {
        let busy = VersionError::Dataset(DatasetError::Busy(Activity::Publishing));
        assert_eq!(refused.to_string(), busy.to_string());
    }
    idle(&datasets, &set.id).await;
    let versions = datasets.versions(&project, set.id.as_str()).await.unwrap();
    assert_eq!(versions.len(), begun);
    assert!(versions.iter().all(|version| version.status == VersionStatus::Normal));

    let mut sets = Vec::new();
    for n in 0..16 {
        sets.push(dataset(&datasets, &format!("d{n}"), DatasetType::ImageClassification).await);
    }
    let all = sets.iter().map(|set| published(&datasets, &set.id, NewVersion::default()));
    assert_eq!(join_all(all).await.len(), 16);
}

#[tokio::test]
async fn names_numbers_and_the_pace_are_kept() {
    let mut world = World::new().await;
    world.config.publish_interval = Duration::from_secs(60);
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let named = |name: &str| NewVersion { name: Some(name.to_owned()), ..NewVersion::default() };
    assert_eq!(published(&datasets, &set.id, named("V002")).await.name, "V002");
    let too_soon = datasets.publish(&project(), set.id.as_str(), NewVersion::default()).await.unwrap_err();
    assert!(matches!(too_soon, VersionError::TooFrequent(60)), "{too_soon}");
    world.clock.advance(Duration::from_secs(60));
    let taken = datasets.publish(&project(), set.id.as_str(), named("V002")).await.unwrap_err();
    assert!(matches!(taken, VersionError::Exists(_)), "{taken}");
    let version = published(&datasets, &set.id, NewVersion::default()).await;
    assert_eq!(version.name, "V003", "the number of the first is used, its name is taken");
    datasets.delete_version(&project(), set.id.as_str(), &version.id).await.unwrap();
    assert_eq!(idle(&datasets, &set.id).await.next_version_num, 4);
    for wrong in ["", "a b", &"x".repeat(33)] {
        let refused = datasets.publish(&project(), set.id.as_str(), named(wrong)).await.unwrap_err();
        assert!(matches!(refused, VersionError::Invalid(_)), "{refused}");
    }
    let csv = VersionOptions { format: tidemill_dataset::version::VersionFormat::Csv, ..Default::default() };
    let csv = NewVersion { options: csv, ..NewVersion::default() };
    let refused = datasets.publish(&project(), set.id.as_str(), csv).await.unwrap_err();
    assert!(refused.to_string().contains("for table datasets only"), "{refused}");
}

#[tokio::test]
async fn deleting_versions_makes_the_one_before_current_and_frees_what_none_refers_to() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let id = set.id.as_str();
    let first = published(&datasets, &set.id, NewVersion::default()).await;
    let twin = published(&datasets, &set.id, NewVersion::default()).await;
    add(&datasets, &set.id, vec![world.image("in/a.jpg", "a", &["cat"]).await]).await;
    let last = published(&datasets, &set.id, NewVersion::default()).await;
    assert_eq!(world.keys(&world.artefacts, "versions").await.len(), 2);

    datasets.hold_version(&last.id, "run").await.unwrap();
    let used = datasets.delete_version(&project(), id, &last.id).await.unwrap_err();
    assert!(matches!(used, VersionError::InUse(_)), "{used}");
    datasets.release_version(&last.id, "run").await.unwrap();
    datasets.delete_version(&project(), id, &last.id).await.unwrap();
    assert_eq!(idle(&datasets, &set.id).await.current_version, Some(twin.id.clone()));
    let gone = datasets.version(&project(), id, &last.id).await.unwrap_err();
    assert!(matches!(gone, VersionError::Unknown(_)), "{gone}");
    assert_eq!(world.text(&last.manifest.key).await.lines().count(), 1, "its files stay");

    datasets.delete_version(&project(), id, &twin.id).await.unwrap();
    assert!(entries(&datasets, &first).await.is_empty(), "what the first refers to is there");
    datasets.shutdown().await;
    let kept = vec![format!("versions/{}", first.identity)];
    assert_eq!(world.keys(&world.artefacts, "").await, kept);

    let datasets = world.process().await;
    datasets.delete(&project(), id).await.unwrap();
    datasets.shutdown().await;
    let none: Vec<String> = Vec::new();
    assert_eq!(world.keys(&world.artefacts, "").await, none);
}

#[tokio::test]
async fn damaged_artefacts_are_noticed() {
    let world = World::new().await;
    let datasets = world.process().await;
    let set = dataset(&datasets, "s", DatasetType::ImageClassification).await;
    let sample = world.image("in/a.jpg", "a", &["cat"]).await;
    datasets.add_samples(&set.id, vec![sample], OnPresent::Keep).await.unwrap();
    let version = published(&datasets, &set.id, NewVersion::default()).await;
    let key = Path::from(format!("versions/{}", version.identity));
    let bytes = world.artefacts.get(&key).await.unwrap().bytes().await.unwrap();
    let forged = String::from_utf8(bytes.to_vec()).unwrap().replace("cat", "dog");
    world.artefacts.put(&key, PutPayload::from(forged)).await.unwrap();
    let opened = datasets.version_entries(&project(), set.id.as_str(), &version.id).await;
    let mut entries = opened.unwrap();
    assert!(entries.next().await.unwrap().is_some());
    assert!(entries.next().await.unwrap_err().to_string().contains("damaged"));
}

#[tokio::test]
async fn the_rows_of_a_table_are_written_as_csv() {
    let world = World::new().await;
    let datasets = world.process().await;
    let schema = json!([{"schema_id": 1, "name": "who", "type": "STRING"}, {"schema_id": 2, "name": "n", "type": "INT"}]);
    let set = dataset_with(&datasets, "t", DatasetType::Table, json!({"schema": schema})).await;
    let row = |line: u64, content: Value| {
        let mut sample = NewSample::object(at("/user/in/t.csv"), SampleType::Table, 9, "", 0);
        sample.place = Place::Line(at("/user/in/t.csv"), line);
        sample.content = Some(content.to_string());
        sample
    };
    let rows = vec![row(2, json!({"n": -7, "who": "=Ann"})), row(3, json!({"who": "Bob", "n": null}))];
    add(&datasets, &set.id, rows).await;
    let mut csv = ratio("1.00");
    csv.options.format = tidemill_dataset::version::VersionFormat::Csv;
    let version = published(&datasets, &set.id, csv).await;
    let part = version.directory().join("data/part-00000.csv");
    assert_eq!(world.text(&part.key).await, "who,n\n\"\t=Ann\",-7\nBob,\n");
    let told = lines(&world.text(&version.manifest.key).await);
    assert_eq!(told[0]["source-type"], "csv");
    assert_eq!(told[0]["property"]["schema"], json!({"who": "STRING", "n": "INT"}));
}
