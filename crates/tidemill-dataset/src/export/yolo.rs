//! The lists of a YOLO directory: classes, images of each part.

use crate::import::yolo::{YoloBox, write_label_file};
use crate::sample::{NewSample, Usage};
use crate::voc::shape_of;
use std::collections::HashMap;
use tidemill_vision::voc::Shape;

/// What the lists say, as it is found. Some 100 bytes an image.
#[derive(Debug, Default)]
pub(super) struct YoloLists {
    classes: Vec<String>,
    numbers: HashMap<String, usize>,
    train: String,
    valid: String,
}

impl YoloLists {
    /// Numbers the labels of a sample, before any label file is written.
    pub(super) fn know(&mut self, sample: &NewSample) {
        for label in &sample.labels {
            if !self.numbers.contains_key(&label.name) {
                self.numbers.insert(label.name.clone(), self.classes.len());
                self.classes.push(label.name.clone());
            }
        }
    }

    /// Lists an image with its part; what is not for evaluation is for training.
    pub(super) fn add(&mut self, name: &str, usage: Option<Usage>) {
        let list = if usage == Some(Usage::Eval) { &mut self.valid } else { &mut self.train };
        list.push_str(name);
        list.push('\n');
    }

    /// The label file of an image: its boxes, other shapes are left out.
    pub(super) fn label_file(&self, sample: &NewSample, size: (u32, u32)) -> Vec<u8> {
        let boxes = sample.labels.iter().filter_map(|label| {
            let class = *self.numbers.get(&label.name)?;
            match shape_of(&label.property)? {
                Shape::Box(rect) => Some(YoloBox { class, rect }),
                _ => None,
            }
        });
        write_label_file(&boxes.collect::<Vec<_>>(), size.0, size.1).into_bytes()
    }

    /// The files beside the images.
    pub(super) fn files(self) -> Vec<(String, Vec<u8>)> {
        let data = format!(
            "classes = {}\ntrain = train.txt\nvalid = valid.txt\nnames = obj.names\nbackup = backup/\n",
            self.classes.len()
        );
        let names: String = self.classes.iter().map(|name| format!("{name}\n")).collect();
        [("obj.data", data), ("obj.names", names), ("train.txt", self.train), ("valid.txt", self.valid)]
            .map(|(name, text)| (name.to_owned(), text.into_bytes()))
            .into()
    }
}
