//! Changing how light a pixel is: its value `V = max(R, G, B)` becomes `V'`, and every channel is scaled by `V' / V`.

use crate::Pixels;
use crate::rounding::byte;

/// Every value `v` becomes `lighter(v)`, rounded to 8 bits. Black becomes grey.
pub(super) fn map_value(mut image: Pixels, lighter: impl Fn(f64) -> f64) -> Pixels {
    let table = table(lighter);
    for pixel in image.rgb_mut().as_chunks_mut::<3>().0 {
        let value = pixel[0].max(pixel[1]).max(pixel[2]);
        // Never out of range: there is one part for each of the 256 values.
        let Some(scaled) = table.get(usize::from(value)) else { continue };
        *pixel = pixel.map(|channel| scaled[usize::from(channel)]);
    }
    image
}

/// For each value what each channel up to it becomes.
fn table(lighter: impl Fn(f64) -> f64) -> Vec<[u8; 256]> {
    let mut table = vec![[0; 256]; 256];
    for (value, scaled) in table.iter_mut().enumerate() {
        let new = f64::from(byte(lighter(value as f64)));
        let ratio = if value == 0 { 0.0 } else { new / value as f64 };
        for (channel, out) in scaled.iter_mut().enumerate().take(value + 1) {
            *out = if value == 0 { new as u8 } else { byte(channel as f64 * ratio) };
        }
    }
    table
}
