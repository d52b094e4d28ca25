//! A published segmentation has masks in the colours of its label files.

use crate::support::{World, own, project};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::json;
use tidemill_dataset::sample::{Relabel, SampleLabel};
use tidemill_dataset::version::NewVersion;
use tidemill_dataset::{DatasetType, LabelType};
use tidemill_vision::voc::Document;
use tidemill_vision::{DecodeLimits, Pixels, decode};

/// A triangle and a box that lies above a part of it, in an image of 40 x 30.
const LABELS: &str = "<annotation><filename>a.jpg</filename>\
    <size><width>40</width><height>30</height><depth>3</depth></size><segmented>1</segmented>\
    <mask_source>obs://b/in/a_mask.png</mask_source>\
    <object><name>roof</name><mask_color>193,243,53</mask_color><polygon>\
    <x1>2</x1><y1>28</y1><x2>20</x2><y2>4</y2><x3>38</x3><y3>28</y3><x4>2</x4><y4>28</y4></polygon></object>\
    <object><name>door</name><bndbox><xmin>16</xmin><ymin>18</ymin><xmax>24</xmax><ymax>28</ymax></bndbox></object>\
    </annotation>";

async fn segmentation(labels: &str) -> (World, tidemill_dataset::Dataset) {
    let world = World::new().await;
    world.put("in/a.jpg", "image").await;
    world.put("in/a.xml", labels).await;
    let dataset = world.dataset(DatasetType::ImageSegmentation).await;
    world.import(&dataset, own(&dataset)).await;
    (world, dataset)
}

async fn read(world: &World, key: &str) -> Vec<u8> {
    world.bucket.get(&Path::from(key)).await.unwrap().bytes().await.unwrap().to_vec()
}

/// The keys below the directory of a version that end so.
async fn keys(world: &World, version: &str, end: &str) -> Vec<String> {
    let all: Vec<_> = world.bucket.list(Some(&Path::from("made"))).try_collect().await.unwrap();
    let keys = all.into_iter().map(|object| object.location.to_string());
    keys.filter(|key| key.contains(&format!("annotation/{version}/")) && key.ends_with(end)).collect()
}

/// The label file and the mask of the only sample of a version.
async fn published(world: &World, version: &str) -> (Document, Pixels) {
    let [xml, png] = [keys(world, version, ".xml").await, keys(world, version, ".png").await];
    assert_eq!((xml.len(), png.len()), (1, 1), "{xml:?} {png:?}");
    assert!(png[0].ends_with(&format!("annotation/{version}/segmentationClassRaw/a.png")), "{png:?}");
    let document = Document::parse(&read(world, &xml[0]).await).unwrap();
    assert_eq!(document.text("mask_source"), Some(format!("obs://b/{}", png[0]).as_str()));
    assert_eq!(document.text("segmented"), Some("1"));
    let mask = decode(&read(world, &png[0]).await, &DecodeLimits::default()).unwrap().pixels;
    (document, mask)
}

fn color(document: &Document, object: usize) -> Vec<u8> {
    let color = document.objects[object].mask_color.as_deref().unwrap();
    color.split(',').map(|part| part.parse().unwrap()).collect()
}

fn pixel(mask: &Pixels, x: usize, y: u32) -> Vec<u8> {
    mask.row(y)[3 * x..3 * x + 3].to_vec()
}

#[tokio::test]
async fn masks_show_what_the_label_files_say() {
    let (world, dataset) = segmentation(LABELS).await;
    world.published(&dataset, NewVersion::default()).await;
    let (document, mask) = published(&world, "V001").await;
    assert_eq!((mask.width(), mask.height()), (40, 30));
    assert_eq!(color(&document, 0), [193, 243, 53]);
    let door = color(&document, 1);
    assert_ne!(door, [0, 0, 0]);
    for (x, y, expected) in [(20, 10, vec![193, 243, 53]), (20, 20, door.clone()), (1, 1, vec![0; 3])] {
        assert_eq!(pixel(&mask, x, y), expected, "{x} {y}");
    }

    // What is labeled anew is drawn anew, in the same colour for the same label.
    let sample = world.samples(&dataset).await.remove(0);
    let mut label = SampleLabel::named("door", LabelType::ImageSegmentation, "human/t/u");
    label.property.insert("@modelarts:shape".to_owned(), json!("circle"));
    label.property.insert("@modelarts:feature".to_owned(), json!([[10, 10], [5]]));
    let change = Relabel { id: sample.id, labels: vec![label], ..Relabel::default() };
    world.datasets.relabel(&dataset, vec![change]).await.unwrap().remove(0).unwrap();
    world.clock.advance(std::time::Duration::from_secs(60));
    world.published(&dataset, NewVersion::default()).await;
    let (document, mask) = published(&world, "V002").await;
    assert_eq!(color(&document, 0), door);
    assert_eq!((pixel(&mask, 10, 10), pixel(&mask, 20, 20)), (door, vec![0; 3]));
}

#[tokio::test]
async fn an_absurd_size_has_no_mask_and_the_version_is_made() {
    let absurd = LABELS.replace("<width>40</width>", "<width>4000000000</width>");
    let (world, dataset) = segmentation(&absurd).await;
    world.published(&dataset, NewVersion::default()).await;
    assert_eq!(keys(&world, "V001", ".png").await, Vec::<String>::new());
    let xml = keys(&world, "V001", ".xml").await;
    let document = Document::parse(&read(&world, &xml[0]).await).unwrap();
    assert_eq!(document.text("mask_source"), Some("obs://b/in/a_mask.png"));
    let dataset = world.datasets.get(&project(), dataset.id.as_str()).await.unwrap();
    assert!(dataset.current_version.is_some());
}
