//! New samples that no output holds: each is told with its reason and with what it was compared with.

use crate::support::{World, ended, photographs, project, request, results, results_of};
use serde_json::{Value, json};
use tidemill_api::modelarts::processing::ProcessorTaskVersion;
use tidemill_processing::{Processing, SampleResult, WITHDRAWN};

/// Runs operators over `in/`: the version, its results, and what was withdrawn.
async fn run(
    processing: &Processing,
    operators: Value,
) -> (ProcessorTaskVersion, Vec<SampleResult>, Vec<SampleResult>) {
    let mut body = request("sys_data_augmentation", operators.clone());
    body.name = Some(format!("task-{}", operators.as_array().unwrap().len()));
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(processing, &task).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    let rows = results(processing, &version).await;
    let withdrawn = results_of(processing, &version, Some(WITHDRAWN)).await;
    (version, rows, withdrawn)
}

fn counts(version: &ProcessorTaskVersion) -> [Option<i64>; 5] {
    [
        version.origin_sample_count,
        version.unmodified_sample_count,
        version.modified_sample_count,
        version.deleted_sample_count,
        version.add_sample_count,
    ]
}

fn unchecked(name: &str, mut params: Value) -> Value {
    params["do_validation"] = "False".into();
    json!({"name": name, "params": params})
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_a_later_operator_leaves_out_are_told() {
    let world = World::new().await;
    let pictures = photographs(2);
    for (number, (_, bytes)) in pictures.iter().cycle().take(5).enumerate() {
        world.put(&format!("in/{number}.jpg"), bytes.clone()).await;
    }
    let processing = world.process().await;
    let operators = json!([unchecked("Flip", json!({})), unchecked("SimDeduplication", json!({}))]);
    let (version, rows, withdrawn) = run(&processing, operators).await;
    assert_eq!(counts(&version), [5, 5, 0, 0, 2].map(Some));
    assert_eq!((rows.len(), withdrawn.len()), (2, 3));
    for row in &withdrawn {
        let codes: Vec<_> = row.reasons.iter().map(|why| why.code.as_str()).collect();
        assert_eq!(codes, ["augmented_flip", "identical"]);
        let kept = row.compared_with.as_ref().unwrap();
        assert!(rows.iter().any(|row| row.origin.as_ref() == Some(kept)), "{kept}");
    }
    let told = "3 new samples were withdrawn (identical 3), each with its reason in the results with \
                tidemill_withdrawn=true";
    assert_eq!(version.tidemill.unwrap().warnings, [told]);

    let thin = unchecked("RRD", json!({"sample_ratio": "0.4", "n_clusters": "1"}));
    let operators = json!([unchecked("Flip", json!({})), unchecked("Grayscale", json!({})), thin]);
    let (version, rows, withdrawn) = run(&processing, operators).await;
    assert_eq!(counts(&version), [5, 5, 0, 0, 2].map(Some));
    assert_eq!((rows.len(), withdrawn.len()), (2, 3));
    assert!(withdrawn.iter().all(|row| row.compared_with.is_some()), "{withdrawn:#?}");
    processing.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_which_nothing_is_left_warns_whichever_operator_was_too_much() {
    let mut world = World::new().await;
    // Else nothing so large would be begun.
    world.config.memory_bytes = 8 << 30;
    world.put("in/a.jpg", photographs(1).remove(0).1).await;
    let processing = world.process().await;
    let sides = json!({"px_left": "10000", "px_right": "10000", "px_top": "10000", "px_bottom": "10000"});
    let (flip, pad) = (unchecked("Flip", json!({})), unchecked("Padding", sides));
    for (operators, expected) in
        [(json!([flip, pad]), &["augmented_flip", "too_large"][..]), (json!([pad]), &["too_large"])]
    {
        let (version, rows, withdrawn) = run(&processing, operators).await;
        assert_eq!((counts(&version), rows.len()), ([1, 1, 0, 0, 0].map(Some), 0));
        let codes: Vec<_> = withdrawn[0].reasons.iter().map(|why| why.code.as_str()).collect();
        assert_eq!(codes, expected);
        assert_eq!(version.tidemill.unwrap().warnings[0], "no sample is left: every new one was withdrawn");
    }
    processing.shutdown().await;
}
