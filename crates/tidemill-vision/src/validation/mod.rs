//! MetaValidation: whether one sample can be used, and what has to be changed for that.
//!
//! The steps run in the order sniff, decode, channels, format, extension, size, orientation, labels; the first that
//! finds the image of no use ends it. Labels of no use leave their image, unlabelled.

mod image;
mod labels;
mod name;
mod reason;

pub use name::Names;
pub use reason::Reason;

use crate::voc::Document;
use crate::{DecodeLimits, Pixels, decode};

/// How large an image may stay; larger ones are scaled down as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// The most columns, at least 1; none: any number.
    pub width_max: Option<u32>,
    /// The most rows, at least 1; none: any number.
    pub height_max: Option<u32>,
}

/// An image file, perhaps with a label file of the same name.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'s> {
    /// The file name of the image, with or without directories before it.
    pub name: &'s str,
    /// The bytes of the image.
    pub image: &'s [u8],
    /// The bytes of the label file.
    pub labels: Option<&'s [u8]>,
}

/// What has to be done with a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Copy the files under their names.
    Unmodified,
    /// Write these instead.
    Modified(Product),
    /// Leave it out.
    Dropped,
}

/// The files that a sample becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// The new name of the image, directories as before.
    pub name: String,
    /// The new bytes of the image; none: the old ones.
    pub image: Option<Vec<u8>>,
    /// Name and bytes of the label file; none: no label file, because there was none or it was of no use.
    pub labels: Option<(String, Vec<u8>)>,
}

/// A verdict, why, and what a next step can go on with.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What has to be done.
    pub verdict: Verdict,
    /// Everything that was found, in the order it was found; warnings too.
    pub reasons: Vec<Reason>,
    /// The pixels of the sample as it is now, before they are encoded; none if it was dropped.
    pub pixels: Option<Pixels>,
    /// The labels as they are now; none if there are none.
    pub document: Option<Document>,
}

impl Outcome {
    fn dropped(reasons: Vec<Reason>) -> Self {
        Self { verdict: Verdict::Dropped, reasons, pixels: None, document: None }
    }
}

/// Validates one sample.
pub fn validate(sample: &Sample<'_>, caps: &Caps, limits: &DecodeLimits) -> Outcome {
    let decoded = match decode(sample.image, limits) {
        Ok(decoded) => decoded,
        Err(error) => return Outcome::dropped(vec![Reason::Undecodable(error)]),
    };
    let mut reasons: Vec<Reason> = decoded.warnings.iter().map(|warning| Reason::Warning(*warning)).collect();
    let names = Names::new(sample.name, decoded.format);
    let mut document = labels::read(sample.labels, &mut reasons);
    let plan = image::plan(&decoded, &names, caps, document.as_ref());
    let changed_image = !plan.reasons.is_empty();
    reasons.extend_from_slice(&plan.reasons);
    let changed_labels = labels::repair(&mut document, plan.labelled, plan.target, &mut reasons)
        || (sample.labels.is_some() && document.is_none());
    let (pixels, image) = match image::carry_out(decoded, &plan) {
        Ok(done) => done,
        Err(error) => {
            reasons.push(Reason::Unencodable(error.to_string()));
            return Outcome::dropped(reasons);
        }
    };
    let verdict = if changed_image || changed_labels {
        Verdict::Modified(product(&names, image, &mut document))
    } else {
        Verdict::Unmodified
    };
    Outcome { verdict, reasons, pixels: Some(pixels), document }
}

/// The files under their new names, which the labels repeat.
fn product(names: &Names, image: Option<Vec<u8>>, document: &mut Option<Document>) -> Product {
    let labels = document.as_mut().map(|document| {
        document.set_text("filename", names.checked_file());
        (names.checked_labels.clone(), document.write())
    });
    Product { name: names.checked.clone(), image, labels }
}
