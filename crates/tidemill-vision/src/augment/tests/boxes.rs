use proptest::prelude::*;

use super::*;
use crate::rounding::nearest;
use crate::voc::{Document, ImageSize, Object, Shape};

/// Boxes of an image of 200 x 100 through operators, made independently by counting on a raster.
const CASES: &str = include_str!("../../../tests/data/voc_cases.json");

fn place(drawn: Json, boxes: &[Rect], width: u32, height: u32) -> Placement {
    serde_json::from_value::<Drawn>(drawn).unwrap().place(boxes, width, height)
}

fn kept(rect: Rect) -> Placement {
    Placement::Boxes(vec![Fate::Kept { rect, clipped: false }])
}

#[test]
fn boxes_go_where_their_pixels_go() {
    let before = rect(10.0, 20.0, 40.0, 60.0);
    let cases = [
        (json!({"operator": "Flip", "flipped": "X"}), rect(60.0, 20.0, 90.0, 60.0)),
        (json!({"operator": "Flip", "flipped": "Y"}), rect(10.0, 20.0, 40.0, 60.0)),
        (json!({"operator": "Flip", "flipped": null}), before),
        (
            json!({"operator": "Padding", "left": 3, "top": 4, "right": 0, "bottom": 0}),
            rect(13.0, 24.0, 43.0, 64.0),
        ),
        (json!({"operator": "Resize", "width": 50, "height": 160}), rect(5.0, 40.0, 20.0, 120.0)),
        (json!({"operator": "Scale", "axis": "X", "factor": 2.0}), rect(20.0, 20.0, 80.0, 60.0)),
        (json!({"operator": "Translate", "dx": -5, "dy": 0}), rect(5.0, 20.0, 35.0, 60.0)),
        (json!({"operator": "Rotate", "angle": 180.0}), rect(60.0, 20.0, 90.0, 60.0)),
        (json!({"operator": "Grayscale"}), before),
        (
            json!({"operator": "Crop", "left": 5, "top": 6, "right": 9, "bottom": 9}),
            rect(5.0, 14.0, 35.0, 54.0),
        ),
    ];
    for (drawn, after) in cases {
        assert_eq!(place(drawn.clone(), &[before], 100, 80), kept(after), "{drawn}");
    }
    let turned = rect(20.0, 40.0, 60.0, 70.0);
    assert_eq!(
        place(json!({"operator": "Rotate", "angle": 90.0}), &[rect(10.0, 20.0, 40.0, 60.0)], 80, 80),
        kept(turned)
    );
}

#[test]
fn whole_numbers_stay_whole_and_others_get_three_decimals() {
    let stretch = json!({"operator": "Scale", "axis": "X", "factor": 1.01});
    assert_eq!(
        place(stretch.clone(), &[rect(10.0, 5.0, 40.0, 60.0)], 99, 80),
        kept(rect(10.0, 5.0, 40.0, 60.0))
    );
    assert_eq!(place(stretch, &[rect(10.5, 5.0, 40.0, 60.0)], 99, 80), kept(rect(10.606, 5.0, 40.404, 60.0)));
}

#[test]
fn what_is_half_outside_is_clipped_and_the_rest_is_dropped() {
    let shift = json!({"operator": "Translate", "dx": -20, "dy": 0});
    let boxes = [rect(10.0, 0.0, 30.0, 10.0), rect(10.0, 0.0, 29.0, 10.0), rect(50.0, 0.0, 60.0, 9.0)];
    let fates = vec![
        Fate::Kept { rect: rect(0.0, 0.0, 10.0, 10.0), clipped: true },
        Fate::MostlyOutside,
        Fate::Kept { rect: rect(30.0, 0.0, 40.0, 9.0), clipped: false },
    ];
    assert_eq!(place(shift.clone(), &boxes, 100, 80), Placement::Boxes(fates));
    assert_eq!(place(shift.clone(), &boxes[1..2], 100, 80), Placement::Discarded(vec![Fate::MostlyOutside]));
    assert_eq!(place(shift, &[], 100, 80), Placement::Boxes(vec![]));
}

#[test]
fn boxes_that_become_thin_are_dropped() {
    let narrow = json!({"operator": "Resize", "width": 10, "height": 80});
    let boxes = [rect(0.0, 0.0, 19.0, 10.0), rect(0.0, 0.0, 20.0, 10.0)];
    let fates = vec![Fate::TooThin, Fate::Kept { rect: rect(0.0, 0.0, 2.0, 10.0), clipped: false }];
    assert_eq!(place(narrow, &boxes, 100, 80), Placement::Boxes(fates));
}

#[test]
fn a_turned_box_that_leaves_discards_the_image() {
    let boxes = [rect(45.0, 45.0, 55.0, 55.0), rect(0.0, 0.0, 10.0, 10.0)];
    let turn = json!({"operator": "Rotate", "angle": 45.0});
    assert!(matches!(place(turn.clone(), &boxes, 100, 100), Placement::Discarded(_)));
    assert!(matches!(place(turn, &boxes[..1], 100, 100), Placement::Boxes(_)));
}

#[test]
fn boxes_that_are_painted_over_are_dropped() {
    let cut = json!({"operator": "CutOut", "xmin": 10, "ymin": 10, "xmax": 30, "ymax": 30});
    let boxes = [rect(10.0, 10.0, 30.0, 32.0), rect(10.0, 10.0, 30.0, 33.0), rect(50.0, 50.0, 60.0, 60.0)];
    let Placement::Boxes(fates) = place(cut, &boxes, 100, 100) else { panic!() };
    assert_eq!(fates[0], Fate::Erased);
    assert_eq!(fates[1], Fate::Kept { rect: boxes[1], clipped: false });
    assert_eq!(fates[2], Fate::Kept { rect: boxes[2], clipped: false });
}

