//! A decoded image.

/// 8-bit RGB, row by row from the top left, three bytes a pixel, no padding.
///
/// Width and height are at least 1, and `rgb` holds exactly `3 * width * height` bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Pixels {
    /// An image of these bytes; `None` if a side is 0 or the number of bytes does not fit.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let expected = (width as usize).checked_mul(height as usize)?.checked_mul(3)?;
        (expected > 0 && expected == rgb.len()).then_some(Self { width, height, rgb })
    }

    /// A black image; a side of 0 counts as 1.
    pub(crate) fn black(width: u32, height: u32) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, rgb: vec![0; width as usize * height as usize * 3] }
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All bytes, row by row.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// All bytes, to be changed in place.
    pub fn rgb_mut(&mut self) -> &mut [u8] {
        &mut self.rgb
    }

    /// The bytes of row `y`, which has to exist.
    pub fn row(&self, y: u32) -> &[u8] {
        let stride = self.width as usize * 3;
        &self.rgb[y as usize * stride..][..stride]
    }

    /// The bytes of a row.
    pub(crate) fn stride(&self) -> usize {
        self.width as usize * 3
    }

    /// The rows from the top.
    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, u8> {
        self.rgb.chunks_exact(self.stride())
    }

    /// The rows from the top, to be changed in place.
    pub(crate) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, u8> {
        let stride = self.stride();
        self.rgb.chunks_exact_mut(stride)
    }

    /// The bytes alone.
    pub fn into_rgb(self) -> Vec<u8> {
        self.rgb
    }
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({} x {})", self.width, self.height)
    }
}
