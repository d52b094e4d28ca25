//! Imports as tasks: options, refusals, one at a time, restart, deletion.

use crate::support::{World, bmp, from, own, project, put};
use futures::TryStreamExt;
use object_store::ObjectStore;
use std::time::Duration;
use tidemill_dataset::sample::{Sample, SampleStatus};
use tidemill_dataset::task::{FailureReason, TaskKind, TaskState};
use tidemill_dataset::{
    Activity, DatasetError, DatasetStatus, DatasetType, ImportFrom, ImportOptions, PathError,
};

#[tokio::test]
async fn objects_from_elsewhere_are_copied_and_a_folder_used_twice_does_not_double_them() {
    let world = World::new().await;
    let other = world.buckets.make("other");
    put(&other, "pics/cat/1.jpg", "image").await;
    world.put("far/dog/2.jpg", "image").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let task = world.import(&dataset, from("s3://other/pics")).await;
    let copy = format!("in/import_{}/other/pics/cat/1.jpg", task.created_ms);
    assert_eq!(world.shown(&dataset).await, [format!("{copy}: cat")]);
    assert_eq!((task.counts.files_finished, task.counts.bytes_finished), (1, 5));
    for _ in 0..2 {
        let mut options = from("/b/far/");
        options.set_folder("twice").unwrap();
        world.import(&dataset, options).await;
    }
    assert_eq!(
        world.shown(&dataset).await,
        [format!("{copy}: cat"), "in/twice/b/far/dog/2.jpg: dog".to_owned()]
    );
}

#[tokio::test]
async fn a_copy_below_the_directory_that_is_read_is_not_copied_again() {
    let world = World::new().await;
    world.put("1.jpg", "image").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    for _ in 0..2 {
        world.import(&dataset, from("/b/")).await;
        world.clock.advance(Duration::from_secs(1));
    }
    // The second import finds the first one's copy below the input path and the original outside of it.
    assert_eq!(world.samples(&dataset).await.len(), 2);
}

