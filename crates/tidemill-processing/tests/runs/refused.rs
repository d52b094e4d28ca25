//! What is refused before a run is stored, and what a run says that was.

use crate::composed::dataset_of;
use crate::support::{BUCKET, World, ended, photographs, project, request, results, until};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::{Value, json};
use tidemill_api::modelarts::processing::ProcessorTaskRequest;
use tidemill_dataset::{DatasetType, PathError};
use tidemill_processing::{Processing, ProcessingError, TaskFilter};

/// A request with other members.
fn with(body: ProcessorTaskRequest, members: Value) -> ProcessorTaskRequest {
    let mut json = serde_json::to_value(body).unwrap();
    json.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    serde_json::from_value(json).unwrap()
}

fn validation(params: Value) -> ProcessorTaskRequest {
    request("sys_data_validation", json!([{"name": "MetaValidation", "params": params}]))
}

async fn refused(processing: &Processing, body: ProcessorTaskRequest) -> ProcessingError {
    processing.create_task(&project(), body).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn results_go_into_datasets_of_their_type_only() {
    let world = World::new().await;
    world.put("in/cat/a.jpg", photographs(1).remove(0).1).await;
    let (processing, datasets) = world.process_with_datasets().await;
    let first = validation(json!({"task_type": "image_classification"}));
    let task = processing.create_task(&project(), first).await.unwrap();
    ended(&processing, &task).await;
    let of_task = json!([{"type": "TASK", "source": task}]);
    for kind in [DatasetType::TextClassification, DatasetType::SoundClassification, DatasetType::Table] {
        let set = dataset_of(&datasets, kind).await.id.to_string();
        let into = json!({"name": "into", "work_path": {"type": "DATASET", "path": set}});
        let error = refused(&processing, with(validation(json!({})), into)).await;
        let told = error.to_string();
        assert!(matches!(error, ProcessingError::Invalid(_)), "{told}");
        assert!(told.contains(&format!("{} ({kind:?})", kind.code())), "{told}");
        datasets.delete(&project(), &set).await.unwrap();
    }
    let set = dataset_of(&datasets, DatasetType::ObjectDetection).await.id.to_string();
    let into = json!({"name": "into", "work_path": {"type": "DATASET", "path": set}});
    let told = "the type 1 (ObjectDetection), but the results are samples of a dataset of the type 0 (ImageClassification)";
    let of_type = with(validation(json!({"task_type": "image_classification"})), into.clone());
    assert!(refused(&processing, of_type).await.to_string().contains(told));
    let mut of_task = with(validation(json!({})), json!({"inputs": of_task}));
    of_task = with(of_task, into.clone());
    assert!(refused(&processing, of_task).await.to_string().contains(told));
    let named = with(
        validation(json!({})),
        json!({"name": "into", "work_path": {"type": "DATASET", "path": set, "version_name": "a b"}}),
    );
    assert!(refused(&processing, named).await.to_string().contains("version_name"));
    let task = processing.create_task(&project(), with(validation(json!({})), into)).await.unwrap();
    let version = ended(&processing, &task).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    let id = datasets.get(&project(), &set).await.unwrap().id;
    let samples = datasets.walk_samples(&id).next_page().await.unwrap();
    assert!(samples[0].labels.is_empty(), "directories name nothing where boxes are wanted: {samples:?}");
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_cannot_do_is_known_before_pictures_are_read() {
    let world = World::new().await;
    for (name, bytes) in photographs(3) {
        world.put(&format!("in/{name}"), bytes).await;
    }
    let processing = world.process().await;
    for (params, told) in [
        (json!({"image_max_width": "0"}), "-1 (no limit)"),
        (json!({"image_max_height": "-2"}), "image_max_height"),
    ] {
        let error = refused(&processing, validation(params)).await.to_string();
        assert!(error.contains(told), "{error}");
    }
    let pcc = |params: Value| {
        let mut params = params;
        params["allow_basic_embedding"] = "True".into();
        request("sys_data_cleaning", json!([{"name": "PCC", "params": params}]))
    };
    let (here, gone) = (format!("obs://{BUCKET}/in/"), format!("obs://{BUCKET}/none/"));
    let error = refused(&processing, pcc(json!({"prototype_sample_path": gone}))).await;
    assert!(matches!(error, ProcessingError::Path(_)), "{error}");
    let both = json!({"prototype_sample_path": here, "criticism_sample_path": "obs://nowhere/x/"});
    let error = refused(&processing, pcc(both)).await;
    assert!(matches!(error, ProcessingError::Bucket(_)), "{error}");
    let wide = validation(json!({"image_max_width": "4000000000"}));
    let wide = processing.create_task(&project(), with(wide, json!({"name": "wide"}))).await.unwrap();
    assert_eq!(ended(&processing, &wide).await.unmodified_sample_count, Some(3));

    let groups = [
        (
            with(pcc(json!({"prototype_sample_path": here, "n_clusters": "3"})), json!({"name": "p"})),
            "1 to 2",
        ),
        (
            with(
                request("sys_data_selection", json!([{"name": "RRD", "params": {"n_clusters": 4}}])),
                json!({"name": "r"}),
            ),
            "1 to 3",
        ),
    ];
    for (body, told) in groups {
        let task = processing.create_task(&project(), body).await.unwrap();
        let version = ended(&processing, &task).await;
        let why = version.error_msg.unwrap_or_default();
        assert!(version.status == 3 && why.contains("n_clusters") && why.contains(told), "{why}");
    }
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn analysis_operators_are_known_ones() {
    let world = World::new().await;
    world.put("in/a.jpg", photographs(1).remove(0).1).await;
    let processing = world.process().await;
    let analysis = |operators: Value| {
        let template = json!({"id": "sys_data_analyse", "operator_params": operators});
        with(validation(json!({})), json!({"create_version": false, "template": template}))
    };
    let nonsense = json!([{"id": "sys_data_analyse"}, {"id": "nonsense"}]);
    let error = refused(&processing, analysis(nonsense)).await.to_string();
    assert!(error.contains("\"nonsense\" is unknown") && error.contains("brightness"), "{error}");
    let twice = json!([{"id": "brightness", "params": {"is_normed": true}}, {"id": "blur_score", "params": {"is_normed": false}}]);
    assert!(refused(&processing, analysis(twice)).await.to_string().contains("is_normed has two values"));
    let known = analysis(json!([{"id": "brightness"}, {"id": "blur_score"}]));
    assert!(refused(&processing, known).await.to_string().contains("source of a feature analysis"));
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_validation_before_an_operator_did_is_counted() {
    let world = World::new().await;
    let pictures = photographs(3);
    world.put("in/a.jpg", pictures[0].1.clone()).await;
    world.put("in/b.png", pictures[1].1.clone()).await;
    world.put("in/c.jpg", pictures[2].1[..pictures[2].1.len() / 2].to_vec()).await;
    let processing = world.process().await;
    for (status, expected) in [("[0,2]", [2, 0, 1]), ("[0,1,2]", [1, 1, 1]), ("", [1, 1, 1])] {
        let params = json!({"total_status": status});
        let body = request("sys_data_selection", json!([{"name": "SimDeduplication", "params": params}]));
        let body = with(body, json!({"name": format!("task-{}", status.len())}));
        let task = processing.create_task(&project(), body).await.unwrap();
        let version = ended(&processing, &task).await;
        let counts =
            [version.unmodified_sample_count, version.modified_sample_count, version.deleted_sample_count];
        assert_eq!(counts, expected.map(Some), "{status}");
        assert_eq!(version.tidemill.as_ref().unwrap().validation_dropped, Some(1));
        let rows = results(&processing, &version).await;
        let changed = &rows[1];
        assert_eq!(changed.property, expected[1], "{status}");
        assert!(changed.product.as_ref().unwrap().key.ends_with("b_checked.jpg"), "{changed:?}");
    }
    let by_path =
        |source: &str| TaskFilter { limit: 10, source: Some(source.to_owned()), ..Default::default() };
    for source in ["/bucket/in/", "obs://bucket/in", "s3://bucket/in/"] {
        assert_eq!(processing.list_tasks(&project(), &by_path(source)).await.unwrap().count, 3, "{source}");
    }
    assert_eq!(processing.list_tasks(&project(), &by_path("/bucket/other/")).await.unwrap().count, 0);

    world.buckets.bucket.delete(&Path::from("in/a.jpg")).await.unwrap();
    world.buckets.bucket.delete(&Path::from("in/b.png")).await.unwrap();
    let task = processing.create_task(&project(), with(validation(json!({})), json!({"name": "none"}))).await;
    let version = ended(&processing, &task.unwrap()).await;
    let notes = version.tidemill.unwrap();
    assert!(
        notes.warnings[0].contains("no sample is left") && notes.validation_dropped.is_none(),
        "{notes:?}"
    );
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_equal_pictures_of_a_task_the_largest_file_stays() {
    let world = World::new().await;
    let bytes = photographs(1).remove(0).1;
    // Bytes behind the end of a picture: the same pixels in a larger file.
    let larger = [&bytes[..], &[0; 5000][..]].concat();
    world.put("in/a.jpg", bytes.clone()).await;
    world.put("in/b.jpg", larger).await;
    let processing = world.process().await;
    let first = processing.create_task(&project(), validation(json!({}))).await.unwrap();
    ended(&processing, &first).await;
    let body = request("sys_data_selection", json!([{"name": "SimDeduplication", "params": {}}]));
    let inputs = json!({"name": "second", "inputs": [{"type": "TASK", "source": first}]});
    let second = processing.create_task(&project(), with(body, inputs)).await.unwrap();
    let version = ended(&processing, &second).await;
    let rows = results(&processing, &version).await;
    let shown: Vec<_> =
        rows.iter().map(|row| (row.origin.as_ref().unwrap().name().to_owned(), row.property)).collect();
    assert_eq!(shown, [("a.jpg".to_owned(), 2), ("b.jpg".to_owned(), 0)]);
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_file_that_cannot_be_read_is_told() {
    let world = World::new().await;
    world.put("in/a.jpg", photographs(1).remove(0).1).await;
    world.put("in/a.xml", "<annotation><object>").await;
    let processing = world.process().await;
    let body =
        request("sys_data_augmentation", json!([{"name": "Flip", "params": {"do_validation": "False"}}]));
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(&processing, &task).await;
    let rows = results(&processing, &version).await;
    let codes: Vec<_> = rows[0].reasons.iter().map(|why| why.code.as_str()).collect();
    assert_eq!(codes, ["unparsable", "augmented_flip"]);
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analysis_tells_what_it_could_not_measure() {
    let world = World::new().await;
    for (name, bytes) in photographs(4) {
        world.put(&format!("in/cat/{name}"), bytes).await;
    }
    let (processing, datasets) = world.process_with_datasets().await;
    let set = dataset_of(&datasets, DatasetType::ImageClassification).await.id.to_string();
    let body = with(validation(json!({})), json!({"work_path": {"type": "DATASET", "path": set}}));
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(&processing, &task).await.work_path.unwrap().version_id.unwrap();
    world.put("in/cat/001.jpg", "another picture").await;
    world.buckets.bucket.delete(&Path::from("in/cat/002.jpg")).await.unwrap();
    let body = serde_json::from_value(json!({
        "name": "features", "inputs": [{"type": "DATASET", "source": set}], "version_id": version,
        "template": {"id": "sys_data_analyse", "operator_params": [{"id": "brightness"}]},
    }));
    let task = processing.create_task(&project(), body.unwrap()).await.unwrap();
    let mut shown = None;
    until(async || {
        shown = Some(processing.describe_task(&project(), &task).await.unwrap());
        shown.as_ref().is_some_and(|task| task.status > 1)
    })
    .await;
    let shown = shown.unwrap();
    let result = shown.result.unwrap();
    assert_eq!(result["usage"]["all"]["image_count"], 2, "{result}");
    assert_eq!(result["usage"]["all"]["metrics"].as_object().unwrap().len(), 1, "{result}");
    assert_eq!(result["left_out"]["reasons"], json!({"source_changed": 1, "source_missing": 1}));
    assert_eq!(result["left_out"]["samples"][0]["source"], "s3://bucket/in/cat/001.jpg");
    let told = "2 pictures could not be measured: source_changed 1, source_missing 1";
    assert_eq!(shown.tidemill.unwrap().warnings, [told]);
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_output_goes_into_an_input() {
    let world = World::new().await;
    let picture = photographs(1).remove(0).1;
    for key in ["in/a.jpg", "more/b.jpg", "made/seen/c.jpg"] {
        world.put(key, picture.clone()).await;
    }
    let (processing, datasets) = world.process_with_datasets().await;
    let two = json!([{"type": "OBS", "source": "/bucket/made/seen/"}, {"type": "OBS", "source": "obs://bucket/more"}]);
    let into = |path: &str, kept: bool| {
        let body = with(validation(json!({})), json!({"inputs": two, "create_version": kept}));
        with(body, json!({"work_path": {"type": "OBS", "path": path}}))
    };
    for path in ["/bucket/more/", "obs://bucket/made/seen", "/bucket/more/deep/"] {
        for kept in [true, false] {
            let error = refused(&processing, into(path, kept)).await;
            assert!(matches!(error, ProcessingError::Output(PathError::InsideInput)), "{path}: {error}");
        }
    }
    let error = refused(&processing, into("/bucket/", true)).await;
    assert!(matches!(error, ProcessingError::Output(PathError::BareBucket("work_path"))), "{error}");
    let error = refused(&processing, into(&format!("/bucket/{}/", "x".repeat(700)), true)).await;
    assert!(matches!(error, ProcessingError::Output(PathError::Length("work_path"))), "{error}");

    // Beside an input, and above one, is fine; a version is refused the same.
    let task = processing.create_task(&project(), into("/bucket/made/", false)).await.unwrap();
    let version = serde_json::from_value(json!({"work_path": {"type": "OBS", "path": "/bucket/more/"}}));
    let error = processing.create_version(&project(), &task, version.unwrap()).await.unwrap_err();
    assert!(matches!(error, ProcessingError::Output(PathError::InsideInput)), "{error}");

    // What is below the input of a dataset would become samples of it.
    let set = dataset_of(&datasets, DatasetType::ImageClassification).await.id.to_string();
    let fill = json!({"name": "fill", "work_path": {"type": "DATASET", "path": set}});
    let task = processing.create_task(&project(), with(validation(json!({})), fill)).await.unwrap();
    assert_eq!(ended(&processing, &task).await.status, 2);
    let of_set = json!({"name": "of-set", "inputs": [{"type": "DATASET", "source": set}],
        "work_path": {"type": "OBS", "path": "/bucket/in/out/"}});
    let error = refused(&processing, with(validation(json!({})), of_set)).await;
    assert!(matches!(error, ProcessingError::Output(PathError::InsideInput)), "{error}");
    processing.shutdown().await;
}
