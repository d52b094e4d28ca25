//! How a viewer is asked to turn an image.

use crate::Pixels;

/// The EXIF orientation: how the stored pixels become the picture that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orientation {
    /// As stored.
    #[default]
    Upright,
    /// Mirrored left to right.
    FlipHorizontal,
    /// Turned by half.
    Rotate180,
    /// Mirrored top to bottom.
    FlipVertical,
    /// Rows and columns exchanged.
    Transpose,
    /// Turned clockwise by a quarter.
    Rotate90,
    /// Rows and columns exchanged, then turned by half.
    Transverse,
    /// Turned counter-clockwise by a quarter.
    Rotate270,
}

impl Orientation {
    /// From the number in EXIF, 1 to 8; any other means upright.
    pub fn from_exif(number: u8) -> Self {
        match number {
            2 => Self::FlipHorizontal,
            3 => Self::Rotate180,
            4 => Self::FlipVertical,
            5 => Self::Transpose,
            6 => Self::Rotate90,
            7 => Self::Transverse,
            8 => Self::Rotate270,
            _ => Self::Upright,
        }
    }

    /// An EXIF block that says nothing but this.
    pub(crate) fn exif(self) -> Vec<u8> {
        const HEADER: [u8; 10] = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1];
        const ORIENTATION_ONE_SHORT: [u8; 8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1];
        let number = self as u8 + 1;
        [HEADER.as_slice(), &ORIENTATION_ONE_SHORT, &[0, number, 0, 0], &[0; 4]].concat()
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }

    /// Width and height as shown.
    pub fn turned_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }

    /// The picture as shown.
    pub fn apply(self, pixels: Pixels) -> Pixels {
        if self == Self::Upright {
            return pixels;
        }
        let (width, height) = self.turned_size(pixels.width(), pixels.height());
        let mut rgb = Vec::with_capacity(pixels.rgb().len());
        for y in 0..height {
            for x in 0..width {
                let (x, y) = self.stored(x, y, width, height);
                rgb.extend_from_slice(&pixels.row(y)[x as usize * 3..][..3]);
            }
        }
        Pixels::new(width, height, rgb).unwrap_or(pixels)
    }

    /// Where the pixel is stored that is shown at column `x`, row `y` of `width` by `height`.
    fn stored(self, x: u32, y: u32, width: u32, height: u32) -> (u32, u32) {
        let (right, bottom) = (width - 1 - x, height - 1 - y);
        match self {
            Self::Upright => (x, y),
            Self::FlipHorizontal => (right, y),
            Self::Rotate180 => (right, bottom),
            Self::FlipVertical => (x, bottom),
            Self::Transpose => (y, x),
            Self::Rotate90 => (y, right),
            Self::Transverse => (bottom, right),
            Self::Rotate270 => (bottom, x),
        }
    }
}

impl From<image::metadata::Orientation> for Orientation {
    fn from(orientation: image::metadata::Orientation) -> Self {
        Self::from_exif(orientation.to_exif())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three columns, two rows: `a b c / d e f`, one letter a pixel.
    fn shown(number: u8) -> (u32, u32, String) {
        let rgb = "abcdef".bytes().flat_map(|letter| [letter; 3]).collect();
        let pixels = Orientation::from_exif(number).apply(Pixels::new(3, 2, rgb).unwrap());
        let letters = pixels.rgb().chunks_exact(3).map(|pixel| char::from(pixel[0])).collect();
        (pixels.width(), pixels.height(), letters)
    }

    #[test]
    fn each_number_turns_as_viewers_do() {
        assert_eq!(shown(1), (3, 2, "abcdef".into()));
        assert_eq!(shown(2), (3, 2, "cbafed".into()));
        assert_eq!(shown(3), (3, 2, "fedcba".into()));
        assert_eq!(shown(4), (3, 2, "defabc".into()));
        assert_eq!(shown(5), (2, 3, "adbecf".into()));
        assert_eq!(shown(6), (2, 3, "daebfc".into()));
        assert_eq!(shown(7), (2, 3, "fcebda".into()));
        assert_eq!(shown(8), (2, 3, "cfbead".into()));
        assert_eq!(shown(77), (3, 2, "abcdef".into()));
    }
}
