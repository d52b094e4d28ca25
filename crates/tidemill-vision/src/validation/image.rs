//! What has to be changed in the image of a sample.

use super::{Caps, Names, Reason};
use crate::encode::encode_turned;
use crate::voc::{Document, ImageSize};
use crate::{Decoded, EncodeError, ImageFormat, Orientation, Pixels, resize};

/// What will be done with an image.
pub(super) struct Plan {
    /// Why it is changed; empty: the bytes and the name stay.
    pub(super) reasons: Vec<Reason>,
    /// The size in which the labels are.
    pub(super) labelled: ImageSize,
    /// The size it gets.
    pub(super) target: ImageSize,
    /// The format to encode; none: the bytes stay.
    encode_as: Option<ImageFormat>,
    /// Whether the pixels are turned upright.
    turn: bool,
}

/// Plans the steps channels, format, extension, size and orientation.
///
/// An image that is written anew is turned first and then measured against the caps, so that its size as written keeps
/// to them.
pub(super) fn plan(decoded: &Decoded, names: &Names, caps: &Caps, labels: Option<&Document>) -> Plan {
    let (width, height) = (decoded.pixels.width(), decoded.pixels.height());
    let mut reasons = Vec::new();
    if !decoded.was_rgb8 {
        reasons.push(Reason::ConvertedToRgb);
    }
    if !decoded.format.is_sample_format() {
        reasons.push(Reason::Reencoded(decoded.format));
    }
    let anew = !reasons.is_empty() || capped(width, height, caps) != (width, height);
    if decoded.format.is_sample_format() && !names.extension_fits {
        reasons.push(Reason::ExtensionCorrected(decoded.format));
    }
    let turned = decoded.orientation.turned_size(width, height);
    let turn = anew && decoded.orientation != Orientation::Upright && labels_allow_turning(labels, turned);
    let from = if turn { turned } else { (width, height) };
    let to = capped(from.0, from.1, caps);
    if to != from {
        reasons.push(Reason::Scaled { from, to });
    }
    if turn {
        reasons.push(Reason::Turned);
    }
    let format = if decoded.format.is_sample_format() { decoded.format } else { ImageFormat::Jpeg };
    Plan { reasons, labelled: size(from), target: size(to), encode_as: anew.then_some(format), turn }
}

/// The pixels as they are now, and the new file if they changed.
pub(super) fn carry_out(decoded: Decoded, plan: &Plan) -> Result<(Pixels, Option<Vec<u8>>), EncodeError> {
    let orientation = if plan.turn { Orientation::Upright } else { decoded.orientation };
    let mut pixels = decoded.pixels;
    if plan.turn {
        pixels = decoded.orientation.apply(pixels);
    }
    if size((pixels.width(), pixels.height())) != plan.target {
        pixels = resize(&pixels, plan.target.width, plan.target.height);
    }
    let file = plan.encode_as.map(|format| encode_turned(&pixels, format, orientation)).transpose()?;
    Ok((pixels, file))
}

/// Labels allow it if there are no boxes, or if their size says that they were drawn on the turned image.
fn labels_allow_turning(labels: Option<&Document>, turned: (u32, u32)) -> bool {
    let Some(document) = labels else { return true };
    document.objects.iter().all(|object| object.rect().is_none()) || document.size() == Some(size(turned))
}

fn size((width, height): (u32, u32)) -> ImageSize {
    ImageSize { width, height }
}

/// The size within the caps, with the same ratio; never larger.
fn capped(width: u32, height: u32, caps: &Caps) -> (u32, u32) {
    let share = |cap: Option<u32>, side: u32| cap.map_or(1.0, |cap| f64::from(cap.max(1)) / f64::from(side));
    let scale = share(caps.width_max, width).min(share(caps.height_max, height));
    if scale >= 1.0 {
        return (width, height);
    }
    let scaled = |side: u32| ((f64::from(side) * scale + 0.5).floor() as u32).max(1);
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_keep_the_ratio_and_never_enlarge() {
        let caps = |width_max, height_max| Caps { width_max, height_max };
        assert_eq!(capped(200, 100, &caps(None, None)), (200, 100));
        assert_eq!(capped(200, 100, &caps(Some(200), Some(100))), (200, 100));
        assert_eq!(capped(200, 100, &caps(Some(50), None)), (50, 25));
        assert_eq!(capped(200, 100, &caps(Some(150), Some(10))), (20, 10));
        assert_eq!(capped(1000, 3, &caps(Some(10), None)), (10, 1));
    }
}
