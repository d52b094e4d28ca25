//! What each kind of dataset reads from a directory or a manifest.

use crate::support::{World, bmp, from, own};
use serde_json::{Value, json};
use tidemill_dataset::sample::{Place, Usage};
use tidemill_dataset::task::TaskState;
use tidemill_dataset::{DatasetType, ImportFrom, ImportOptions, LabelFormat};

#[tokio::test]
async fn directories_name_labels_and_a_list_beside_the_image_beats_them() {
    let world = World::new().await;
    for key in ["in/cat/1.jpg", "in/cat/2.JPEG", "in/dog/1.png", "in/dog/both.jpg", "in/root.bmp", "in/x.gif"]
    {
        world.put(key, "image").await;
    }
    world.put("in/dog/both.txt", "cat\ndog\n").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let task = world.import(&dataset, own(&dataset)).await;
    let shown = world.shown(&dataset).await;
    let expected = [
        "in/cat/1.jpg: cat",
        "in/cat/2.JPEG: cat",
        "in/dog/1.png: dog",
        "in/dog/both.jpg: cat,dog",
        "in/root.bmp: ",
    ];
    assert_eq!(shown, expected);
    assert_eq!((task.counts.total, task.counts.finished, task.counts.labeled), (5, 5, 4));
    assert_eq!((task.state, task.counts.left_out.as_str(), task.counts.files), (TaskState::Completed, "", 0));
}

const VOC: &str = "<annotation><size><width>30</width><height>20</height><depth>3</depth></size><object><name>cat</name>\
    <difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object></annotation>";

#[tokio::test]
async fn a_broken_label_file_fails_its_sample_only() {
    let world = World::new().await;
    for (key, xml) in [("a", VOC), ("b", "<annotation><object>"), ("c", "")] {
        world.put(&format!("in/{key}.jpg"), "image").await;
        if !xml.is_empty() {
            world.put(&format!("in/{key}.xml"), xml).await;
        }
    }
    let dataset = world.dataset(DatasetType::ObjectDetection).await;
    let task = world.import(&dataset, own(&dataset)).await;
    assert_eq!(world.shown(&dataset).await, ["in/a.jpg: cat", "in/c.jpg: "]);
    assert_eq!((task.state, task.counts.total, task.counts.finished), (TaskState::Completed, 3, 2));
    assert!(task.counts.left_out.contains("in/b.jpg"), "{}", task.counts.left_out);
    let first = &world.samples(&dataset).await[0];
    assert_eq!(first.metadata["@modelarts:size"], json!([30, 20, 3]));
    assert_eq!(first.labels[0].property["@modelarts:feature"], json!([[1, 2], [9, 8]]));
}

#[tokio::test]
async fn a_yolo_directory_brings_boxes_and_usage() {
    let world = World::new().await;
    world.put("in/obj.data", "classes = 2\nnames = data/obj.names\ntrain = data/train.txt\nvalid = data/valid.txt\ntest = t.txt\n").await;
    world.put("in/obj.names", "cat\ndog\n").await;
    world.put("in/train.txt", "data/img/1.bmp\ndata/img/2.bmp\ndata/img/gone.bmp\n").await;
    world.put("in/valid.txt", "data/img/3.bmp\n").await;
    for n in ["1", "2", "3", "4"] {
        world.put(&format!("in/img/{n}.bmp"), bmp(40, 20)).await;
    }
    world.put("in/img/1.txt", "1 0.5 0.5 0.5 1\n").await;
    world.put("in/img/3.txt", "0 0.5 0.5 0.25 0.5\n").await;
    let dataset = world.dataset(DatasetType::ObjectDetection).await;
    let task = world.import(&dataset, own(&dataset)).await;
    assert_eq!(world.shown(&dataset).await, ["in/img/1.bmp: dog", "in/img/2.bmp: ", "in/img/3.bmp: cat"]);
    let samples = world.samples(&dataset).await;
    assert_eq!(samples[0].labels[0].property["@modelarts:feature"], json!([[10, 0], [30, 20]]));
    let usages: Vec<_> = samples.iter().map(|s| s.usage).collect();
    assert_eq!(usages, [Some(Usage::Train), Some(Usage::Train), Some(Usage::Eval)]);
    assert_eq!((task.counts.total, task.counts.finished), (4, 3));
    assert!(task.counts.left_out.contains("object not found"), "{}", task.counts.left_out);
}

