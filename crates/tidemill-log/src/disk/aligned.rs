//! A growable buffer at a 4096-byte boundary: what O_DIRECT writes from.

use super::BLOCK;

const ALIGN: usize = BLOCK as usize;

/// Bytes whose start is aligned; grows on demand and keeps its room.
#[derive(Debug, Default)]
pub(crate) struct AlignedBuf {
    raw: Vec<u8>,
    start: usize,
    len: usize,
}

impl AlignedBuf {
    /// How many bytes it holds.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Forgets the content, keeps the room.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends bytes.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        let at = self.start + self.len;
        self.raw[at..at + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Appends zeros up to the next 4096-byte boundary.
    pub(crate) fn pad(&mut self) {
        const ZEROS: [u8; ALIGN] = [0; ALIGN];
        let missing = self.len.next_multiple_of(ALIGN) - self.len;
        self.extend(&ZEROS[..missing]);
    }

    /// The content.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.raw[self.start..self.start + self.len]
    }

    /// The content, to be overwritten in place.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.raw[self.start..self.start + self.len]
    }

    /// Drops the first `count` bytes, a multiple of 4096; what is left moves to the front.
    pub(crate) fn consume(&mut self, count: usize) {
        self.raw.copy_within(self.start + count..self.start + self.len, self.start);
        self.len -= count;
    }

    fn reserve(&mut self, more: usize) {
        let need = self.len + more;
        if self.start + need <= self.raw.len() {
            return;
        }
        let room = need.next_power_of_two().max(64 << 10);
        let mut raw = vec![0; room + ALIGN];
        let start = raw.as_ptr().align_offset(ALIGN);
        raw[start..start + self.len].copy_from_slice(self.bytes());
        (self.raw, self.start) = (raw, start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_aligned_while_it_grows_and_shrinks() {
        let mut buf = AlignedBuf::default();
        for i in 0..200u32 {
            buf.extend(&[i as u8; 1000]);
            assert_eq!(buf.bytes().as_ptr().align_offset(ALIGN), 0);
        }
        buf.consume(2 * ALIGN);
        assert_eq!(buf.len(), 200_000 - 2 * ALIGN);
        assert_eq!(buf.bytes()[0], (2 * ALIGN / 1000) as u8);
        buf.pad();
        assert_eq!(buf.len() % ALIGN, 0);
    }
}
