use super::*;
use crate::{DecodeLimits, Pixels, Rect, decode};
use proptest::prelude::*;

fn drawn(width: u32, height: u32, regions: &[Region<'_>]) -> Pixels {
    let file = Mask::new(ImageSize { width, height }, regions).unwrap().png().unwrap();
    decode(&file, &DecodeLimits::default()).unwrap().pixels
}

/// Whether a place is inside a polygon: how many sides a ray to the right meets.
fn is_inside(corners: &[Point], x: f64, y: f64) -> bool {
    let mut inside = false;
    for (n, one) in corners.iter().enumerate() {
        let other = corners[(n + 1) % corners.len()];
        if (one.y <= y) != (other.y <= y) {
            let (upper, lower) = if one.y < other.y { (*one, other) } else { (other, *one) };
            let at = upper.x + (y - upper.y) / (lower.y - upper.y) * (lower.x - upper.x);
            inside ^= at > x;
        }
    }
    inside
}

proptest! {
    #[test]
    fn a_pixel_belongs_to_the_last_polygon_around_its_centre(
        shapes in prop::collection::vec(prop::collection::vec((-8f64..40.0, -8f64..40.0), 1..9), 0..4),
        (width, height) in (1u32..32, 1u32..32),
    ) {
        let corners: Vec<Vec<Point>> =
            shapes.iter().map(|shape| shape.iter().map(|(x, y)| Point { x: *x, y: *y }).collect()).collect();
        let polygons: Vec<Shape> = corners.iter().cloned().map(Shape::Polygon).collect();
        let color = |n: usize| [1 + n as u8, 100, 200];
        let regions: Vec<Region<'_>> =
            polygons.iter().enumerate().map(|(n, shape)| Region { shape, color: color(n) }).collect();
        let mask = drawn(width, height, &regions);
        for y in 0..height {
            for (x, pixel) in mask.row(y).chunks(3).enumerate() {
                let (cx, cy) = (x as f64 + 0.5, f64::from(y) + 0.5);
                let above = corners.iter().rposition(|polygon| is_inside(polygon, cx, cy));
                prop_assert_eq!(pixel, above.map_or([0; 3], color), "{} {}", x, y);
            }
        }
    }
}

#[test]
fn boxes_and_circles_are_filled_and_lines_are_not() {
    let square = Shape::Box(Rect { xmin: 1.0, ymin: 1.0, xmax: 3.0, ymax: 4.0 });
    let disc = Shape::Circle { centre: Point { x: 7.0, y: 4.0 }, radius: 2.0 };
    let line = Shape::Polyline(vec![Point { x: 0.0, y: 0.0 }, Point { x: 9.0, y: 9.0 }]);
    let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
    let shapes = [&square, &disc, &line];
    let regions = std::array::from_fn::<_, 3, _>(|n| Region { shape: shapes[n], color: colors[n] });
    let mask = drawn(10, 8, &regions);
    for y in 0..8 {
        for (x, pixel) in mask.row(y).chunks(3).enumerate() {
            let (cx, cy) = (x as f64 + 0.5, f64::from(y) + 0.5);
            let expected = if (1.0..3.0).contains(&cx) && (1.0..4.0).contains(&cy) {
                colors[0]
            } else if (cx - 7.0).hypot(cy - 4.0) < 2.0 {
                colors[1]
            } else {
                [0; 3]
            };
            assert_eq!(pixel, expected, "{x} {y}");
        }
    }
}

#[test]
fn what_would_take_too_long_or_too_much_is_refused() {
    let size =
        |width, height| Mask::new(ImageSize { width, height }, &[]).err().map(|e| e.to_string()).unwrap();
    assert_eq!(size(0, 5), "a mask has 1 to 200000000 pixels, not 0 x 5");
    assert_eq!(size(u32::MAX, u32::MAX), "a mask has 1 to 200000000 pixels, not 4294967295 x 4294967295");
    let corner = |n: u32| Point { x: f64::from(n % 7), y: f64::from(n % 2) * 100_000.0 };
    let comb = Shape::Polygon((0..5000).map(corner).collect());
    let regions = [Region { shape: &comb, color: [1, 2, 3] }];
    let refused = Mask::new(ImageSize { width: 10, height: 100_000 }, &regions);
    assert!(matches!(refused, Err(MaskError::TooIntricate)));
}

#[test]
fn numbers_that_are_none_and_far_away_do_no_harm() {
    let wild = [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0];
    let points = |n: usize| Point { x: wild[n % 5], y: wild[(n * 3 + 1) % 5] };
    let shapes = [
        Shape::Polygon((0..9).map(points).collect()),
        Shape::Circle { centre: Point { x: f64::NAN, y: 1.0 }, radius: f64::NAN },
        Shape::Circle { centre: Point { x: 1.0, y: f64::INFINITY }, radius: f64::INFINITY },
        Shape::Circle { centre: Point { x: 2.0, y: 2.0 }, radius: 1e300 },
        Shape::Box(Rect { xmin: -1e300, ymin: -1e300, xmax: 1e300, ymax: 1e300 }),
    ];
    let regions: Vec<Region<'_>> = shapes.iter().map(|shape| Region { shape, color: [9, 9, 9] }).collect();
    let mask = drawn(4, 4, &regions);
    assert!(mask.rgb().iter().all(|value| *value == 9), "the last box is around everything");
}
