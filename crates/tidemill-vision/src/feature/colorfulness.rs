//! Metric 6: spread and offset of the opponent colours red-green and yellow-blue.

use super::blur::variance;
use super::brightness::sum;

/// Sums over pixels. Yellow-blue is kept doubled, `R + G - 2B`, so that it is an integer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opponents {
    red: u64,
    green: u64,
    blue: u64,
    red_green_squares: u64,
    yellow_blue_squares: u64,
}

impl Opponents {
    /// Adds a span of at most [`super::row::SPAN`] pixels.
    #[inline(always)]
    pub(super) fn add(&mut self, (red, green, blue): (&[u8], &[u8], &[u8])) {
        self.red += sum(red);
        self.green += sum(green);
        self.blue += sum(blue);
        let (mut rg_squares, mut yb_squares) = (0i32, 0i32);
        for ((&red, &green), &blue) in red.iter().zip(green).zip(blue) {
            let (red, green, blue) = (i16::from(red), i16::from(green), i16::from(blue));
            let (rg, yb) = (red - green, red + green - 2 * blue);
            rg_squares += i32::from(rg) * i32::from(rg);
            yb_squares += i32::from(yb) * i32::from(yb);
        }
        self.red_green_squares += rg_squares as u64;
        self.yellow_blue_squares += yb_squares as u64;
    }

    /// The metric.
    pub(super) fn colorfulness(&self, pixels: u64) -> f64 {
        let count = pixels as f64;
        let red_green = self.red as i64 - self.green as i64;
        let yellow_blue = self.red as i64 + self.green as i64 - 2 * self.blue as i64;
        let (rg_mean, yb_mean) = (red_green as f64 / count, yellow_blue as f64 / count / 2.0);
        let rg_variance = variance(red_green, self.red_green_squares, pixels);
        let yb_variance = variance(yellow_blue, self.yellow_blue_squares, pixels) / 4.0;
        (rg_variance + yb_variance).sqrt() + 0.3 * (rg_mean * rg_mean + yb_mean * yb_mean).sqrt()
    }
}
