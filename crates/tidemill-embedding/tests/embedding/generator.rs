//! Generators written by hand: what they make is known in advance.

use crate::onnx::{constant, model_of, node, port};
use prost::Message;
use tidemill_embedding::Generator;
use tidemill_vision::Pixels;
use tidemill_vision::seed::TaskSeed;

/// `z [N, 4]` times a matrix, as an image of 2 x 2; the first number of `z` decides red, the others nothing.
fn of_noise() -> Vec<u8> {
    let weights = (0..4 * 12).map(|n| if n < 4 { 1.0 } else { 0.0 }).collect();
    let shape = tract_onnx::pb::TensorProto {
        name: "shape".into(),
        dims: vec![4],
        data_type: tract_onnx::pb::tensor_proto::DataType::Int64.into(),
        int64_data: vec![-1, 3, 2, 2],
        ..Default::default()
    };
    let nodes = vec![
        node("MatMul", &["z", "w"], "m"),
        node("Reshape", &["m", "shape"], "r"),
        node("Tanh", &["r"], "y"),
    ];
    let constants = vec![constant("w", &[4, 12], weights), shape];
    model_of(nodes, constants, port("z", &[0, 4]), port("y", &[0, 3, 2, 2])).encode_to_vec()
}

/// The negative of an image.
fn of_images() -> Vec<u8> {
    let ports = (port("image", &[0, 3, 0, 0]), port("y", &[0, 3, 0, 0]));
    model_of(vec![node("Neg", &["image"], "y")], Vec::new(), ports.0, ports.1).encode_to_vec()
}

#[test]
fn noise_comes_from_the_seed_and_nothing_else() {
    let generator = Generator::open("g.onnx", &of_noise(), (64, 64)).unwrap();
    assert!(!generator.takes_images());
    let draws = || TaskSeed::of_task("t").draws_of_set("StyleGAN", "{}");
    let image = generator.generate(&mut draws()).unwrap();
    let first = (draws().normal() as f32).tanh();
    let red = ((first + 1.0) * 127.5 + 0.5).floor() as u8;
    assert_eq!(image.rgb(), [red, 128, 128].repeat(4));
    let mut stream = draws();
    let several: Vec<Pixels> = (0..3).map(|_| generator.generate(&mut stream).unwrap()).collect();
    assert!(several[0] == image && several[1] != image && several[1] != several[2]);
}

#[test]
fn an_image_becomes_another_one() {
    let generator = Generator::open("models/G.ONNX", &of_images(), (4, 2)).unwrap();
    let image = Pixels::new(4, 2, (0..24).map(|n| (n * 10) as u8).collect()).unwrap();
    let negative = generator.translate(&image).unwrap();
    assert!(negative.rgb().iter().zip(image.rgb()).all(|(new, old)| *new == 255 - *old));
    let larger = Pixels::new(40, 20, vec![9; 2400]).unwrap();
    assert_eq!(generator.translate(&larger).unwrap().rgb(), [246; 24]);
    assert!(generator.generate(&mut TaskSeed::of_task("t").draws_of_set("x", "")).is_err());
}

#[test]
fn other_formats_and_shapes_are_refused() {
    let error = Generator::open("CYcleGan_epoch_9.pb", b"", (4, 4)).unwrap_err().to_string();
    assert!(error.starts_with("unsupported_model_format"), "{error}");
    assert!(Generator::open("g.onnx", b"not a model", (4, 4)).is_err());
    let ports = (port("a", &[0, 3, 4]), port("y", &[0, 3, 4]));
    let odd = model_of(vec![node("Neg", &["a"], "y")], Vec::new(), ports.0, ports.1).encode_to_vec();
    assert!(
        Generator::open("g.onnx", &odd, (4, 4))
            .unwrap_err()
            .to_string()
            .contains("must be [N, Z] or [N, C, H, W]")
    );
}
