use std::collections::BTreeSet;

use super::*;

const SIZES: [(u32, u32); 9] =
    [(1, 1), (1, 40), (40, 1), (2, 2), (3, 2), (5, 7), (31, 33), (64, 48), (97, 20)];

#[test]
fn there_are_nineteen_operators_and_all_are_tried_here() {
    let names: BTreeSet<&str> = operators().iter().map(|operator| operator.table.operator).collect();
    assert_eq!(names.len(), 19);
    assert_eq!(names, modes().map(|augmentation| augmentation.name()).collect());
    assert!(find("rotate").is_none());
}

#[test]
fn every_operator_works_on_images_of_any_size_and_tells_the_size_before() {
    for augmentation in modes() {
        for (width, height) in SIZES {
            let image = picture(width, height);
            for number in 0..8 {
                let drawn = augmentation.draw(&mut draws(&augmentation, number), width, height);
                let product = pixels(&drawn, &image);
                let size = drawn.size(width, height).unwrap();
                assert_eq!((product.width(), product.height()), size, "{augmentation:?} {drawn:?}");
                assert_eq!(product.rgb().len(), size.0 as usize * size.1 as usize * 3);
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let same = ["Grayscale", "HistogramEqual", "Flip", "Padding", "Resize"];
    let image = picture(64, 48);
    for augmentation in modes() {
        let first = product(&augmentation, &image, 1);
        assert_eq!(first, product(&augmentation, &image, 1), "{augmentation:?}");
        let differs = (2..6).any(|number| product(&augmentation, &image, number) != first);
        assert!(differs || same.contains(&augmentation.name()), "{augmentation:?}");
    }
}

#[test]
fn what_was_drawn_is_recorded_and_played_again() {
    let image = picture(50, 40);
    for augmentation in modes() {
        let drawn = augmentation.draw(&mut draws(&augmentation, 3), 50, 40);
        let recorded = serde_json::to_string(&drawn).unwrap();
        let again: Drawn = serde_json::from_str(&recorded).unwrap();
        assert_eq!(again, drawn, "{recorded}");
        assert_eq!(pixels(&again, &image), pixels(&drawn, &image), "{recorded}");
        assert!(recorded.contains(&format!("\"operator\":\"{}\"", augmentation.name())));
    }
}

/// Draws take the same number of words whatever the image, so that the next value does not depend on it.
#[test]
fn every_image_takes_the_same_number_of_random_words() {
    for augmentation in modes() {
        let position = |width, height| {
            let mut draws = draws(&augmentation, 3);
            augmentation.draw(&mut draws, width, height);
            draws.position()
        };
        assert_eq!(position(1, 1), position(4000, 3000), "{augmentation:?}");
    }
}

#[test]
fn flips_are_involutions() {
    for way in ["lr", "ud"] {
        let augmentation = parse("Flip", json!({"lr_ud": way}));
        let image = picture(33, 18);
        let once = product(&augmentation, &image, 1);
        assert_ne!(once, image);
        assert_eq!(product(&augmentation, &once, 1), image);
    }
    let never = parse("Flip", json!({"flip_p": 0}));
    assert_eq!(product(&never, &picture(9, 9), 1), picture(9, 9));
}

#[test]
fn turning_by_half_twice_is_no_turn() {
    let half: Drawn = serde_json::from_value(json!({"operator": "Rotate", "angle": 180.0})).unwrap();
    let image = picture(40, 31);
    let once = pixels(&half, &image);
    assert_ne!(once, image);
    assert_eq!(pixels(&half, &once), image);
}

#[test]
fn a_positive_angle_turns_counter_clockwise() {
    let quarter: Drawn = serde_json::from_value(json!({"operator": "Rotate", "angle": 90.0})).unwrap();
    let mut image = Pixels::black(9, 9);
    image.rgb_mut()[(4 * 9 + 8) * 3] = 200;
    let product = pixels(&quarter, &image);
    assert_eq!(product.rgb()[4 * 3], 200, "the right end has to become the top");
}

#[test]
fn cut_out_erases_one_rectangle_of_the_drawn_size() {
    let white = Pixels::new(200, 100, vec![255; 60_000]).unwrap();
    let augmentation = parse("CutOut", json!({}));
    for number in 0..100 {
        let erased =
            product(&augmentation, &white, number).rgb().iter().filter(|byte| **byte == 0).count() / 3;
        let drawn = augmentation.draw(&mut draws(&augmentation, number), 200, 100);
        let Drawn::CutOut(area) = drawn else { panic!("{drawn:?}") };
        assert_eq!(erased, ((area.xmax - area.xmin) * (area.ymax - area.ymin)) as usize);
        assert!(area.xmax - area.xmin <= 60 && area.ymax - area.ymin <= 30 && erased > 0, "{area:?}");
    }
}

#[test]
fn a_crop_leaves_at_least_two_pixels_and_no_more_than_asked_for_goes() {
    let most = parse("Crop", json!({"crop_percent_min": "0.49", "crop_percent_max": "0.49"}));
    for (width, height) in SIZES {
        let image = product(&most, &picture(width, height), 1);
        assert!(
            image.width() >= width.min(2) && image.height() >= height.min(2),
            "{width} {height}: {image:?}"
        );
    }
    let some = parse("Crop", json!({}));
    for number in 0..200 {
        let image = product(&some, &grey(100, 50), number);
        assert!(image.width() > 60 && image.height() > 30, "{image:?}");
    }
}

#[test]
fn translating_moves_every_pixel_at_least_by_one() {
    for axis in ["X", "Y"] {
        let augmentation = parse("Translate", json!({"translateXY": axis}));
        for number in 0..100 {
            let drawn = augmentation.draw(&mut draws(&augmentation, number), 100, 100);
            let Drawn::Translate(shift) = drawn else { panic!("{drawn:?}") };
            let moved = if axis == "X" { shift.dx } else { shift.dy };
            assert!((1..=20).contains(&moved.abs()) && shift.dx * shift.dy == 0, "{shift:?}");
        }
    }
}

#[test]
fn products_beyond_the_limit_are_refused_before_they_are_made() {
    let padding = parse(
        "Padding",
        json!({"px_left": 10_000, "px_right": 10_000, "px_top": 9_999, "px_bottom": 10_000}),
    );
    let drawn = padding.draw(&mut draws(&padding, 1), 4, 4);
    let error = drawn.augment(picture(4, 4), None).unwrap_err();
    assert_eq!(error.to_string(), "the product would have 20004 x 20003 pixels, more than 200000000");
    assert!(find("Resize").unwrap().parse(json!({"width": 10_001}).as_object().unwrap()).is_err());
}

#[test]
fn one_colour_survives_what_only_moves_light_between_neighbours() {
    for (operator, parameters) in [("Blur", json!({})), ("MotionBlur", json!({})), ("Sharpen", json!({}))] {
        let augmentation = parse(operator, parameters);
        for number in 0..20 {
            assert_eq!(product(&augmentation, &grey(40, 30), number), grey(40, 30), "{operator}");
        }
    }
}

/// The definition in 64-bit floating point.
fn saturated([r, g, b]: [f64; 3], turn: f64, factor: f64) -> [f64; 3] {
    let value = r.max(g).max(b);
    let range = value - r.min(g).min(b);
    let sixth = match range {
        0.0 => 0.0,
        _ if value == r => (g - b) / range,
        _ if value == g => (b - r) / range + 2.0,
        _ => (r - g) / range + 4.0,
    };
    let hue = (sixth + turn / 60.0).rem_euclid(6.0);
    let chroma = (range * factor).min(value);
    [5.0, 3.0, 1.0].map(|n| {
        let k = (n + hue) % 6.0;
        value - chroma * k.min(4.0 - k).clamp(0.0, 1.0)
    })
}

#[test]
fn saturation_is_its_formula() {
    let image = picture(200, 120);
    for (turn, factor) in [(-18.0, 0.6), (18.0, 1.4), (0.0, 1.0), (359.0, 1.0), (-200.0, 3.0)] {
        let drawn = json!({"operator": "Saturation", "dh": turn, "ks": factor});
        let product = pixels(&serde_json::from_value(drawn).unwrap(), &image);
        for (before, after) in image.rgb().as_chunks().0.iter().zip(product.rgb().as_chunks::<3>().0) {
            let expected = saturated(before.map(f64::from), turn, factor);
            for (expected, found) in expected.into_iter().zip(after) {
                assert!((expected - f64::from(*found)).abs() < 0.51, "{before:?}: {expected} {found}");
            }
        }
    }
}
