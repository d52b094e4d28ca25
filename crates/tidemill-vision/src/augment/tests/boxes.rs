use proptest::prelude::*;

use super::*;

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
        .filter(|augmentation| augmentation.draw(&mut draws(augmentation, 1), 9, 9).is_geometric())
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