#[test]
fn geometric_operators_say_so() {
    let geometric: Vec<&str> = modes()
        .filter(|augmentation| augmentation.draw(&mut draws(augmentation, 1), 9, 9).step().is_geometric())
        .map(|augmentation| augmentation.name())
        .collect();
    let expected = ["Crop", "Flip", "Padding", "Resize", "Rotate", "Scale", "Shear", "Translate"];
    assert!(
        modes().all(|one| expected.contains(&one.name()) == geometric.contains(&one.name())),
        "{geometric:?}"
    );
}

proptest! {
    #[test]
    fn boxes_stay_inside(
        (width, height) in (4_u32..400, 4_u32..400),
        sides in (0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64),
        whole: bool,
        number in 0..1000_usize,
    ) {
        let (w, h) = (f64::from(width), f64::from(height));
        let digits = if whole { 1.0 } else { 1000.0 };
        let [a, b, c, d] = [sides.0 * w, sides.1 * w, sides.2 * h, sides.3 * h].map(|n| (n * digits).floor() / digits);
        let before = rect(a.min(b), c.min(d), a.max(b), c.max(d));
        prop_assume!(!before.is_too_thin());
        for augmentation in modes() {
            let drawn = augmentation.draw(&mut draws(&augmentation, number), width, height);
            let (new_width, new_height) = drawn.size(width, height).unwrap();
            let Placement::Boxes(fates) = drawn.place(&[before], width, height) else { continue };
            let [Fate::Kept { rect, .. }] = fates[..] else { panic!("{drawn:?}: {fates:?}") };
            let inside = rect.clipped(f64::from(new_width), f64::from(new_height));
            prop_assert_eq!(inside, rect, "{:?} {:?}", drawn, before);
            prop_assert!(rect.width() > 1.9 && rect.height() > 1.9, "{:?}: {:?}", drawn, rect);
            if whole {
                prop_assert_eq!(rect.xmin.fract() + rect.ymin.fract() + rect.xmax.fract() + rect.ymax.fract(), 0.0);
            }
        }
    }
}

/// The operator of a reference case with the values it names.
fn replayed(case: &Json) -> Drawn {
    let drawn = match case["op"].as_str().unwrap() {
        "flip_lr" => json!({"operator": "Flip", "flipped": "X"}),
        "flip_ud" => json!({"operator": "Flip", "flipped": "Y"}),
        "padding" => with_operator("Padding", &case["px"]),
        "crop" => with_operator("Crop", &case["cut"]),
        "resize" => json!({"operator": "Resize", "width": case["to"][0], "height": case["to"][1]}),
        "scale" => json!({"operator": "Scale", "axis": case["axis"], "factor": case["factor"]}),
        "translate" => json!({"operator": "Translate", "dx": case["d"][0], "dy": case["d"][1]}),
        "rotate" => json!({"operator": "Rotate", "angle": case["angle"]}),
        "shear" => json!({"operator": "Shear", "axis": case["axis"], "angle": case["angle"]}),
        other => panic!("{other}"),
    };
    serde_json::from_value(drawn).unwrap()
}

fn with_operator(name: &str, values: &Json) -> Json {
    let mut drawn = values.clone();
    drawn["operator"] = name.into();
    drawn
}

fn of_sides(sides: &Json) -> Rect {
    let [xmin, ymin, xmax, ymax] = [0, 1, 2, 3].map(|side| sides[side].as_f64().unwrap());
    rect(xmin, ymin, xmax, ymax)
}

/// The one box of the product, as its label file has it.
fn in_product(drawn: &Drawn, before: Rect) -> Result<Rect, Discard> {
    let mut labels = Document::new("1.jpg", ImageSize { width: 200, height: 100 });
    labels.objects.push(Object::new("cat", Shape::Box(before)));
    let (_, labels) = drawn.augment(Pixels::black(200, 100), Some(labels))?;
    Ok(labels.unwrap().objects[0].rect().unwrap())
}

#[test]
fn every_operator_moves_boxes_like_the_reference() {
    let cases: Json = serde_json::from_str(CASES).unwrap();
    let cases = cases["boxes"].as_array().unwrap();
    assert_eq!(cases.len(), 64);
    for case in cases {
        let (drawn, before) = (replayed(case), of_sides(&case["box"]));
        let unrounded = drawn.step().place(before, 200, 100);
        let written = in_product(&drawn, before);
        match case["expect"].as_str() {
            Some("drop") => {
                assert!(matches!(unrounded, Fate::MostlyOutside | Fate::TooThin), "{case} {unrounded:?}");
                assert_eq!(written, Err(Discard::NoBoxLeft), "{case}");
            }
            Some("discard_image") => {
                assert_eq!(unrounded, Fate::Discards, "{case}");
                assert_eq!(written, Err(Discard::BoxLeaves { object: "cat".to_owned() }), "{case}");
            }
            _ => {
                let expected = of_sides(&case["expect"]);
                let Fate::Kept { rect: found, .. } = unrounded else { panic!("{case} {unrounded:?}") };
                let pairs = [
                    (found.xmin, expected.xmin),
                    (found.ymin, expected.ymin),
                    (found.xmax, expected.xmax),
                    (found.ymax, expected.ymax),
                ];
                assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 1e-4), "{case} {found:?}");
                let whole = pairs.map(|(_, side)| nearest(side));
                assert_eq!(written, Ok(rect(whole[0], whole[1], whole[2], whole[3])), "{case}");
            }
        }
    }
}
