//! `model.json`: what a model takes and how its numbers are to be read.

use serde::{Deserialize, Serialize};

/// Most bytes of a description.
pub(super) const BYTES_MAX: u64 = 64 << 10;
const SIDES: std::ops::RangeInclusive<u32> = 8..=2048;
const TEXT_MAX: usize = 200;

/// The content of `model.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Name of the model, 1 to 200 bytes.
    pub name: String,
    /// Its version, in any form.
    pub version: String,
    /// Licence of its weights, for people.
    pub license: String,
    /// SHA-256 of `model.onnx`, 64 hexadecimal digits.
    pub sha256: String,
    /// Name of the one input, `[N|1, 3, height, width]` of 32-bit numbers.
    pub input: String,
    /// Name of the one output, `[N, D]` or `[N, D, 1, 1]`.
    pub output: String,
    /// Columns of the input, 8 to 2048.
    pub width: u32,
    /// Rows of the input, 8 to 2048.
    pub height: u32,
    /// How an image of another shape becomes one of this shape.
    pub resize: Resize,
    /// With which filter.
    pub filter: ResizeFilter,
    /// Taken off every value of a channel, on the scale 0 to 255.
    pub mean: [f32; 3],
    /// What is left is divided by this, above 0.
    pub std: [f32; 3],
    /// Order of the channels.
    pub color: Color,
    /// Where the documented thresholds lie; without it raw cosines are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

/// How an image becomes one of the model's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// The whole image, its ratio not kept.
    Stretch,
    /// The largest part around the centre that has the ratio.
    CenterCrop,
    /// The whole image, its ratio kept, between bars of the mean colour.
    Letterbox,
}

/// An antialiased filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeFilter {
    /// Two pixels wide.
    Triangle,
    /// Catmull and Rom's, four pixels wide.
    Cubic,
}

/// Order of the channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// Two cosines that the documented thresholds are tied to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Above it two images are near-duplicates: the similarity 0.9. Above 0 and below 1.
    pub c0: f64,
    /// Above it two images are of one kind: the embedding distance 0.2. At least -1 and below 1.
    pub c1: f64,
}

/// Why a description was refused.
#[derive(Debug, thiserror::Error)]
pub enum DescriptionError {
    /// It is not JSON of this form.
    #[error("model.json cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A value is out of its range.
    #[error("{name} in model.json must be {allowed}")]
    Value {
        /// Name of the value.
        name: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
}

impl Description {
    /// Reads and checks a description.
    pub fn parse(json: &[u8]) -> Result<Self, DescriptionError> {
        let description: Self = serde_json::from_slice(json)?;
        description.check()?;
        Ok(description)
    }

    fn check(&self) -> Result<(), DescriptionError> {
        let texts = [("name", &self.name), ("version", &self.version), ("license", &self.license)];
        for (name, text) in texts {
            demand((1..=TEXT_MAX).contains(&text.len()), name, "1 to 200 bytes")?;
        }
        for (name, port) in [("input", &self.input), ("output", &self.output)] {
            demand(!port.is_empty(), name, "the name of a value of the graph")?;
        }
        let digest = self.sha256.len() == 64 && self.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        demand(digest, "sha256", "64 hexadecimal digits")?;
        demand(SIDES.contains(&self.width), "width", "8 to 2048")?;
        demand(SIDES.contains(&self.height), "height", "8 to 2048")?;
        demand(self.mean.iter().all(|mean| mean.is_finite()), "mean", "three finite numbers")?;
        let spread = self.std.iter().all(|std| std.is_normal() && *std > 0.0);
        demand(spread, "std", "three numbers above 0")?;
        if let Some(Calibration { c0, c1 }) = self.calibration {
            demand(c0 > 0.0 && c0 < 1.0, "calibration.c0", "above 0 and below 1")?;
            demand((-1.0..1.0).contains(&c1), "calibration.c1", "at least -1 and below 1")?;
        }
        Ok(())
    }
}

fn demand(holds: bool, name: &'static str, allowed: &'static str) -> Result<(), DescriptionError> {
    if holds { Ok(()) } else { Err(DescriptionError::Value { name, allowed }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn valid() -> Value {
        json!({"name": "n", "version": "1", "license": "MIT", "sha256": "a".repeat(64), "input": "x", "output": "y",
            "width": 224, "height": 224, "resize": "center_crop", "filter": "cubic", "mean": [0.0, 0.0, 0.0],
            "std": [1.0, 1.0, 1.0], "color": "bgr", "calibration": {"c0": 0.8, "c1": 0.4}})
    }

    fn refused(name: &str, value: Value) -> String {
        let mut description = valid();
        description[name] = value;
        Description::parse(description.to_string().as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn each_value_has_its_range() {
        assert!(Description::parse(valid().to_string().as_bytes()).is_ok());
        assert_eq!(refused("width", json!(4096)), "width in model.json must be 8 to 2048");
        assert_eq!(refused("std", json!([1.0, 0.0, 1.0])), "std in model.json must be three numbers above 0");
        assert!(refused("calibration", json!({"c0": 1.0, "c1": 0.4})).starts_with("calibration.c0"));
        assert!(refused("resize", json!("crop")).contains("unknown variant `crop`"));
        assert!(refused("extra", json!(1)).contains("unknown field `extra`"));
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_result(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Description::parse(&bytes);
        }
    }
}
