//! Shapes as nested lists of numbers.

use super::{FEATURE, SHAPE};
use serde_json::{Map, Number, Value};
use tidemill_vision::Rect;
use tidemill_vision::voc::{Point, Shape};

/// The two properties that stand for a shape; `None` for one whose numbers cannot be read.
pub fn shape_properties(shape: &Shape) -> Option<Map<String, Value>> {
    let feature: Vec<Value> = match shape {
        Shape::Box(r) => vec![list(&[r.xmin, r.ymin])?, list(&[r.xmax, r.ymax])?],
        Shape::Polygon(points) | Shape::Polyline(points) => all(points)?,
        Shape::Line(ends) | Shape::Dashed(ends) => all(ends)?,
        Shape::Point(point) => all(&[*point])?,
        Shape::Circle { centre, radius } => vec![list(&[centre.x, centre.y])?, list(&[*radius])?],
        Shape::Unreadable(_) => return None,
    };
    let mut property = Map::new();
    property.insert(SHAPE.to_owned(), Value::from(shape.kind()));
    property.insert(FEATURE.to_owned(), Value::Array(feature));
    Some(property)
}

/// The shape in a label's properties; `None` without one, or if its numbers do not fit its kind.
pub fn shape_of(property: &Map<String, Value>) -> Option<Shape> {
    let points = property.get(FEATURE)?.as_array()?.iter().map(numbers).collect::<Option<Vec<_>>>()?;
    let point = |at: usize| match points.get(at)?.as_slice() {
        [x, y] => Some(Point { x: *x, y: *y }),
        _ => None,
    };
    let many = || (0..points.len()).map(point).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty());
    let ends = || (points.len() == 2).then(|| Some([point(0)?, point(1)?])).flatten();
    Some(match property.get(SHAPE)?.as_str()? {
        "bndbox" => {
            let [low, high] = ends()?;
            Shape::Box(Rect { xmin: low.x, ymin: low.y, xmax: high.x, ymax: high.y })
        }
        "polygon" => Shape::Polygon(many()?),
        "polyline" => Shape::Polyline(many()?),
        "line" => Shape::Line(ends()?),
        "dashed" => Shape::Dashed(ends()?),
        "point" => Shape::Point(point(0).filter(|_| points.len() == 1)?),
        "circle" => match points.get(1)?.as_slice() {
            [radius] => Shape::Circle { centre: point(0)?, radius: *radius },
            _ => return None,
        },
        _ => return None,
    })
}

fn all(points: &[Point]) -> Option<Vec<Value>> {
    points.iter().map(|point| list(&[point.x, point.y])).collect()
}

fn list(numbers: &[f64]) -> Option<Value> {
    numbers.iter().map(|n| number(*n)).collect::<Option<Vec<_>>>().map(Value::Array)
}

/// Whole numbers without a point.
fn number(value: f64) -> Option<Value> {
    let whole = value.fract() == 0.0 && value.abs() < 9e15;
    let number = if whole { Some(Number::from(value as i64)) } else { Number::from_f64(value) };
    number.map(Value::Number)
}

fn numbers(list: &Value) -> Option<Vec<f64>> {
    list.as_array()?.iter().map(|n| n.as_f64().filter(|n| n.is_finite())).collect()
}
