//! Operators with fixed values on real images, against other libraries' results.
//!
//! `golden/augment.json` was made with OpenCV 5.0.0, Pillow 13.0.0 and numpy 2.4.6: each result as its size, means,
//! deviations, the means of 8 x 8 tiles and a digest of all bytes. `golden/augment_<image>.png` has pixels of the same
//! results (their digests were compared) where they need not be exact: of each, below one another in the order of
//! their names, [`SAMPLED`] x [`SAMPLED`] pixels spread evenly from corner to corner.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test may stop at what it did not expect.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidemill_vision::Pixels;
use tidemill_vision::augment::Drawn;

#[derive(Deserialize)]
struct Golden {
    images: Vec<GoldenImage>,
}

#[derive(Deserialize)]
struct GoldenImage {
    id: String,
    ops: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Expected {
    params: Value,
    tolerance: Value,
    w: u32,
    h: u32,
    mean: [f64; 3],
    std: [f64; 3],
    sha256: String,
    grid8: Vec<Vec<[f64; 3]>>,
}

fn image(id: &str) -> Pixels {
    let folder = std::env::var_os("TIDEMILL_TEST_IMAGES")
        .expect("TIDEMILL_TEST_IMAGES has to name the folder of the test images: see tests/images/README.md");
    let path = PathBuf::from(folder).join("packages/scikit-image").join(format!("{id}.png"));
    let decoded = image::open(path).unwrap().into_rgb8();
    Pixels::new(decoded.width(), decoded.height(), decoded.into_raw()).unwrap()
}

/// The operator with the values that the golden file names.
fn drawn(name: &str, params: &Value, width: u32, height: u32) -> Drawn {
    let lines = |key: &str, side: u32| (params[key].as_f64().unwrap() * f64::from(side)).floor();
    let mut fields = match name {
        "crop" => json!({
            "top": lines("top", height) as u32, "bottom": lines("bottom", height) as u32,
            "left": lines("left", width) as u32, "right": lines("right", width) as u32,
        }),
        "flip_lr" => json!({"flipped": "X"}),
        "flip_ud" => json!({"flipped": "Y"}),
        "padding" => json!({
            "top": params["px_top"], "right": params["px_right"], "left": params["px_left"],
            "bottom": params["px_bottom"],
        }),
        "translate_x" => json!({"dx": params["dx"], "dy": 0}),
        "translate_y" => json!({"dx": 0, "dy": params["dy"]}),
        "scale_x_1.3" | "scale_y_0.6" => json!({"axis": params["scaleXY"], "factor": params["factor"]}),
        "shear_x_15" | "shear_y_-10" => json!({"axis": params["shearXY"], "angle": params["angle"]}),
        _ => params.clone(),
    };
    fields["operator"] = operator(name).into();
    serde_json::from_value(fields).unwrap()
}

fn operator(name: &str) -> &'static str {
    let operators = [
        ("flip", "Flip"),
        ("gray", "Grayscale"),
        ("padding", "Padding"),
        ("crop", "Crop"),
        ("translate", "Translate"),
        ("resize", "Resize"),
        ("scale", "Scale"),
        ("rotate", "Rotate"),
        ("shear", "Shear"),
        ("blur", "Blur"),
        ("motion", "MotionBlur"),
        ("sharpen", "Sharpen"),
        ("equalize", "HistogramEqual"),
        ("light_arith", "LightArithmetic"),
        ("contrast", "LightContrast"),
        ("saturation", "Saturation"),
    ];
    operators.into_iter().find(|(start, _)| name.starts_with(start)).unwrap().1
}

/// The mean of each channel in a tile.
fn means(image: &Pixels, rows: (usize, usize), columns: (usize, usize)) -> [f64; 3] {
    let mut sums = [0_u64; 3];
    for y in rows.0..rows.1 {
        for x in columns.0..columns.1 {
            let pixel = &image.row(y as u32)[3 * x..][..3];
            sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u64::from(*value));
        }
    }
    let count = ((rows.1 - rows.0) * (columns.1 - columns.0)).max(1);
    sums.map(|sum| sum as f64 / count as f64)
}

fn deviations(image: &Pixels, means: [f64; 3]) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for pixel in image.rgb().chunks_exact(3) {
        for ((sum, value), mean) in sums.iter_mut().zip(pixel).zip(means) {
            *sum += (f64::from(*value) - mean).powi(2);
        }
    }
    sums.map(|sum| (sum / (image.rgb().len() / 3) as f64).sqrt())
}

