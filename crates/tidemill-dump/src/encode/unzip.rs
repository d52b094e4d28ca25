//! The one file of a zip archive, found by the directory at the archive's end.
//!
//! Layout: PKWARE's APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory) and 4.3.16 (its end). The
//! directory has the sizes also where the file's own header leaves them out, as `ZipOutputStream` does.

/// The file's bytes as they are.
pub(super) const STORED: u16 = 0;
/// The file's bytes by deflate.
pub(super) const DEFLATED: u16 = 8;

const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
const DIRECTORY: &[u8] = b"PK\x01\x02";
const DIRECTORY_BYTES: usize = 46;
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// The end has a comment behind it, whose length has two bytes.
const COMMENT_BYTES_MAX: usize = 65_535;
/// Of a file's flags.
const ENCRYPTED: u16 = 1;

/// A file as the archive has it.
pub(super) struct Entry<'a> {
    pub(super) method: u16,
    /// CRC-32 of what is packed.
    pub(super) crc: u32,
    pub(super) packed: &'a [u8],
}

/// The file of an archive of one. The error says what is wrong, for people.
pub(super) fn only_entry(archive: &[u8]) -> Result<Entry<'_>, String> {
    let end = end(archive).ok_or("it is no zip archive")?;
    let files = u16_at(end, 10).unwrap_or(0);
    if files != 1 {
        return Err(format!("it is a zip archive of {files} files; one is allowed"));
    }
    read(archive, end).ok_or_else(|| "it is a damaged zip archive".to_owned())?
}

fn read<'a>(archive: &'a [u8], end: &[u8]) -> Option<Result<Entry<'a>, String>> {
    let listed = archive.get(offset(end, 16)?..)?;
    if !listed.starts_with(DIRECTORY) || listed.len() < DIRECTORY_BYTES {
        return None;
    }
    if u16_at(listed, 8)? & ENCRYPTED != 0 {
        return Some(Err("it is an encrypted zip archive".into()));
    }
    let local = archive.get(offset(listed, 42)?..)?;
    if !local.starts_with(LOCAL) {
        return None;
    }
    let names = usize::from(u16_at(local, 26)?) + usize::from(u16_at(local, 28)?);
    let packed = local.get(LOCAL_BYTES + names..)?.get(..offset(listed, 20)?)?;
    Some(Ok(Entry { method: u16_at(listed, 10)?, crc: u32_at(listed, 16)?, packed }))
}

/// The directory's end: what says that exactly the rest of the archive is its comment.
fn end(archive: &[u8]) -> Option<&[u8]> {
    let last = archive.len().checked_sub(END_BYTES)?;
    (last.saturating_sub(COMMENT_BYTES_MAX)..=last).rev().find_map(|at| {
        let end = archive.get(at..)?;
        let comment = usize::from(u16_at(end, 20)?);
        (end.starts_with(END) && end.len() == END_BYTES + comment).then_some(end)
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|two| u16::from_le_bytes(*two))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

fn offset(bytes: &[u8], at: usize) -> Option<usize> {
    u32_at(bytes, at).and_then(|value| usize::try_from(value).ok())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An archive of files, each with name, method, content and packed bytes, with sizes behind the data.
    pub(in crate::encode) fn archive(files: &[(&str, u16, &[u8], &[u8])]) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, method, content, packed) in files {
            let at = out.len() as u32;
            let sizes = [crc32fast::hash(content), packed.len() as u32, content.len() as u32];
            let sizes: Vec<u8> = sizes.iter().flat_map(|n| n.to_le_bytes()).collect();
            let begin =
                |version: u16| [version, 8, *method, 0, 0].iter().flat_map(|n| n.to_le_bytes()).collect();
            let (begin, name_bytes): (Vec<u8>, _) = (begin(20), (name.len() as u16).to_le_bytes());
            let local = [LOCAL, &begin, &[0; 12], &name_bytes, &[0, 0], name.as_bytes(), packed];
            out.extend(local.concat());
            out.extend([b"PK\x07\x08", &*sizes].concat());
            let places = [&[0u8; 12][..], &at.to_le_bytes(), name.as_bytes()].concat();
            directory.extend([DIRECTORY, &[20, 0], &begin, &sizes, &name_bytes, &places].concat());
        }
        let (at, files) = (out.len() as u32, files.len() as u16);
        out.extend(&directory);
        let sizes = [directory.len() as u32, at].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
        let counts = [files.to_le_bytes(), files.to_le_bytes()].concat();
        out.extend([END, &[0; 4], &counts, &sizes, &[0, 0]].concat());
        out
    }

    #[test]
    fn one_file_is_found_also_before_a_comment() {
        let mut bytes = archive(&[("a", STORED, b"text", b"text")]);
        let comment = bytes.len() - 2;
        bytes[comment] = 3;
        bytes.extend(b"...");
        let entry = only_entry(&bytes).map_err(|e| panic!("{e}")).ok();
        assert_eq!(entry.map(|e| (e.method, e.packed)), Some((STORED, &b"text"[..])));
    }

    #[test]
    fn archives_of_more_or_fewer_files_and_encrypted_ones_are_refused() {
        let file = ("a", STORED, &b"text"[..], &b"text"[..]);
        let refused = |bytes: &[u8]| only_entry(bytes).err().unwrap();
        assert!(refused(&archive(&[file, file])).contains("2 files"));
        assert!(refused(&archive(&[])).contains("0 files"));
        let mut encrypted = archive(&[file]);
        let listed = encrypted.len() - END_BYTES - DIRECTORY_BYTES - 1;
        encrypted[listed + 8] |= 1;
        assert!(refused(&encrypted).contains("encrypted"));
    }

    #[test]
    fn offsets_and_sizes_past_the_end_are_damage() {
        let whole = archive(&[("a", STORED, b"text", b"text")]);
        let (end, listed) = (whole.len() - END_BYTES, whole.len() - END_BYTES - DIRECTORY_BYTES - 1);
        for at in [end + 16, listed + 20, listed + 42] {
            let mut bytes = whole.clone();
            bytes[at..at + 4].fill(0xff);
            assert_eq!(only_entry(&bytes).err().as_deref(), Some("it is a damaged zip archive"), "{at}");
        }
    }
}
