//! Vectors of the default model beside those that ONNX Runtime made of the same images.

use crate::support::{images, model, read};
use serde::Deserialize;
use tidemill_embedding::Vector;

#[derive(Deserialize)]
struct Golden {
    ids: Vec<String>,
    first16: Vec<Vec<f64>>,
    cosine: Vec<Vec<f64>>,
    tolerance: Tolerance,
}

#[derive(Deserialize)]
struct Tolerance {
    cos_abs: f64,
}

fn file(id: &str) -> &str {
    match id {
        "camera_gray" => "scikit-image/camera.png",
        "coins_gray" => "scikit-image/coins.png",
        "logo_rgba" => "scikit-image/logo.png",
        "hubble_jpg" => "scikit-image/hubble_deep_field.jpg",
        "rocket_jpg" => "scikit-image/rocket.jpg",
        "retina_jpg" => "scikit-image/retina.jpg",
        "china_jpg" => "scikit-learn/china.jpg",
        "flower_jpg" => "scikit-learn/flower.jpg",
        "trees_osbs_029" => "deepforest/OSBS_029.png",
        "trees_soap_061" => "deepforest/SOAP_061.png",
        "trees_yell_541000" => "deepforest/2019_YELL_2_541000_4977000_image_crop.png",
        "astronaut" => "scikit-image/astronaut.png",
        "chelsea" => "scikit-image/chelsea.png",
        "coffee" => "scikit-image/coffee.png",
        "motorcycle_left" => "scikit-image/motorcycle_left.png",
        "motorcycle_right" => "scikit-image/motorcycle_right.png",
        other => panic!("the golden file has an unknown image {other}"),
    }
}

#[test]
fn vectors_are_those_of_the_reference() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/embedding.json")).unwrap();
    let (model, packages) = (model(), images().join("packages"));
    let vector = |id: &String| model.embed(&read(&packages.join(file(id)))).unwrap();
    let vectors: Vec<Vector> = golden.ids.iter().map(vector).collect();
    for (row, one) in vectors.iter().enumerate() {
        let first = one.numbers().iter().map(|number| number.to_f64());
        let apart: f64 = first.zip(&golden.first16[row]).map(|(ours, theirs)| (ours - theirs).powi(2)).sum();
        // For unit vectors with a cosine of 0.9999 the distance is 0.0141 at most.
        assert!(apart.sqrt() < 0.0141, "{}: {}", golden.ids[row], apart.sqrt());
        for (column, other) in vectors.iter().enumerate() {
            let off = (one.cosine(other) - golden.cosine[row][column]).abs();
            assert!(off <= golden.tolerance.cos_abs, "{} {}: {off}", golden.ids[row], golden.ids[column]);
        }
    }
}

#[test]
fn the_same_image_gives_the_same_vector_on_every_thread() {
    let (model, image) = (model(), read(&images().join("packages/scikit-image/coffee.png")));
    let expected = model.embed(&image).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| model.embed(&image).unwrap())).collect();
        threads.into_iter().for_each(|thread| assert_eq!(thread.join().unwrap(), expected));
    });
}
