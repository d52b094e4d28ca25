mod boxes;
mod noise;
mod properties;
mod weather;

use serde_json::{Map, Value as Json, json};

use super::*;
use crate::seed::{SampleKey, TaskSeed};
use crate::{Pixels, Rect};

/// Every operator in each of its modes.
const MODES: [(&str, &str, &str); 33] = [
    ("AddNoise", "noise_type", "Gauss"),
    ("AddNoise", "noise_type", "Laplace"),
    ("AddNoise", "noise_type", "Poisson"),
    ("AddNoise", "noise_type", "Impulse"),
    ("AddNoise", "noise_type", "SaltAndPepper"),
    ("Blur", "blur_type", "Gauss"),
    ("Blur", "blur_type", "Average"),
    ("Crop", "crop_percent_max", "0.49"),
    ("CutOut", "copies", "1"),
    ("Flip", "lr_ud", "lr"),
    ("Flip", "lr_ud", "ud"),
    ("Flip", "flip_p", "0.5"),
    ("Grayscale", "copies", "1"),
    ("HistogramEqual", "copies", "1"),
    ("LightArithmetic", "copies", "1"),
    ("LightContrast", "func", "gamma"),
    ("LightContrast", "func", "sigmoid"),
    ("LightContrast", "func", "log"),
    ("LightContrast", "func", "linear"),
    ("MotionBlur", "copies", "1"),
    ("Padding", "px_left", "5"),
    ("Resize", "height", "7"),
    ("Rotate", "angle_max", "180"),
    ("Saturation", "copies", "1"),
    ("Scale", "scaleXY", "X"),
    ("Scale", "scaleXY", "Y"),
    ("Sharpen", "copies", "1"),
    ("Shear", "shearXY", "X"),
    ("Shear", "shearXY", "Y"),
    ("Translate", "translateXY", "X"),
    ("Translate", "translateXY", "Y"),
    ("Weather", "weather_mode", "Rain"),
    ("Weather", "weather_mode", "Snow"),
];

fn parse(operator: &str, parameters: Json) -> Augmentation {
    find(operator).unwrap().parse(parameters.as_object().unwrap()).unwrap()
}

fn modes() -> impl Iterator<Item = Augmentation> {
    let more = [("Weather", "weather_mode", "Fog"), ("Weather", "weather_mode", "Clouds")];
    MODES.into_iter().chain(more).map(|(operator, name, value)| {
        let parameters = Map::from_iter([(name.to_owned(), json!(value))]);
        parse(operator, Json::Object(parameters))
    })
}

/// The random numbers of sample `number`.
fn draws(augmentation: &Augmentation, number: usize) -> Draws {
    let key = SampleKey::of_bytes(&number.to_string(), &[]);
    TaskSeed::of_task("task").draws_of_sample(augmentation.name(), augmentation.canonical(), &key, 1)
}

fn product(augmentation: &Augmentation, image: &Pixels, number: usize) -> Pixels {
    let drawn = augmentation.draw(&mut draws(augmentation, number), image.width(), image.height());
    pixels(&drawn, image)
}

/// The product of an image without labels.
fn pixels(drawn: &Drawn, image: &Pixels) -> Pixels {
    drawn.augment(image.clone(), None).unwrap().0
}

/// One colour with a smooth wave and a few edges: no photograph, but it has every grey level.
fn picture(width: u32, height: u32) -> Pixels {
    let bytes = (0..height).flat_map(|y| {
        (0..width).flat_map(move |x| {
            let edge = if (x / 7 + y / 5) % 3 == 0 { 60 } else { 0 };
            [(x * 3 + edge) as u8, (y * 2 + x + edge) as u8, (255 - y) as u8]
        })
    });
    Pixels::new(width, height, bytes.collect()).unwrap()
}

fn grey(width: u32, height: u32) -> Pixels {
    Pixels::new(width, height, vec![128; (width * height * 3) as usize]).unwrap()
}

fn rect(xmin: f64, ymin: f64, xmax: f64, ymax: f64) -> Rect {
    Rect { xmin, ymin, xmax, ymax }
}
