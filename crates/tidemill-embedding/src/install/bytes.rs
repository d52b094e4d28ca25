//! Little-endian numbers out of untrusted bytes.

/// The bytes ended too early.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended;

/// A position in bytes; whatever lies beyond their end is an error.
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// From the beginning.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// From `offset`, which may lie beyond the end.
    pub(super) fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes.get(offset..).unwrap_or_default() }
    }

    /// How many bytes are left.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Ended> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Ended)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Up to the next line feed, which is taken too.
    pub(super) fn line(&mut self) -> Result<&'a [u8], Ended> {
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or(Ended)?;
        let line = self.take(end)?;
        self.take(1)?;
        Ok(line)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Ended> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Ended)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Ended> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Ended> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Ended> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, Ended> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Ended> {
        self.array().map(u64::from_le_bytes)
    }
}
