//! The structure of a WebP file: whether it is complete.

const FILE_HEADER_LEN: usize = 12;
const CHUNK_HEADER_LEN: usize = 8;

/// The offset behind the file by its own header; none if it or one of its chunks was cut off.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let end = length(bytes, 4)?.checked_add(CHUNK_HEADER_LEN)?;
    let file = bytes.get(..end)?;
    let mut at = FILE_HEADER_LEN;
    while at + CHUNK_HEADER_LEN <= end {
        let body = at + CHUNK_HEADER_LEN;
        let length = length(file, at + 4)?;
        file.get(body..body.checked_add(length)?)?;
        // Chunks begin at even offsets.
        at = body + length + length % 2;
    }
    Some(end)
}

fn length(bytes: &[u8], at: usize) -> Option<usize> {
    let field = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*field)).ok()
}
