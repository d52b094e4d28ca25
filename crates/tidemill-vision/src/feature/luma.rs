//! The grey image that brightness, sharpness and hashes are made from.

/// BT.601 luma, one byte a pixel, row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct Luma {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Luma {
    /// `values` holds `width * height` bytes.
    pub(super) fn new(width: u32, height: u32, values: Vec<u8>) -> Self {
        Self { width, height, values }
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All values, row by row.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// Row `y`, which has to exist.
    pub fn row(&self, y: usize) -> &[u8] {
        let width = self.width as usize;
        &self.values[y * width..][..width]
    }
}

impl std::fmt::Debug for Luma {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Luma({} x {})", self.width, self.height)
    }
}