fn farthest(found: [f64; 3], expected: [f64; 3]) -> f64 {
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// How far the product is from what is expected: `None` if it is too far.
fn distance(product: &Pixels, expected: &Expected) -> Result<f64, String> {
    if (product.width(), product.height()) != (expected.w, expected.h) {
        return Err(format!("{product:?}, not {} x {}", expected.w, expected.h));
    }
    if expected.tolerance == "exact" {
        let digest = hex::encode(Sha256::digest(product.rgb()));
        return if digest.starts_with(&expected.sha256) { Ok(0.0) } else { Err("other bytes".to_owned()) };
    }
    let (width, height) = (product.width() as usize, product.height() as usize);
    let mean = means(product, (0, height), (0, width));
    let mut worst = farthest(mean, expected.mean).max(farthest(deviations(product, mean), expected.std));
    for (i, row) in expected.grid8.iter().enumerate() {
        for (j, tile) in row.iter().enumerate() {
            let rows = (height * i / 8, height * (i + 1) / 8);
            let columns = (width * j / 8, width * (j + 1) / 8);
            worst = worst.max(farthest(means(product, rows, columns), *tile));
        }
    }
    let allowed = expected.tolerance["grid_abs"].as_f64().unwrap();
    if worst <= allowed { Ok(worst) } else { Err(format!("{worst:.3} away, {allowed} allowed")) }
}

/// Pixels of a result that are kept, in each direction.
const SAMPLED: u32 = 48;

/// The sampled pixels of all results of an image that need not be exact.
fn sampled(id: &str) -> image::RgbImage {
    let bytes: &[u8] = match id {
        "astronaut" => include_bytes!("golden/augment_astronaut.png"),
        _ => include_bytes!("golden/augment_chelsea.png"),
    };
    image::load_from_memory(bytes).unwrap().into_rgb8()
}

/// The largest difference to the sampled pixels of result `number`, and the ratio of peak signal to noise in decibels.
fn noise(product: &Pixels, sampled: &image::RgbImage, number: u32) -> (u8, f64) {
    let (mut most, mut squares) = (0, 0.0);
    for i in 0..SAMPLED {
        let row = product.row(i * (product.height() - 1) / (SAMPLED - 1));
        for j in 0..SAMPLED {
            let column = (j * (product.width() - 1) / (SAMPLED - 1)) as usize;
            let expected = sampled.get_pixel(j, number * SAMPLED + i).0;
            for (found, expected) in row[3 * column..][..3].iter().zip(expected) {
                let away = found.abs_diff(expected);
                most = most.max(away);
                squares += f64::from(away).powi(2);
            }
        }
    }
    let mean = squares / f64::from(SAMPLED * SAMPLED * 3);
    (most, 10.0 * (255.0 * 255.0 / mean).log10())
}

/// What is wrong with the pixels of a product.
fn judged(product: &Pixels, expected: &Expected, (most, decibels): (u8, f64)) -> Result<String, String> {
    let worst = distance(product, expected)?;
    if let Some(allowed) = expected.tolerance["max_abs"].as_u64().filter(|allowed| u64::from(most) > *allowed)
    {
        return Err(format!("a pixel is {most} away, {allowed} allowed"));
    }
    match expected.tolerance["psnr_db"].as_f64() {
        Some(least) if decibels < least => Err(format!("{decibels:.1} dB, at least {least} wanted")),
        _ => Ok(format!("tiles {worst:.3}, pixels {most}, {decibels:.1} dB")),
    }
}

#[test]
fn every_operator_does_what_other_libraries_do() {
    let golden: Golden = serde_json::from_str(include_str!("golden/augment.json")).unwrap();
    let mut wrong = Vec::new();
    let (mut count, mut with_noise) = (0, 0);
    for GoldenImage { id, ops } in &golden.images {
        let (image, sampled, mut number) = (image(id), sampled(id), 0);
        for (name, expected) in ops {
            let drawn = drawn(name, &expected.params, image.width(), image.height());
            let (product, _) = drawn.augment(image.clone(), None).unwrap();
            let away = if expected.tolerance == "exact" {
                (0, f64::INFINITY)
            } else {
                number += 1;
                noise(&product, &sampled, number - 1)
            };
            match judged(&product, expected, away) {
                Ok(how) => println!("{id} {name}: {how}"),
                Err(error) => wrong.push(format!("{id} {name}: {error}")),
            }
            count += 1;
        }
        assert_eq!(sampled.height(), number * SAMPLED);
        with_noise += number;
    }
    assert_eq!((count, with_noise), (48, 34));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
