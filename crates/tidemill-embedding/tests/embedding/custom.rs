//! Models of a user's own: what is refused, and that a good one runs.

use crate::onnx::{constant, model_of, node, port};
use prost::Message;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use tidemill_embedding::{Embedder, Level, ModelDirectory, OpenError, try_model};
use tidemill_vision::Pixels;
use tract_onnx::pb::{
    AttributeProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
    attribute_proto::AttributeType, tensor_proto::DataType,
};

const FEATURES: usize = 32;

/// 8 x 8 pixels, times a matrix of weights; then `extra`, which takes `m` and gives `y`.
fn model(extra: Vec<NodeProto>, constants: Vec<TensorProto>) -> ModelProto {
    let weights = (0..192 * FEATURES).map(|n| ((n * 7919 % 101) as f32 - 50.0) / 50.0).collect();
    let mut nodes = vec![node("Flatten", &["x"], "f"), node("MatMul", &["f", "w"], "m")];
    nodes.extend(extra);
    let mut initializer = vec![constant("w", &[192, FEATURES as i64], weights)];
    initializer.extend(constants);
    model_of(nodes, initializer, port("x", &[0, 3, 8, 8]), port("y", &[0, FEATURES as i64]))
}

fn good() -> ModelProto {
    model(vec![node("Relu", &["m"], "y")], Vec::new())
}

fn written(model: &ModelProto, change: impl Fn(&mut Value)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let onnx = model.encode_to_vec();
    let mut description = json!({"name": "mine", "version": "1", "license": "MIT", "sha256": sha256(&onnx),
        "input": "x", "output": "y", "width": 8, "height": 8, "resize": "stretch", "filter": "triangle",
        "mean": [127.0, 127.0, 127.0], "std": [128.0, 128.0, 128.0], "color": "rgb"});
    change(&mut description);
    std::fs::write(folder.path().join("model.onnx"), onnx).unwrap();
    std::fs::write(folder.path().join("model.json"), description.to_string()).unwrap();
    folder
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refusal(model: &ModelProto) -> String {
    let folder = written(model, |_| {});
    try_model(&ModelDirectory::read(folder.path()).unwrap()).unwrap_err().to_string()
}

fn open(folder: &Path) -> Result<Embedder, OpenError> {
    Embedder::open(folder)
}

#[test]
fn a_model_runs_once_it_passed_its_trial() {
    let folder = written(&good(), |_| {});
    assert!(
        open(folder.path())
            .unwrap_err()
            .to_string()
            .contains("is not registered: run `tidemill model install")
    );
    let directory = ModelDirectory::read(folder.path()).unwrap();
    assert_eq!(try_model(&directory).unwrap(), FEATURES);
    directory.register().unwrap();
    let embedder = open(folder.path()).unwrap();
    assert_eq!((embedder.level(), embedder.scale().is_calibrated()), (Level::Custom, false));
    let image = Pixels::new(20, 10, (0..600).map(|n| (n % 251) as u8).collect()).unwrap();
    let vector = embedder.embed(&image).unwrap();
    assert!((vector.cosine(&vector) - 1.0).abs() < 1e-3);
    // Another description is another model.
    let text = std::fs::read_to_string(folder.path().join("model.json")).unwrap();
    std::fs::write(folder.path().join("model.json"), text.replace("stretch", "center_crop")).unwrap();
    assert!(matches!(open(folder.path()), Err(OpenError::NotRegistered(_))));
}

#[test]
fn outputs_that_say_nothing_are_refused() {
    let zero = || constant("zero", &[], vec![0.0]);
    let constant_output = model(
        vec![node("Mul", &["m", "zero"], "z"), node("Add", &["z", "one"], "y")],
        vec![zero(), constant("one", &[], vec![1.0])],
    );
    assert!(refusal(&constant_output).contains("the same for every image"));
    let infinite = model(vec![node("Div", &["m", "zero"], "y")], vec![zero()]);
    assert!(refusal(&infinite).contains("not finite"));
    let over_batch = AttributeProto {
        name: "axes".into(),
        r#type: AttributeType::Ints.into(),
        ints: vec![0],
        ..AttributeProto::default()
    };
    let mean = NodeProto { attribute: vec![over_batch], ..node("ReduceMean", &["m"], "mean") };
    let batch_dependent = model(
        vec![mean, node("Mul", &["mean", "half"], "h"), node("Sub", &["m", "h"], "y")],
        vec![constant("half", &[], vec![0.5])],
    );
    assert!(refusal(&batch_dependent).contains("depends on the other images"));
}

#[test]
fn graphs_outside_of_the_contract_are_refused() {
    let mut custom = good();
    custom.opset_import.push(OperatorSetIdProto { domain: "com.example".into(), version: 1 });
    assert!(refusal(&custom).contains("com.example"));
    let mut old = good();
    old.opset_import[0].version = 9;
    assert!(refusal(&old).contains("its operator set is 9, allowed are 11 to 21"));
    let mut external = good();
    external.graph.as_mut().unwrap().initializer[0].external_data =
        vec![StringStringEntryProto { key: "location".into(), value: "../../etc/passwd".into() }];
    assert!(refusal(&external).contains("lies outside of the file"));
    let mut two = good();
    two.graph.as_mut().unwrap().input.push(port("x2", &[1]));
    assert!(refusal(&two).contains("2 inputs and 1 outputs"));
    let mut unknown = good();
    unknown.graph.as_mut().unwrap().node[2].op_type = "Nonsense".into();
    assert!(refusal(&unknown).starts_with("the model cannot be run"));
    let mut lost = good();
    lost.graph.as_mut().unwrap().output[0].name = "nowhere".into();
    assert!(refusal(&lost).contains("no node makes its output"));
    let mut huge =
        model(vec![node("Expand", &["m", "shape"], "e"), node("ReduceMax", &["e"], "y")], Vec::new());
    huge.graph.as_mut().unwrap().initializer.push(TensorProto {
        name: "shape".into(),
        dims: vec![3],
        data_type: DataType::Int64.into(),
        int64_data: vec![1 << 22, 1, FEATURES as i64],
        ..TensorProto::default()
    });
    assert!(refusal(&huge).contains("values of more than 256 MiB"));
}

#[test]
fn the_description_has_to_fit_the_graph() {
    let wrong_digest = written(&good(), |json| json["sha256"] = "0".repeat(64).into());
    assert!(matches!(ModelDirectory::read(wrong_digest.path()), Err(OpenError::Digest { .. })));
    let wrong_size = written(&good(), |json| json["width"] = 16.into());
    let error = try_model(&ModelDirectory::read(wrong_size.path()).unwrap()).unwrap_err().to_string();
    assert!(error.contains("must be [N or 1, 3, height, width]"), "{error}");
    let wrong_name = written(&good(), |json| json["input"] = "pixels".into());
    let error = try_model(&ModelDirectory::read(wrong_name.path()).unwrap()).unwrap_err().to_string();
    assert!(error.contains("model.json names \"pixels\", the graph has \"x\""), "{error}");
}
