//! The basic level beside scikit-image.

use tidemill_embedding::{Embedder, Vector};
use tidemill_vision::Pixels;

/// The images of tests/oracle/hog.py.
fn image(kind: u64) -> Pixels {
    let grey = |x: u64, y: u64| match kind {
        0 => (x * 3 + y) % 256,
        1 => (x / 7 + y / 5) % 2 * 200 + 20,
        2 => (x * x + y * y) / 32 % 256,
        _ => (x * 37 + y * 101 + x * y * 13) % 256,
    };
    let rgb = (0..64 * 64).flat_map(|n| [grey(n % 64, n / 64) as u8; 3]);
    Pixels::new(64, 64, rgb.collect()).unwrap()
}

#[test]
fn it_is_the_histogram_of_the_reference() {
    let golden: Vec<Vec<f32>> = serde_json::from_str(include_str!("../golden/hog.json")).unwrap();
    for (kind, expected) in golden.iter().enumerate() {
        let expected = Vector::normalised(expected).unwrap();
        let found = Embedder::basic().embed(&image(kind as u64)).unwrap();
        assert_eq!(found.dimensions(), 288);
        let off =
            found.numbers().iter().zip(expected.numbers()).map(|(a, b)| (a.to_f32() - b.to_f32()).abs());
        let most = off.fold(0.0, f32::max);
        assert!(most < 1e-3, "image {kind}: {most}");
    }
}

#[test]
fn an_image_without_edges_is_like_nothing() {
    let flat = Pixels::new(30, 20, vec![90; 1800]).unwrap();
    let vector = Embedder::basic().embed(&flat).unwrap();
    assert_eq!(vector.cosine(&vector), 0.0);
}
