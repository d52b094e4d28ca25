//! A whole label file.

use super::element::set_text;
use super::{Element, Object, VocError, number, text, write};

const ROOT: &str = "annotation";

/// The size of the image that a label file belongs to, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSize {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A label file: its objects, and everything else as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The objects in order.
    pub objects: Vec<Object>,
    attributes: Vec<(String, String)>,
    head: Vec<Element>,
}

impl Document {
    /// The labels of an image, none yet.
    pub fn new(filename: &str, size: ImageSize) -> Self {
        let mut document = Self::default();
        document.set_text("filename", filename);
        document.set_size(size);
        document
    }

    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, VocError> {
        let root = Element::parse(&text::decode(bytes)?)?;
        if root.local_name() != ROOT {
            return Err(VocError::WrongRoot(root.name));
        }
        let mut document = Self { attributes: root.attributes, ..Self::default() };
        for child in root.children {
            match child.local_name() {
                "object" => document.objects.push(Object::read(child)),
                _ => document.head.push(child),
            }
        }
        Ok(document)
    }

    /// The file: UTF-8, objects last, coordinates inside of the size that it states.
    pub fn write(&self) -> Vec<u8> {
        self.written(self.size().map(|size| (f64::from(size.width), f64::from(size.height))))
    }

    /// The same with coordinates that may lie outside of the image: for somebody who judges them.
    pub fn write_unbounded(&self) -> Vec<u8> {
        self.written(None)
    }

    fn written(&self, limits: Option<(f64, f64)>) -> Vec<u8> {
        let objects = self.objects.iter().map(|object| object.element(limits));
        let children = self.head.iter().cloned().chain(objects).collect();
        let root = Element { attributes: self.attributes.clone(), ..Element::with_children(ROOT, children) };
        write::document(&root)
    }

    /// An element beside the objects, for example `source`.
    pub fn element(&self, name: &str) -> Option<&Element> {
        self.head.iter().find(|element| element.local_name() == name)
    }

    /// The text of an element beside the objects, for example `folder`, `filename`, `segmented` or `mask_source`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.element(name).map(|element| element.text.as_str())
    }

    /// Sets the text of an element beside the objects.
    pub fn set_text(&mut self, name: &str, value: &str) {
        set_text(&mut self.head, name, value.to_owned());
    }

    /// The size that the file states, if it states a whole one in whole positive numbers.
    pub fn size(&self) -> Option<ImageSize> {
        let element = self.element("size")?;
        let side = |name| {
            let number = number::parse(element.child_text(name)?)?;
            (number.fract() == 0.0 && number >= 1.0 && number <= f64::from(u32::MAX)).then_some(number as u32)
        };
        Some(ImageSize { width: side("width")?, height: side("height")? })
    }

    /// States another size, with a depth of 3 channels.
    pub fn set_size(&mut self, size: ImageSize) {
        if self.element("size").is_none() {
            self.head.push(Element::with_children("size", Vec::new()));
        }
        let Some(element) = self.head.iter_mut().find(|element| element.local_name() == "size") else {
            return;
        };
        element.text.clear();
        element.set_child_text("width", size.width.to_string());
        element.set_child_text("height", size.height.to_string());
        element.set_child_text("depth", "3");
    }
}
