//! The rules by which the labels of a sample are repaired.
//!
//! Boxes are judged in the image as it is decoded: a wrong size in the file is corrected, but boxes are never scaled by
//! it.

use super::{Document, ImageSize, Object, Shape};
use crate::{Rect, Visible};

/// What was found in a label file.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// An object was removed.
    Removed {
        /// Its label.
        object: String,
        /// `no_bndbox`, `bad_name`, `bad_number`, `min_gt_max`, `too_thin` or `mostly_outside`.
        code: &'static str,
    },
    /// The part of a box outside of the image was cut off.
    Clipped {
        /// The label of the object.
        object: String,
    },
    /// The stated size was missing or wrong.
    SizeFixed,
    /// The image was resized, and the boxes with it.
    Scaled,
}

impl Finding {
    /// A stable word for what was found.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Removed { code, .. } => code,
            Self::Clipped { .. } => "clipped",
            Self::SizeFixed => "size_fixed",
            Self::Scaled => "scaled",
        }
    }
}

/// What repairing came to. Without findings and without a reason to drop, the file is sound as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repair {
    /// What was found and done, object by object, then for the file.
    pub findings: Vec<Finding>,
    /// Why the file is of no use: `no_object`, `no_bndbox` or `no_object_left`.
    pub dropped: Option<&'static str>,
}

/// Repairs labels made for an image of size `from`, which now has size `to`.
pub fn repair(document: &mut Document, from: ImageSize, to: ImageSize) -> Repair {
    if document.objects.is_empty() {
        return Repair { dropped: Some("no_object"), ..Repair::default() };
    }
    if !document.objects.iter().any(has_box) {
        return Repair { dropped: Some("no_bndbox"), ..Repair::default() };
    }
    let mut repair = Repair::default();
    document.objects.retain_mut(|object| keep(object, from, to, &mut repair.findings));
    if document.objects.is_empty() {
        repair.dropped = Some("no_object_left");
        return repair;
    }
    if document.size() != Some(from) {
        repair.findings.push(Finding::SizeFixed);
    }
    if from != to {
        repair.findings.push(Finding::Scaled);
    }
    if document.size() != Some(to) {
        document.set_size(to);
    }
    repair
}

/// Whether it has an element `bndbox`, sound or not.
fn has_box(object: &Object) -> bool {
    object.shape.as_ref().is_some_and(|shape| shape.kind() == "bndbox")
}

/// Repairs an object; `false` removes it.
fn keep(object: &mut Object, from: ImageSize, to: ImageSize, findings: &mut Vec<Finding>) -> bool {
    let name = object.name.clone();
    match judge(object, from, to) {
        Ok(Visible::Clipped(rect)) => {
            object.set_rect(rect);
            findings.push(Finding::Clipped { object: name });
            true
        }
        Ok(Visible::Whole(rect)) => {
            object.set_rect(rect);
            true
        }
        Ok(Visible::TooThin) => remove(name, "too_thin", findings),
        Ok(Visible::MostlyOutside) => remove(name, "mostly_outside", findings),
        Err(code) => remove(name, code, findings),
    }
}

fn remove(object: String, code: &'static str, findings: &mut Vec<Finding>) -> bool {
    findings.push(Finding::Removed { object, code });
    false
}

/// What is left of an object's box in the resized image, or why there is nothing to judge.
fn judge(object: &Object, from: ImageSize, to: ImageSize) -> Result<Visible, &'static str> {
    let rect = match &object.shape {
        Some(Shape::Box(rect)) => *rect,
        Some(Shape::Unreadable(_)) if has_box(object) => return Err("bad_number"),
        _ => return Err("no_bndbox"),
    };
    if object.name.is_empty() {
        return Err("bad_name");
    }
    if rect.width() < 0.0 || rect.height() < 0.0 {
        return Err("min_gt_max");
    }
    let rect = scaled(rect, from, to);
    if rect.is_too_thin() {
        return Ok(Visible::TooThin);
    }
    Ok(rect.visible(f64::from(to.width), f64::from(to.height)))
}

fn scaled(rect: Rect, from: ImageSize, to: ImageSize) -> Rect {
    if from == to {
        return rect;
    }
    let (x, y) = (f64::from(to.width) / f64::from(from.width), f64::from(to.height) / f64::from(from.height));
    Rect { xmin: rect.xmin * x, ymin: rect.ymin * y, xmax: rect.xmax * x, ymax: rect.ymax * y }
}
