use super::*;

fn weather(mode: &str, image: &Pixels, number: usize) -> Pixels {
    let product = product(&parse("Weather", json!({"weather_mode": mode})), image, number);
    assert_eq!((product.width(), product.height()), (image.width(), image.height()));
    product
}

fn mean(image: &Pixels) -> f64 {
    image.rgb().iter().map(|byte| f64::from(*byte)).sum::<f64>() / image.rgb().len() as f64
}

fn deviation(image: &Pixels) -> f64 {
    let mean = mean(image);
    let sum: f64 = image.rgb().iter().map(|byte| (f64::from(*byte) - mean).powi(2)).sum();
    (sum / image.rgb().len() as f64).sqrt()
}

#[test]
fn fog_lowers_contrast_and_raises_the_mean() {
    for number in 0..5 {
        let image = picture(320, 240);
        let fog = weather("Fog", &image, number);
        assert!(deviation(&fog) < deviation(&image) && mean(&fog) > mean(&image));
        let cloudy = weather("Clouds", &image, number);
        assert!(mean(&cloudy) > mean(&image));
    }
}

#[test]
fn snow_raises_the_mean() {
    for number in 0..5 {
        let (dark, image) = (Pixels::black(320, 240), picture(320, 240));
        assert!(mean(&weather("Snow", &image, number)) > mean(&image));
        let lit = weather("Snow", &dark, number).rgb().iter().filter(|byte| **byte > 0).count();
        assert!(lit > 320 * 240 * 3 / 500, "{lit}");
    }
}

/// On middle grey, which the lower contrast leaves as it is.
#[test]
fn rain_changes_some_pixels() {
    let image = Pixels::new(1280, 720, vec![127; 1280 * 720 * 3]).unwrap();
    for number in 0..5 {
        let rain = weather("Rain", &image, number);
        let changed = rain.rgb().chunks(3).filter(|pixel| pixel[0] != 127).count();
        let share = changed as f64 / f64::from(1280 * 720);
        assert!((0.01..0.35).contains(&share), "{share}");
    }
}
