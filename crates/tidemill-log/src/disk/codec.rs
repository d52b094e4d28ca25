//! Little-endian fields and the header shape that all files share: magic, CRC-32C of what follows, fields.

/// Bytes before the checksummed part of a header: magic and CRC.
pub(crate) const PREFIX: usize = 8;

/// Builds bytes field by field.
#[derive(Default)]
pub(crate) struct Fields(pub(crate) Vec<u8>);

impl Fields {
    /// Starts a header; [`Fields::seal`] fills the CRC in.
    pub(crate) fn header(magic: &[u8; 4], room: usize) -> Self {
        Self::header_in(Vec::with_capacity(room), magic)
    }
    /// Starts a header in a used buffer.
    pub(crate) fn header_in(mut bytes: Vec<u8>, magic: &[u8; 4]) -> Self {
        bytes.clear();
        bytes.extend_from_slice(magic);
        bytes.extend_from_slice(&[0; 4]);
        Self(bytes)
    }
    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    pub(crate) fn i64(&mut self, value: i64) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    pub(crate) fn u128(&mut self, value: u128) -> &mut Self {
        self.raw(&value.to_le_bytes())
    }
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }
    /// The bytes with the CRC of everything behind it in place.
    pub(crate) fn seal(mut self) -> Vec<u8> {
        let crc = crc32c::crc32c(&self.0[PREFIX..]);
        self.0[4..PREFIX].copy_from_slice(&crc.to_le_bytes());
        self.0
    }
}

/// Reads fields; `None` at the end of the bytes.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }
    pub(crate) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
    pub(crate) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }
    pub(crate) fn i64(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }
    pub(crate) fn u128(&mut self) -> Option<u128> {
        Some(u128::from_le_bytes(self.take(16)?.try_into().ok()?))
    }
}

/// The fields of a sealed header of exactly these bytes with its CRC; `None` if magic or CRC are wrong.
pub(crate) fn open_header<'a>(bytes: &'a [u8], magic: &[u8; 4]) -> Option<(Reader<'a>, u32)> {
    let mut reader = Reader(bytes);
    let found = reader.take(4)?;
    let crc = reader.u32()?;
    (found == magic && crc == crc32c::crc32c(reader.0)).then_some((reader, crc))
}
