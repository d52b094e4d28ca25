//! What happens to pictures on their way: the edits that leave it the same picture for a person, in the form in which
//! people mostly make them. A turned photo is cropped to what is left of it without corners (that is how horizons are set
//! straight); leaving the corners black is a harsher edit of its own.

use tidemill_vision::{DecodeLimits, Pixels, decode, encode_jpeg};

/// Names of the edits: re-encoded, scaled, cropped, shifted, other brightness and colours, text, a border, turned by
/// three degrees.
pub(crate) const USUAL: [&str; 14] = [
    "jpeg 40",
    "half size",
    "crop 5",
    "crop 10",
    "crop 20",
    "shift",
    "brighter",
    "darker",
    "warmer",
    "paler",
    "text",
    "border",
    "turned",
    "turned back",
];

/// Edits that leave less of the picture.
pub(crate) const HARSH: [&str; 3] = ["black corners", "black border", "jpeg 20"];

/// The picture after an edit.
pub(crate) fn apply(edit: &str, of: &Pixels) -> Pixels {
    let (width, height) = (f64::from(of.width()), f64::from(of.height()));
    match edit {
        "jpeg 40" => encoded(of, 40),
        "jpeg 20" => encoded(of, 20),
        "half size" => sampled(of, (width / 2.0, height / 2.0), |x, y| (2.0 * x + 0.5, 2.0 * y + 0.5)),
        "crop 5" => cropped(of, 0.05),
        "crop 10" => cropped(of, 0.10),
        "crop 20" => cropped(of, 0.20),
        "shift" => sampled(of, (width, height), |x, y| (x - 0.05 * width, y - 0.05 * height)),
        "brighter" => coloured(of, |rgb| rgb.map(|value| value * 1.2 + 15.0)),
        "darker" => coloured(of, |rgb| rgb.map(|value| value * 0.75)),
        "warmer" => coloured(of, |[r, g, b]| [r * 1.12, g, b * 0.88]),
        "paler" => coloured(of, |rgb| {
            let grey = rgb.iter().sum::<f64>() / 3.0;
            rgb.map(|value| grey + 0.6 * (value - grey))
        }),
        "text" => written(of),
        "border" => bordered(of, 255),
        "black border" => bordered(of, 0),
        "turned" => straightened(of, 3.0),
        "turned back" => straightened(of, -3.0),
        "black corners" => turned(of, 3.0),
        other => panic!("no edit {other}"),
    }
}

fn encoded(of: &Pixels, quality: u8) -> Pixels {
    decode(&encode_jpeg(of, quality).unwrap(), &DecodeLimits::default()).unwrap().pixels
}

fn pixel(of: &Pixels, x: i64, y: i64) -> [f64; 3] {
    if x < 0 || y < 0 || x >= i64::from(of.width()) || y >= i64::from(of.height()) {
        return [0.0; 3];
    }
    let start = 3 * x as usize;
    let rgb = &of.row(y as u32)[start..start + 3];
    [rgb[0], rgb[1], rgb[2]].map(f64::from)
}

/// A picture of another size whose pixels lie at `from(x, y)` of the old one; black beyond its border.
fn sampled(of: &Pixels, (width, height): (f64, f64), from: impl Fn(f64, f64) -> (f64, f64)) -> Pixels {
    let (width, height) = (width as u32, height as u32);
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (x, y) = from(f64::from(x), f64::from(y));
            let (left, top, right, low) = (x.floor() as i64, y.floor() as i64, x - x.floor(), y - y.floor());
            let corners = [
                (pixel(of, left, top), (1.0 - right) * (1.0 - low)),
                (pixel(of, left + 1, top), right * (1.0 - low)),
                (pixel(of, left, top + 1), (1.0 - right) * low),
                (pixel(of, left + 1, top + 1), right * low),
            ];
            rgb.extend(
                (0..3)
                    .map(|c| corners.iter().map(|(rgb, weight)| rgb[c] * weight).sum::<f64>().round() as u8),
            );
        }
    }
    Pixels::new(width, height, rgb).unwrap()
}

/// So much of the width and of the height is cut off, half on each side.
fn cropped(of: &Pixels, share: f64) -> Pixels {
    let (width, height) = (f64::from(of.width()), f64::from(of.height()));
    let (left, top) = ((width * share / 2.0).floor(), (height * share / 2.0).floor());
    sampled(of, (width * (1.0 - share), height * (1.0 - share)), |x, y| (x + left, y + top))
}

fn coloured(of: &Pixels, change: impl Fn([f64; 3]) -> [f64; 3]) -> Pixels {
    let (old, _) = of.rgb().as_chunks::<3>();
    let rgb = old
        .iter()
        .flat_map(|rgb| change(rgb.map(f64::from)).map(|value| value.clamp(0.0, 255.0).round() as u8));
    Pixels::new(of.width(), of.height(), rgb.collect()).unwrap()
}

/// Two lines of white strokes at the bottom, as a caption has them.
fn written(of: &Pixels) -> Pixels {
    let mut changed = of.clone();
    let (width, height) = (of.width(), of.height());
    let size = (height / 24).max(4);
    for y in height - 3 * size..height - size {
        for x in size..width / 2 {
            let (column, row) = ((x / (size / 3).max(1)) % 4, (height - y) / (size / 3).max(1) % 5);
            if column != 3 && (column == 0 || row == 1 || row == 3) {
                let at = 3 * (y * width + x) as usize;
                changed.rgb_mut()[at..at + 3].fill(255);
            }
        }
    }
    changed
}

/// A border of a twentieth of the height on every side.
fn bordered(of: &Pixels, grey: u8) -> Pixels {
    let side = of.height() / 20;
    let (width, height) = (of.width() + 2 * side, of.height() + 2 * side);
    let mut rgb = vec![grey; (3 * width * height) as usize];
    for y in 0..of.height() {
        let at = 3 * ((y + side) * width + side) as usize;
        rgb[at..at + of.row(y).len()].copy_from_slice(of.row(y));
    }
    Pixels::new(width, height, rgb).unwrap()
}

/// Turned about its centre, the size kept; black where nothing of it is left.
fn turned(of: &Pixels, degrees: f64) -> Pixels {
    let (width, height) = (f64::from(of.width()), f64::from(of.height()));
    let (cx, cy) = ((width - 1.0) / 2.0, (height - 1.0) / 2.0);
    let (sin, cos) = degrees.to_radians().sin_cos();
    sampled(of, (width, height), |x, y| {
        let (dx, dy) = (x - cx, y - cy);
        (cx + cos * dx - sin * dy, cy + sin * dx + cos * dy)
    })
}

/// Turned, and cropped to the largest upright part of the same proportions that has no black corner.
fn straightened(of: &Pixels, degrees: f64) -> Pixels {
    let (width, height) = (f64::from(of.width()), f64::from(of.height()));
    let (sin, cos) = degrees.to_radians().abs().sin_cos();
    let left = (width / (width * cos + height * sin)).min(height / (width * sin + height * cos));
    cropped(&turned(of, degrees), 1.0 - left)
}