#[tokio::test]
async fn labels_can_be_filtered_left_out_and_wait_for_confirmation() {
    let world = World::new().await;
    for key in ["in/cat/1.jpg", "in/dog/2.jpg", "in/cow/3.jpg"] {
        world.put(key, "image").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let mut options = own(&dataset);
    (options.included, options.annotations) = (vec!["cat".to_owned(), "dog".to_owned()], false);
    options.excluded = vec!["dog".to_owned()];
    world.import(&dataset, options).await;
    assert_eq!(world.shown(&dataset).await, ["in/cat/1.jpg: "]);

    let mut options = own(&dataset);
    (options.samples, options.confirmed) = (false, false);
    let task = world.import(&dataset, options).await;
    assert_eq!(world.shown(&dataset).await, ["in/cat/1.jpg: cat"]);
    assert_eq!((task.counts.finished, task.counts.unconfirmed), (1, 1));
    assert_eq!(world.samples(&dataset).await[0].status, SampleStatus::Unconfirmed);
}

#[tokio::test]
async fn labels_alone_find_what_an_import_from_elsewhere_copied_and_copy_nothing() {
    let world = World::new().await;
    for key in ["far/cat/1.jpg", "far/dog/2.jpg", "other/cat/1.jpg"] {
        world.put(key, "image").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let mut options = from("/b/far/");
    options.annotations = false;
    world.import(&dataset, options).await;
    world.put("far/cow/3.jpg", "image").await;
    let before = world.samples(&dataset).await;
    let objects = world.bucket.list(None).try_collect::<Vec<_>>().await.unwrap().len();

    world.clock.advance(Duration::from_secs(1));
    let mut options = from("/b/far/");
    options.samples = false;
    let task = world.import(&dataset, options).await;
    let labels: Vec<String> =
        world.samples(&dataset).await.into_iter().map(|s| s.labels[0].name.clone()).collect();
    assert_eq!(labels, ["cat", "dog"]);
    let left_out = "1 x no sample of the dataset to be labeled (obs://b/far/cow/3.jpg)";
    assert_eq!((task.counts.finished, task.counts.left_out.as_str()), (2, left_out));
    let facts = |samples: &[Sample]| {
        samples.iter().map(|s| (s.place.clone(), s.etag.clone(), s.modified_ms)).collect::<Vec<_>>()
    };
    assert_eq!(facts(&world.samples(&dataset).await), facts(&before));
    assert_eq!(world.bucket.list(None).try_collect::<Vec<_>>().await.unwrap().len(), objects);
    // A file of that name from another directory is no such sample.
    let mut options = from("/b/other/");
    options.samples = false;
    let task = world.import(&dataset, options).await;
    assert_eq!(task.state, TaskState::Failed);
    assert!(task.failure.unwrap().message.contains("1 x no sample of the dataset"));
}

#[tokio::test]
async fn label_files_that_cannot_be_read_are_named_with_the_cause() {
    let world = World::new().await;
    for (name, file) in [("a", "<broken"), ("b", "<!DOCTYPE x><annotation/>"), ("c", "<annotation/>")] {
        world.put(&format!("in/{name}.jpg"), "image").await;
        world.put(&format!("in/{name}.xml"), file).await;
    }
    let dataset = world.dataset(DatasetType::ObjectDetection).await;
    let task = world.import(&dataset, own(&dataset)).await;
    let told = &task.counts.left_out;
    assert!(told.starts_with("2 x label file cannot be read (obs://b/in/a.jpg: "), "{told}");
    assert!(told.contains(", obs://b/in/b.jpg: ") && told.contains("declares a document type"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_imported_is_refused() {
    let world = World::new().await;
    world.put("odd/x.gif", "image").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let owner = project();
    let start = |options| world.datasets.start_import(&owner, dataset.id.as_str(), options);
    let missing = start(from("/nowhere/in/")).await.unwrap_err();
    assert!(matches!(missing, DatasetError::Path(PathError::NoBucket(_))), "{missing}");
    let missing = start(from("/b/empty/")).await.unwrap_err();
    assert!(matches!(missing, DatasetError::Path(PathError::NotFound(_))), "{missing}");
    let nothing = start(from("/b/odd/")).await.unwrap_err();
    assert!(matches!(nothing, DatasetError::Path(PathError::NothingImportable(_))), "{nothing}");
    let manifest = ImportOptions::new("/b/odd/v.manifest", ImportFrom::Manifest).unwrap();
    let missing = start(manifest).await.unwrap_err();
    assert!(matches!(missing, DatasetError::Path(PathError::NotFound(_))), "{missing}");
    let unknown = world.datasets.start_import(&project(), "x", from("/b/odd/")).await.unwrap_err();
    assert!(matches!(unknown, DatasetError::Unknown(_)), "{unknown}");
}

#[tokio::test]
async fn nothing_importable_behind_the_first_look_fails_the_task() {
    let world = World::new().await;
    world.put("m/v.manifest", "\n").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let manifest = ImportOptions::new("/b/m/v.manifest", ImportFrom::Manifest).unwrap();
    let task = world.import(&dataset, manifest).await;
    assert_eq!(task.state, TaskState::Failed);
    assert_eq!(task.failure.map(|failure| failure.reason), Some(FailureReason::NothingImportable));
    let dataset = world.datasets.get(&project(), dataset.id.as_str()).await.unwrap();
    assert_eq!(dataset.status, DatasetStatus::Normal);
}

#[tokio::test]
async fn a_manifest_of_which_no_line_can_be_read_fails_and_says_why() {
    let world = World::new().await;
    world.put("m/v.manifest", "{\"source\":\nno line\n").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    let manifest = ImportOptions::new("/b/m/v.manifest", ImportFrom::Manifest).unwrap();
    let task = world.import(&dataset, manifest).await;
    assert_eq!(task.state, TaskState::Failed);
    let failure = task.failure.unwrap();
    assert_eq!(failure.reason, FailureReason::NothingImportable);
    let why = "dataset of this type can take: 2 x line of the manifest cannot be read (line 1";
    assert!(failure.message.contains(why), "{}", failure.message);
    assert_eq!((task.counts.total, task.counts.finished), (2, 0));
}

#[tokio::test]
async fn only_one_import_or_synchronisation_at_a_time() {
    let world = World::new().await;
    world.put("in/1.jpg", "image").await;
    world.put("in/1.txt", "cat").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.bucket.set_open(false);
    let id = world.datasets.start_import(&project(), dataset.id.as_str(), own(&dataset)).await.unwrap();
    assert!(id.starts_with(&format!("{}_", dataset.id)) && id.len() == 39, "{id}");
    let again =
        world.datasets.start_import(&project(), dataset.id.as_str(), own(&dataset)).await.unwrap_err();
    assert!(matches!(again, DatasetError::Busy(Activity::Importing)), "{again}");
    let sync = world.datasets.start_sync(&project(), dataset.id.as_str()).await.unwrap_err();
    assert!(matches!(sync, DatasetError::Busy(Activity::Importing)), "{sync}");
    world.bucket.set_open(true);
    assert_eq!(world.ended(&dataset, TaskKind::Import, &id).await.state, TaskState::Completed);
    assert_eq!(world.shown(&dataset).await, ["in/1.jpg: cat"]);
}

#[tokio::test]
async fn an_import_goes_on_after_a_restart() {
    let mut world = World::new().await;
    for n in 0..20 {
        world.put(&format!("far/{n:02}.jpg"), "image").await;
        world.put(&format!("far/{n:02}.txt"), "cat").await;
    }
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.bucket.set_open(false);
    let id = world.datasets.start_import(&project(), dataset.id.as_str(), from("/b/far/")).await.unwrap();
    world.restart().await;
    world.bucket.set_open(true);
    let task = world.ended(&dataset, TaskKind::Import, &id).await;
    assert_eq!((task.state, task.counts.finished), (TaskState::Completed, 20));
    let shown = world.shown(&dataset).await;
    assert_eq!(shown.len(), 20);
    assert_eq!(shown[0], format!("in/import_{}/b/far/00.jpg: cat", task.created_ms));
}

#[tokio::test]
async fn a_dataset_can_be_deleted_while_it_imports() {
    let world = World::new().await;
    world.put("in/1.jpg", "image").await;
    world.put("in/1.txt", "cat").await;
    let dataset = world.dataset(DatasetType::ImageClassification).await;
    world.bucket.set_open(false);
    let id = world.datasets.start_import(&project(), dataset.id.as_str(), own(&dataset)).await.unwrap();
    world.datasets.delete(&project(), dataset.id.as_str()).await.unwrap();
    world.bucket.set_open(true);
    assert!(world.datasets.get(&project(), dataset.id.as_str()).await.is_err());
    assert!(world.samples(&dataset).await.is_empty());
    let same = world.dataset(DatasetType::ImageClassification).await;
    assert!(world.samples(&same).await.is_empty());
    assert_eq!(world.datasets.task(&same.id, TaskKind::Import, &id).await.unwrap(), None);
}

#[tokio::test]
async fn a_label_file_without_a_picture_is_told_of() {
    let world = World::new().await;
    world.put("in/a.jpg", bmp(4, 3)).await;
    let boxed = "<annotation><object><name>cat</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>";
    for key in ["in/a.xml", "in/b.xml"] {
        world.put(key, boxed).await;
    }
    let dataset = world.dataset(DatasetType::ObjectDetection).await;
    let task = world.import(&dataset, own(&dataset)).await;
    assert_eq!((task.counts.total, task.counts.added), (1, 1), "{task:?}");
    let told = &task.counts.left_out;
    assert!(told.starts_with("1 x label file without a sample") && told.contains("in/b.xml"), "{told}");
    let sample = world.samples(&dataset).await.remove(0);
    let size = &sample.metadata["@modelarts:size"];
    assert_eq!(size, &serde_json::json!([4, 3, 3]), "what the label file lacks is read from the picture");
}
