//! Metric 6: spread and offset of the opponent colours red-green and yellow-blue.

use super::blur::variance;

/// Sums over pixels. Yellow-blue is kept doubled, `R + G - 2B`, so that it is an integer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opponents {
    red_green: i64,
    red_green_squares: u64,
    yellow_blue: i64,
    yellow_blue_squares: u64,
}

impl Opponents {
    /// Adds a span of at most [`super::row::SPAN`] pixels.
    #[inline(always)]
    pub(super) fn add(&mut self, (red, green, blue): (&[u8], &[u8], &[u8])) {
        let (mut rg_sum, mut rg_squares, mut yb_sum, mut yb_squares) = (0i32, 0i32, 0i32, 0i32);
        for ((&red, &green), &blue) in red.iter().zip(green).zip(blue) {
            let (red, green, blue) = (i16::from(red), i16::from(green), i16::from(blue));
            let (rg, yb) = (i32::from(red - green), i32::from(red + green - 2 * blue));
            rg_sum += rg;
            rg_squares += rg * rg;
            yb_sum += yb;
            yb_squares += yb * yb;
        }
        self.red_green += i64::from(rg_sum);
        self.red_green_squares += rg_squares as u64;
        self.yellow_blue += i64::from(yb_sum);
        self.yellow_blue_squares += yb_squares as u64;
    }

    /// The metric.
    pub(super) fn colorfulness(&self, pixels: u64) -> f64 {
        let count = pixels as f64;
        let (rg_mean, yb_mean) = (self.red_green as f64 / count, self.yellow_blue as f64 / count / 2.0);
        let rg_variance = variance(self.red_green, self.red_green_squares, pixels);
        let yb_variance = variance(self.yellow_blue, self.yellow_blue_squares, pixels) / 4.0;
        (rg_variance + yb_variance).sqrt() + 0.3 * (rg_mean * rg_mean + yb_mean * yb_mean).sqrt()
    }
}
