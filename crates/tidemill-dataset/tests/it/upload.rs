//! Samples that clients send.

use crate::support::{World, project};
use tidemill_dataset::sample::{Content, Hardness, Upload};
use tidemill_dataset::{DatasetError, DatasetType};

fn text(name: &str, bytes: impl Into<Vec<u8>>) -> Upload {
    Upload {
        name: Some(name.to_owned()),
        content: Content::Inline(bytes.into().into()),
        encoding: None,
        labels: Vec::new(),
        usage: None,
        hardness: Hardness::default(),
        metadata: Default::default(),
    }
}

#[tokio::test]
async fn a_refused_text_leaves_nothing_and_its_name_free() {
    let world = World::new().await;
    let dataset = world.dataset(DatasetType::TextClassification).await;
    let long = format!("short\n{}\n", "x".repeat(100 * 1024 + 1));
    for bytes in [b"\xff\xfe broken".to_vec(), b"\n  \n".to_vec(), long.into_bytes()] {
        let refused = world.datasets.upload(&dataset, vec![text("a.txt", bytes)]).await.unwrap();
        assert!(matches!(&refused[..], [Err(DatasetError::Invalid(_))]), "{refused:?}");
    }
    let taken = world.datasets.upload(&dataset, vec![text("a.txt", "one\n\ntwo\n")]).await.unwrap();
    assert!(taken[0].is_ok(), "{taken:?}");
    let id = world.datasets.get(&project(), dataset.id.as_str()).await.unwrap().id;
    let samples = world.datasets.walk_samples(&id).next_page().await.unwrap();
    let lines: Vec<_> = samples.iter().map(|sample| sample.content.clone().unwrap()).collect();
    assert_eq!(lines, ["one", "two"]);
}
