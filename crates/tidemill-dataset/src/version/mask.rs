//! Masks of segmentations: each object in the colour that its label file gives it.

use sha2::{Digest, Sha256};
use tidemill_vision::mask::{Mask, Region};
use tidemill_vision::voc::Document;

/// The mask of the objects of a label file; those without a colour get that of their label. `None` if the file does not
/// tell the size of the image, the image is larger than one that can be read, or the shapes would take too long.
pub(super) fn mask_of(document: &mut Document) -> Option<Mask> {
    let size = document.size()?;
    let mut colors = Vec::new();
    for object in &mut document.objects {
        let known = object.mask_color.as_deref().and_then(read);
        let color = known.unwrap_or_else(|| color_of(&object.name));
        object.mask_color = Some(color.map(|part| part.to_string()).join(","));
        colors.push(color);
    }
    let painted = document.objects.iter().zip(colors);
    let regions = painted.filter_map(|(object, color)| Some(Region { shape: object.shape.as_ref()?, color }));
    match Mask::new(size, &regions.collect::<Vec<_>>()) {
        Ok(mask) => Some(mask),
        Err(error) => {
            tracing::warn!(%error, image = document.text("filename"), "no mask of a segmentation is drawn");
            None
        }
    }
}

/// `r,g,b`.
fn read(color: &str) -> Option<[u8; 3]> {
    let parts: Vec<u8> = color.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    parts.try_into().ok()
}

/// A colour for a label that has none: always the same, and never the black of what is nothing.
fn color_of(label: &str) -> [u8; 3] {
    let digest = Sha256::digest(label.as_bytes());
    let mut color = [digest[0], digest[1], digest[2]];
    if color == [0; 3] {
        color = [255; 3];
    }
    color
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_made_up_where_there_are_none() {
        assert_eq!(read("193, 243,53"), Some([193, 243, 53]));
        for odd in ["", "1,2", "1,2,3,4", "1,2,256", "red"] {
            assert_eq!(read(odd), None, "{odd}");
        }
        assert_eq!(color_of("cat"), color_of("cat"));
        assert_ne!(color_of("cat"), color_of("dog"));
    }
}