#[tokio::test]
async fn lines_of_text_are_samples_with_labels_behind_them_or_in_a_second_file() {
    let world = World::new().await;
    let (gbk, _, _) = encoding_rs::GBK.encode("很好的一天\t好\n\n不好的一天\t坏,差\n");
    world.put("in/a.txt", &gbk).await;
    world.put("in/b.csv", "\"so, so\",good\nplain\n").await;
    let dataset = world.dataset(DatasetType::TextClassification).await;
    world.import(&dataset, own(&dataset)).await;
    let expected = ["很好的一天: 好", "不好的一天: 坏,差", "so, so: good", "plain: "];
    assert_eq!(world.shown(&dataset).await, expected);
    let place = world.samples(&dataset).await[1].place.clone();
    assert!(matches!(place, Place::Line(_, 3)), "empty lines count: {place:?}");

    world.put("other/c.txt", "one\ntwo\nthree\n").await;
    world.put("other/c_result.txt", "x\n\ny;z\n").await;
    let mut options = from("/b/other/");
    options.format = LabelFormat::parse(Some("0"), None, Some(";")).unwrap();
    let task = world.import(&dataset, options).await;
    let shown = world.shown(&dataset).await;
    for line in ["one: x", "two: ", "three: y,z"] {
        assert!(shown.contains(&line.to_owned()), "{shown:?}");
    }
    assert_eq!((task.counts.total, task.counts.files_finished), (3, 1));
}

#[tokio::test]
async fn rows_of_a_table_take_the_types_of_the_schema() {
    let world = World::new().await;
    world.put("in/t.csv", "n,when\n1,2024-02-29\nx,2024-02-30\n1,2,3\n").await;
    let schema = json!({"schema": [{"name": "n", "type": "INT"}, {"name": "when", "type": "Date"}]});
    let Value::Object(definition) = schema else { panic!("an object") };
    let dataset = world.dataset_with(DatasetType::Table, definition).await;
    let mut options = own(&dataset);
    options.header = true;
    let task = world.import(&dataset, options).await;
    let rows = ["{\"n\":1,\"when\":\"2024-02-29\"}: ", "{\"n\":null,\"when\":null}: "];
    assert_eq!(world.shown(&dataset).await, rows);
    assert!(task.counts.left_out.contains("another number of columns"), "{}", task.counts.left_out);
}

#[tokio::test]
async fn sounds_take_the_name_of_their_directory() {
    let world = World::new().await;
    world.put("in/bark/x.wav", "sound").await;
    world.put("in/y.wav", "sound").await;
    let dataset = world.dataset(DatasetType::SoundClassification).await;
    world.import(&dataset, own(&dataset)).await;
    assert_eq!(world.shown(&dataset).await, ["in/bark/x.wav: bark", "in/y.wav: "]);
}

#[tokio::test]
async fn a_manifest_brings_labels_usage_and_hardness() {
    let world = World::new().await;
    world.put("in/a.jpg", "image").await;
    world.put("far/b.jpg", "image").await;
    let manifest = "{\"source\":\"s3://b/in/a.jpg\",\"usage\":\"train\",\"hard\":\"true\",\"hard-coefficient\":0.5,\"annotation\":[\
        {\"type\":\"modelarts/image_classification\",\"name\":\"cat\",\"confidence\":0.7,\"property\":{\"fur\":\"white\"},\
        \"annotated-by\":\"human/t/u\"},{\"type\":\"modelarts/image_classification\",\"name\":\"pet\"}]}\n\n\
        {\"source\":\"obs://b/far/b.jpg\"}\nnot json\n{\"source\":\"obs://b/far/gone.jpg\"}\n";
    world.put("m/v.manifest", manifest).await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let mut options = ImportOptions::new("/b/m/v.manifest", ImportFrom::Manifest).unwrap();
    options.set_folder("set").unwrap();
    let task = world.import(&dataset, options).await;
    assert_eq!(world.shown(&dataset).await, ["in/a.jpg: cat,pet", "in/set/b/far/b.jpg: "]);
    let first = &world.samples(&dataset).await[0];
    assert_eq!((first.usage, first.hardness.hard), (Some(Usage::Train), Some(true)));
    assert_eq!(first.labels[0].score.map(|s| s.get()), Some(0.7));
    assert_eq!(
        (first.labels[0].annotated_by.as_str(), &first.labels[0].property["fur"]),
        ("human/t/u", &json!("white"))
    );
    assert_eq!((task.counts.total, task.counts.finished, task.counts.files_finished), (4, 2, 1));
}
