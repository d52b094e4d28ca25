//! Fog and clouds: white, mixed in by value noise.

use super::value_noise::ValueNoise;
use crate::Pixels;
use crate::rounding::byte_f32;
use crate::seed::Draws;

const FOG: [f32; 3] = [235.0, 238.0, 240.0];
const CLOUD: [f32; 3] = [250.0; 3];

/// Fog of this density everywhere, in swathes.
pub(super) fn fog(image: &mut Pixels, density: f64, draws: &mut Draws) {
    let density = density.clamp(0.0, 1.0) as f32;
    cover(image, draws, FOG, |noise| density * (0.6 + 0.4 * noise));
}

/// Clouds with clear sky between them.
pub(super) fn clouds(image: &mut Pixels, draws: &mut Draws) {
    cover(image, draws, CLOUD, |noise| ((noise - 0.45) * 2.2).clamp(0.0, 0.85));
}

/// Mixes `colour` in by the share that the noise of a pixel gives.
fn cover(image: &mut Pixels, draws: &mut Draws, colour: [f32; 3], share: impl Fn(f32) -> f32) {
    let spacing = f64::from(image.width().max(image.height())) / 3.0;
    let mut noise = ValueNoise::new(draws.bits(), image.width(), spacing);
    for (y, row) in (0..).zip(image.rows_mut()) {
        for (pixel, noise) in row.as_chunks_mut::<3>().0.iter_mut().zip(noise.row(y)) {
            let share = share(*noise);
            for (channel, colour) in pixel.iter_mut().zip(colour) {
                let before = f32::from(*channel);
                *channel = byte_f32(before + (colour - before) * share);
            }
        }
    }
}
