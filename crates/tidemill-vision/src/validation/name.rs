//! Names of files that were changed.

use crate::ImageFormat;

/// The names that belong to an image file of a certain format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The changed image: `<stem>_checked.<extension>`, the extension corrected if needed; directories as before.
    pub checked: String,
    /// The changed label file: `<stem>_checked.xml`.
    pub checked_labels: String,
    /// Whether the extension already names the format of the bytes, and samples may have that format.
    pub extension_fits: bool,
}

impl Names {
    /// For an image of this name whose bytes are in this format; formats that samples may not have become JPEG.
    pub fn new(name: &str, format: ImageFormat) -> Self {
        let file_at = name.rfind('/').map_or(0, |slash| slash + 1);
        let (stem, extension) = match name[file_at..].rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (&name[..file_at + stem.len()], extension),
            _ => (name, ""),
        };
        let extension_fits =
            format.is_sample_format() && ImageFormat::of_extension(extension) == Some(format);
        let extension = match (extension_fits, format.is_sample_format()) {
            (true, _) => extension,
            (false, true) => format.extension(),
            (false, false) => ImageFormat::Jpeg.extension(),
        };
        Self {
            checked: format!("{stem}_checked.{extension}"),
            checked_labels: format!("{stem}_checked.xml"),
            extension_fits,
        }
    }

    /// The file name of the changed image without directories.
    pub fn checked_file(&self) -> &str {
        self.checked.rsplit('/').next().unwrap_or(&self.checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, format: ImageFormat) -> (String, bool) {
        let names = Names::new(name, format);
        (names.checked, names.extension_fits)
    }

    #[test]
    fn extensions_are_kept_if_they_fit() {
        assert_eq!(checked("a/b.c/1.JPEG", ImageFormat::Jpeg), ("a/b.c/1_checked.JPEG".into(), true));
        assert_eq!(checked("1.png", ImageFormat::Jpeg), ("1_checked.jpg".into(), false));
        assert_eq!(checked("1.gif", ImageFormat::Gif), ("1_checked.jpg".into(), false));
        assert_eq!(checked("a.b/1", ImageFormat::Bmp), ("a.b/1_checked.bmp".into(), false));
        assert_eq!(checked(".png", ImageFormat::Png), (".png_checked.png".into(), false));
        assert_eq!(Names::new("d/1.x.png", ImageFormat::Png).checked_labels, "d/1.x_checked.xml");
        assert_eq!(Names::new("d/1.x.png", ImageFormat::Png).checked_file(), "1.x_checked.png");
    }
}
