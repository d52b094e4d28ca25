//! YOLO directories: `obj.data`, `obj.names`, lists of images, and a label file beside each image.

mod data_file;
mod label_file;
mod run;

pub(crate) use data_file::{DATA_FILE, DataFile, read_names};
pub use label_file::fuzz_yolo;
pub(crate) use label_file::{YoloBox, read_label_file, write_label_file};

/// The label file of an image: `x.txt` for `x.jpg`.
pub(crate) fn label_key(image: &str) -> String {
    format!("{}.txt", image.rsplit_once('.').map_or(image, |(stem, _)| stem))
}
