//! One row of an image, cut into its channels.

/// How many pixels are worked on at once: few enough that memory is read ahead meanwhile, and that 32 bits hold the sum
/// of their squares, each at most 1020².
pub(super) const SPAN: usize = 1024;

/// The channels of a span of a row, at most [`SPAN`] pixels.
pub(super) struct Channels {
    pub(super) red: [u8; SPAN],
    pub(super) green: [u8; SPAN],
    pub(super) blue: [u8; SPAN],
    length: usize,
}

impl Channels {
    pub(super) fn new() -> Self {
        Self { red: [0; SPAN], green: [0; SPAN], blue: [0; SPAN], length: 0 }
    }

    /// Takes a span of RGB bytes.
    #[inline(always)]
    pub(super) fn split(&mut self, rgb: &[u8]) {
        self.length = rgb.len() / 3;
        let channels = self.red.iter_mut().zip(&mut self.green).zip(&mut self.blue);
        for (pixel, ((red, green), blue)) in rgb.chunks_exact(3).zip(channels) {
            *red = pixel[0];
            *green = pixel[1];
            *blue = pixel[2];
        }
    }

    /// Red, green and blue of the span.
    #[inline(always)]
    pub(super) fn slices(&self) -> (&[u8], &[u8], &[u8]) {
        (&self.red[..self.length], &self.green[..self.length], &self.blue[..self.length])
    }
}
