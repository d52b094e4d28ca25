//! Where an object is in the image.

use std::collections::HashMap;

use super::Element;
use super::number;
use crate::Rect;

/// A place in pixels from the top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// Where an object is in the image, in pixels from the top left.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// `bndbox`.
    Box(Rect),
    /// `polygon`: closed.
    Polygon(Vec<Point>),
    /// `polyline`: open.
    Polyline(Vec<Point>),
    /// `line`.
    Line([Point; 2]),
    /// `dashed`: a broken line.
    Dashed([Point; 2]),
    /// `point`.
    Point(Point),
    /// `circle`.
    Circle {
        /// The middle.
        centre: Point,
        /// In pixels.
        radius: f64,
    },
    /// An element of this kind whose numbers are missing or no numbers; kept as it is.
    Unreadable(Element),
}

impl Shape {
    /// The name of the element.
    pub fn kind(&self) -> &str {
        match self {
            Self::Box(_) => "bndbox",
            Self::Polygon(_) => "polygon",
            Self::Polyline(_) => "polyline",
            Self::Line(_) => "line",
            Self::Dashed(_) => "dashed",
            Self::Point(_) => "point",
            Self::Circle { .. } => "circle",
            Self::Unreadable(element) => element.local_name(),
        }
    }

    /// Whether an element of that local name is a shape.
    pub(super) fn is_kind(name: &str) -> bool {
        matches!(name, "bndbox" | "polygon" | "polyline" | "line" | "dashed" | "point" | "circle")
    }

    /// Reads the element of a shape.
    pub(super) fn read(element: Element) -> Self {
        let shape = Numbers::of(&element).shape(element.local_name());
        shape.unwrap_or(Self::Unreadable(element))
    }

    /// Whether all its numbers are whole ones.
    pub(super) fn is_whole(&self) -> bool {
        self.numbers().iter().all(|(_, number)| number.fract() == 0.0)
    }

    /// The element, with whole numbers or 3 decimals, kept inside of an image of this size.
    pub(super) fn element(&self, whole: bool, limits: Option<(f64, f64)>) -> Element {
        if let Self::Unreadable(element) = self {
            return element.clone();
        }
        let numbers = self.numbers().into_iter().map(|(name, value)| {
            let limit = match name.trim_start_matches('c').as_bytes().first() {
                Some(b'x') => limits.map(|(width, _)| width),
                Some(b'y') => limits.map(|(_, height)| height),
                _ => None,
            };
            Element::with_text(&name, number::format(number::rounded(value, whole, limit)))
        });
        Element::with_children(self.kind(), numbers.collect())
    }

    /// The numbers by the names they have in a file, in the order they are written.
    fn numbers(&self) -> Vec<(String, f64)> {
        let points = |points: &[Point]| {
            let numbered = points.iter().zip(1..);
            numbered
                .flat_map(|(point, n): (_, u32)| [(format!("x{n}"), point.x), (format!("y{n}"), point.y)])
                .collect()
        };
        match self {
            Self::Box(rect) => vec![
                ("xmin".to_owned(), rect.xmin),
                ("ymin".to_owned(), rect.ymin),
                ("xmax".to_owned(), rect.xmax),
                ("ymax".to_owned(), rect.ymax),
            ],
            Self::Polygon(all) | Self::Polyline(all) => points(all),
            Self::Line(ends) | Self::Dashed(ends) => points(ends),
            Self::Point(point) => points(&[*point]),
            Self::Circle { centre, radius } => {
                vec![("cx".to_owned(), centre.x), ("cy".to_owned(), centre.y), ("r".to_owned(), *radius)]
            }
            Self::Unreadable(_) => Vec::new(),
        }
    }
}

/// The numbers inside of a shape by local name; the first of a name counts.
struct Numbers<'e>(HashMap<&'e str, f64>);

impl<'e> Numbers<'e> {
    fn of(element: &'e Element) -> Self {
        let mut numbers = HashMap::with_capacity(element.children.len());
        for child in &element.children {
            let value = number::parse(&child.text);
            // What is no number matters only if its name is asked for.
            numbers.entry(child.local_name()).or_insert(value.unwrap_or(f64::NAN));
        }
        Self(numbers)
    }

    fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied().filter(|number| !number.is_nan())
    }

    fn shape(&self, kind: &str) -> Option<Shape> {
        Some(match kind {
            "bndbox" => Shape::Box(Rect {
                xmin: self.get("xmin")?,
                ymin: self.get("ymin")?,
                xmax: self.get("xmax")?,
                ymax: self.get("ymax")?,
            }),
            "polygon" => Shape::Polygon(self.points()?),
            "polyline" => Shape::Polyline(self.points()?),
            "line" => Shape::Line([self.point("1")?, self.point("2")?]),
            "dashed" => Shape::Dashed([self.point("1")?, self.point("2")?]),
            "point" => Shape::Point(self.point("1").or_else(|| self.point(""))?),
            "circle" => Shape::Circle {
                centre: Point { x: self.get("cx")?, y: self.get("cy")? },
                radius: self.get("r").filter(|radius| *radius >= 0.0)?,
            },
            _ => return None,
        })
    }

    fn point(&self, number: &str) -> Option<Point> {
        Some(Point { x: self.get(&format!("x{number}"))?, y: self.get(&format!("y{number}"))? })
    }

    /// Points 1, 2, … up to the last; at least one, and none may be broken or missing.
    fn points(&self) -> Option<Vec<Point>> {
        let is_column = |name: &&&str| name.strip_prefix('x').is_some_and(|n| n.parse::<u32>().is_ok());
        let count = self.0.keys().filter(is_column).count();
        let points: Option<Vec<Point>> = (1..=count).map(|n| self.point(&n.to_string())).collect();
        points.filter(|points| !points.is_empty())
    }
}
