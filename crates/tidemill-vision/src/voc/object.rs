//! One labelled object.

use super::{Element, Shape, number, properties};
use crate::Rect;

/// One labelled object of an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// The label.
    pub name: String,
    /// From where it is seen.
    pub pose: Option<String>,
    /// Whether a part lies outside of the image.
    pub truncated: Option<bool>,
    /// Whether a part is hidden.
    pub occluded: Option<bool>,
    /// Whether it is hard to recognise.
    pub difficult: Option<bool>,
    /// How sure a model was, 0 to 1.
    pub confidence: Option<f64>,
    /// How hard an example it is, 0 to 1.
    pub hard_coefficient: Option<f64>,
    /// Its colour in the mask of a segmentation, `r,g,b`.
    pub mask_color: Option<String>,
    /// Free attributes in the order of the file.
    pub properties: Vec<(String, String)>,
    /// Where it is; absent in a file that only names it.
    pub shape: Option<Shape>,
    /// Whether its coordinates were whole numbers when it was read or made; then they are written as whole numbers.
    pub whole: bool,
    /// Attributes of the element.
    pub attributes: Vec<(String, String)>,
    /// What is not known here.
    pub other: Vec<Element>,
}

impl Object {
    /// An object with nothing but a label and a shape.
    pub fn new(name: impl Into<String>, shape: Shape) -> Self {
        Self { name: name.into(), whole: shape.is_whole(), shape: Some(shape), ..Self::default() }
    }

    /// Its box, if it has one with sound numbers.
    pub fn rect(&self) -> Option<Rect> {
        match self.shape {
            Some(Shape::Box(rect)) => Some(rect),
            _ => None,
        }
    }

    /// Another box; whether it is written in whole numbers stays.
    pub fn set_rect(&mut self, rect: Rect) {
        self.shape = Some(Shape::Box(rect));
    }

    /// Reads `<object>`.
    pub(super) fn read(element: Element) -> Self {
        let mut object = Self { attributes: element.attributes, ..Self::default() };
        let has_box = element.children.iter().any(|child| child.local_name() == "bndbox");
        let mut named = false;
        for child in element.children {
            let kind = child.local_name();
            if kind == "name" && !named {
                named = true;
                object.name = child.text;
            } else if Shape::is_kind(kind) && object.shape.is_none() && (!has_box || kind == "bndbox") {
                object.shape = Some(Shape::read(child));
            } else if !object.read_field(&child) {
                object.other.push(child);
            }
        }
        object.whole = object.shape.as_ref().is_some_and(Shape::is_whole);
        object
    }

    /// Takes over a field that is known, not yet there and sound.
    fn read_field(&mut self, child: &Element) -> bool {
        match child.local_name() {
            "pose" => take(&mut self.pose, Some(child.text.clone())),
            "mask_color" => take(&mut self.mask_color, Some(child.text.clone())),
            "truncated" => take(&mut self.truncated, flag(&child.text)),
            "occluded" => take(&mut self.occluded, flag(&child.text)),
            "difficult" => take(&mut self.difficult, flag(&child.text)),
            "confidence" => take(&mut self.confidence, number::parse(&child.text)),
            "hard-coefficient" => take(&mut self.hard_coefficient, number::parse(&child.text)),
            "properties" if self.properties.is_empty() => {
                self.properties = properties::read(child);
                true
            }
            _ => false,
        }
    }

    /// `<object>`, its coordinates kept inside of an image of this size.
    pub(super) fn element(&self, limits: Option<(f64, f64)>) -> Element {
        let mut children = vec![Element::with_text("name", &self.name)];
        let mut add =
            |name: &str, text: Option<String>| children.extend(text.map(|t| Element::with_text(name, t)));
        add("pose", self.pose.clone());
        add("truncated", self.truncated.map(digit));
        add("occluded", self.occluded.map(digit));
        add("difficult", self.difficult.map(digit));
        add("confidence", self.confidence.map(|number| number.to_string()));
        add("hard-coefficient", self.hard_coefficient.map(|number| number.to_string()));
        add("mask_color", self.mask_color.clone());
        if !self.properties.is_empty() {
            children.push(properties::element(&self.properties));
        }
        // Before the others, because the first shape counts.
        children.extend(self.shape.as_ref().map(|shape| shape.element(self.whole, limits)));
        children.extend(self.other.iter().cloned());
        Element { attributes: self.attributes.clone(), ..Element::with_children("object", children) }
    }
}

/// Fills an empty field; `false` if it is full or there is nothing to fill it with.
fn take<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let free = field.is_none() && value.is_some();
    if free {
        *field = value;
    }
    free
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

fn digit(flag: bool) -> String {
    u8::from(flag).to_string()
}
