//! Generators that the test builds, run as tasks.

use crate::onnx::{constant, model_of, node, port};
use crate::support::{BUCKET, World, ended, photographs, project, request, results};
use prost::Message;
use serde_json::{Value, json};
use tidemill_api::modelarts::processing::{ProcessorTaskRequest, ProcessorTaskVersion};
use tidemill_vision::{DecodeLimits, decode};

/// Eight numbers of noise as an image of 4 x 4.
fn of_noise() -> Vec<u8> {
    let weights = (0..8 * 48).map(|n| ((n * 37 % 101) as f32 - 50.0) / 40.0).collect();
    let shape = tract_onnx::pb::TensorProto {
        name: "shape".into(),
        dims: vec![4],
        data_type: tract_onnx::pb::tensor_proto::DataType::Int64.into(),
        int64_data: vec![-1, 3, 4, 4],
        ..Default::default()
    };
    let nodes = vec![
        node("MatMul", &["z", "w"], "m"),
        node("Reshape", &["m", "shape"], "r"),
        node("Tanh", &["r"], "y"),
    ];
    let constants = vec![constant("w", &[8, 48], weights), shape];
    model_of(nodes, constants, port("z", &[0, 8]), port("y", &[0, 3, 4, 4])).encode_to_vec()
}

/// The negative of an image.
fn of_images() -> Vec<u8> {
    let ports = (port("image", &[0, 3, 0, 0]), port("y", &[0, 3, 0, 0]));
    model_of(vec![node("Neg", &["image"], "y")], Vec::new(), ports.0, ports.1).encode_to_vec()
}

fn predict(operator: &str, params: Value) -> ProcessorTaskRequest {
    let mut given = json!({"predict": "True", "resume": format!("obs://{BUCKET}/models/g.onnx")});
    given.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
    request("sys_data_augmentation", json!([{"name": operator, "params": given}]))
}

async fn world(model: Vec<u8>) -> World {
    let world = World::new().await;
    world.put("models/g.onnx", model).await;
    for (name, bytes) in photographs(6) {
        world.put(&format!("in/horse/{name}"), bytes.clone()).await;
        world.put(&format!("in/zebra/{name}"), bytes).await;
    }
    world
}

async fn run(
    world: &World,
    body: ProcessorTaskRequest,
) -> (ProcessorTaskVersion, Vec<tidemill_processing::SampleResult>) {
    let processing = world.process().await;
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(&processing, &task).await;
    let rows = results(&processing, &version).await;
    processing.shutdown().await;
    (version, rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_made_of_noise_for_each_class() {
    let mut world = world(of_noise()).await;
    world.config.shard_samples = 5;
    let (version, rows) =
        run(&world, predict("StyleGAN", json!({"generate_num": "7", "resolution": "64"}))).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    assert_eq!((version.origin_sample_count, version.add_sample_count), (Some(12), Some(14)));
    assert_eq!((version.unmodified_sample_count, version.deleted_sample_count), (Some(12), Some(0)));
    let output = world.objects(&format!("out/{}", version.task_version_id)).await;
    let manifest = String::from_utf8(output["output_0.manifest"].clone()).unwrap();
    let lines: Vec<Value> = manifest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 14);
    assert_eq!(lines[0]["property"]["generator"], "onnx");
    assert_eq!(lines[13]["annotation"][0]["name"], "zebra");
    let images: Vec<_> = (0..2)
        .flat_map(|class| (0..7).map(move |n| format!("Data/CYcleGan_{class}_{n}.jpg")))
        .map(|name| decode(&output[&name], &DecodeLimits::default()).unwrap().pixels)
        .collect();
    assert!(images.iter().all(|image| (image.width(), image.height()) == (4, 4)));
    assert!(images[0] != images[1] && images[0] != images[7], "noise is not that of its image");
    assert_eq!(rows.len(), 14);
    for row in &rows {
        assert_eq!((&row.origin, row.property, row.reasons[0].code.as_str()), (&None, 3, "generated"));
        assert_eq!(row.scores["generator"]["digest"].as_str().unwrap().len(), 64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn images_of_the_first_input_become_others() {
    let world = world(of_images()).await;
    let mut body = predict("CycleGAN", json!({"image_width": "16", "image_height": "8"}));
    let input = |directory: &str| json!({"type": "OBS", "source": format!("/{BUCKET}/in/{directory}/")});
    body.inputs = serde_json::from_value(json!([input("horse"), input("zebra")])).unwrap();
    let (version, rows) = run(&world, body).await;
    assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
    assert_eq!((version.origin_sample_count, version.add_sample_count), (Some(6), Some(6)));
    let output = world.objects(&format!("out/{}", version.task_version_id)).await;
    let image = decode(&output["Data/CYcleGan_0_0.jpg"], &DecodeLimits::default()).unwrap().pixels;
    assert_eq!((image.width(), image.height()), (16, 8));
    let mean = |rgb: &[u8]| rgb.iter().map(|v| f64::from(*v)).sum::<f64>() / rgb.len() as f64;
    let before = decode(&photographs(6)[0].1, &DecodeLimits::default()).unwrap().pixels;
    assert!((mean(before.rgb()) + mean(image.rgb()) - 255.0).abs() < 4.0, "it is no negative");
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().all(|row| row.property == 3 && row.reasons.last().unwrap().code == "translated"));
    assert_eq!(rows[0].origin.as_ref().unwrap().key, "in/horse/000.jpg");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_says_why_before_anything_is_read() {
    let world = world(b"no model at all".to_vec()).await;
    let (version, _) = run(&world, predict("StyleGAN", json!({}))).await;
    let why = version.error_msg.unwrap();
    assert!(version.status == 3 && why.contains("is not an ONNX model"), "{why}");
    world.put("models/g.onnx", of_images()).await;
    let mut body = predict("StyleGAN", json!({}));
    body.name = Some("other".into());
    let (version, _) = run(&world, body).await;
    let why = version.error_msg.unwrap();
    assert!(version.status == 3 && why.contains("this one takes images"), "{why}");

    let processing = world.process().await;
    let refused = |params: Value| {
        let mut body = predict("StyleGAN", params);
        body.name = Some("refused".into());
        let processing = processing.clone();
        async move { processing.create_task(&project(), body).await.unwrap_err().to_string() }
    };
    let missing = refused(json!({"resume": format!("obs://{BUCKET}/models/none.onnx")})).await;
    assert!(missing.contains("models/none.onnx does not exist"), "{missing}");
    let format = refused(json!({"resume": format!("obs://{BUCKET}/models/g.pb")})).await;
    assert!(format.contains("unsupported_model_format"), "{format}");
    assert!(refused(json!({"resolution": 100})).await.contains("power of two"));
    let mut body = request("sys_data_augmentation", json!([{"name": "CycleGAN", "params": {}}]));
    body.name = Some("training".into());
    let one = processing.create_task(&project(), body.clone()).await.unwrap_err().to_string();
    assert!(one.contains("The number of inputs 1 is invalid for the training of CycleGAN"), "{one}");
    let input = json!({"type": "OBS", "source": format!("/{BUCKET}/in/")});
    body.inputs = serde_json::from_value(json!([input, input])).unwrap();
    let task = processing.create_task(&project(), body).await.unwrap();
    let version = ended(&processing, &task).await;
    let why = version.error_msg.unwrap();
    assert!(version.status == 3 && why.contains("no trainer configured"), "{why}");
    processing.shutdown().await;
}
