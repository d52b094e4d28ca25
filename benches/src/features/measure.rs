//! Validation, the six metrics of images and the hashes from one decode, beside the decode alone.

use crate::processor;
use crate::statistics::median;
use anyhow::{Context, Result, ensure};
use std::hint::black_box;
use tidemill_vision::DecodeLimits;
use tidemill_vision::feature::image_features;
use tidemill_vision::hash::Hashes;
use tidemill_vision::validation::{Caps, Sample, Verdict, validate};
use turbojpeg::PixelFormat;

/// Medians of all rounds: processor seconds for all files.
pub(crate) struct Figure {
    pub(crate) images: usize,
    pub(crate) pixels: u64,
    pub(crate) bare: f64,
    pub(crate) all: f64,
    /// The median of the rounds' ratios, and the ends.
    pub(crate) ratio: f64,
    pub(crate) ratio_min: f64,
    pub(crate) ratio_max: f64,
}

impl Figure {
    pub(crate) fn per_second(&self, seconds: f64) -> f64 {
        self.images as f64 / seconds
    }

    pub(crate) fn per_pixel(&self, seconds: f64) -> f64 {
        seconds * 1e9 / self.pixels as f64
    }
}

/// Takes turns: bare, everything, bare, everything, ...
pub(crate) fn measure(files: &[Vec<u8>], rounds: usize) -> Result<Figure> {
    let pixels = decode_bare(files)?;
    let (mut bare, mut all) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let started = processor::seconds()?;
        decode_bare(files)?;
        let between = processor::seconds()?;
        do_everything(files)?;
        bare.push(between - started);
        all.push(processor::seconds()? - between);
    }
    let ratios: Vec<f64> = bare.iter().zip(&all).map(|(bare, all)| bare / all).collect();
    Ok(Figure {
        images: files.len(),
        pixels,
        bare: median(&bare),
        all: median(&all),
        ratio: median(&ratios),
        ratio_min: ratios.iter().copied().fold(f64::INFINITY, f64::min),
        ratio_max: ratios.iter().copied().fold(0.0, f64::max),
    })
}

/// libjpeg-turbo with its own settings, and nothing else; gives the number of pixels.
fn decode_bare(files: &[Vec<u8>]) -> Result<u64> {
    let mut pixels = 0;
    for file in files {
        let picture = black_box(turbojpeg::decompress(file, PixelFormat::RGB)?);
        pixels += (picture.width * picture.height) as u64;
    }
    Ok(pixels)
}

/// What a run does with each picture of a dataset.
fn do_everything(files: &[Vec<u8>]) -> Result<()> {
    for file in files {
        let sample = Sample { name: "picture.jpg", image: file, labels: None };
        let outcome = validate(&sample, &Caps::default(), &DecodeLimits::default());
        ensure!(outcome.verdict == Verdict::Unmodified, "{:?}", outcome.reasons);
        let (features, blocks) = image_features(&outcome.pixels.context("no pixels")?);
        black_box((features, Hashes::of(&blocks)));
    }
    Ok(())
}
