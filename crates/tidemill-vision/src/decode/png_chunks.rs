//! The structure of a PNG file: what kind of pixels it stores and whether it is complete.

const SIGNATURE_LEN: usize = 8;
const CHUNK_FRAME_LEN: usize = 12;
const COLOUR_TYPE_RGB: u8 = 2;

/// What the chunks of a PNG file say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PngChunks {
    /// Whether pixels are stored as three channels of 8 bits without any transparency.
    pub(super) is_rgb8: bool,
    /// The offset behind the end chunk; none if the file was cut off.
    pub(super) end: Option<usize>,
}

impl PngChunks {
    /// Walks over all chunks.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut chunks = Self::default();
        let mut at = SIGNATURE_LEN;
        while let Some((kind, body)) = chunk(bytes, at) {
            at += CHUNK_FRAME_LEN + body.len();
            match (kind, body) {
                (b"IHDR", [_, _, _, _, _, _, _, _, 8, COLOUR_TYPE_RGB, ..]) => chunks.is_rgb8 = true,
                (b"tRNS", _) => chunks.is_rgb8 = false,
                (b"IEND", _) => {
                    chunks.end = Some(at);
                    break;
                }
                _ => {}
            }
        }
        chunks
    }
}

/// Kind and body of the chunk at `at`, if it is there completely with its checksum.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let rest = bytes.get(at..)?;
    let length = u32::from_be_bytes(rest.first_chunk::<4>().copied()?) as usize;
    rest.get(..length.checked_add(CHUNK_FRAME_LEN)?)?;
    Some((&rest[4..8], &rest[8..8 + length]))
}
