//! Start: makes a new log, or reads the manifest of an old one and replays the journal behind it.

use super::config::DiskLogConfig;
use super::device::{Access, Disk};
use super::frame::RingPos;
use super::manifest::{Found, ManifestFiles, RingShape, encode, read_whole};
use super::replay;
use super::segment::Layout;
use super::state::State;
use crate::store::LogError;

/// The format this version writes, and the newest it reads.
const FORMAT: u32 = 1;
const FORMAT_NAME: &str = "tidemill-log";

/// A log that is ready to go on.
pub(crate) struct Opened {
    pub(crate) files: ManifestFiles,
    pub(crate) shape: RingShape,
    pub(crate) state: State,
    /// Which ring files are there.
    pub(crate) filled: Vec<bool>,
}

/// Opens the log in a directory, or makes one there if the directory is empty or missing.
pub(crate) fn open(disk: &dyn Disk, layout: &Layout, config: &DiskLogConfig) -> Result<Opened, LogError> {
    disk.create_dir(&layout.0)?;
    let known = check_format(disk, layout)?;
    match ManifestFiles::load(disk, layout)? {
        Found::Manifest { .. } if !known => Err(LogError::Damaged("the file FORMAT is missing".into())),
        Found::Manifest { files, shape, state, damaged } => {
            let opened = reopen(disk, layout, files, shape, *state)?;
            repair(disk, opened, damaged)
        }
        Found::Damaged => Err(LogError::Damaged("both copies of the log manifest are damaged".into())),
        Found::Nothing if is_empty(disk, layout)? => create(disk, layout, config),
        Found::Nothing => Err(LogError::Damaged("the log manifest is missing, its records are there".into())),
    }
}

/// Whether the directory has a format this version reads. A newer one is an error.
fn check_format(disk: &dyn Disk, layout: &Layout) -> Result<bool, LogError> {
    let Some(bytes) = read_whole(disk, &layout.format())? else { return Ok(false) };
    let text = String::from_utf8_lossy(&bytes);
    let number = text.trim().strip_prefix(FORMAT_NAME).and_then(|n| n.trim().parse::<u32>().ok());
    match number {
        Some(FORMAT) => Ok(true),
        Some(newer) => Err(LogError::Damaged(format!(
            "the log has format {newer}; this version of Tidemill reads format {FORMAT}"
        ))),
        None => Err(LogError::Damaged("the file FORMAT is damaged".into())),
    }
}

fn is_empty(disk: &dyn Disk, layout: &Layout) -> Result<bool, LogError> {
    let ring_files = disk.list(&layout.journal())?.iter().filter(|n| n.ends_with(".ring")).count();
    Ok(ring_files == 0 && disk.list(&layout.segments())?.is_empty())
}

fn create(disk: &dyn Disk, layout: &Layout, config: &DiskLogConfig) -> Result<Opened, LogError> {
    let shape = RingShape { files: config.ring_files, file_bytes: config.ring_file_bytes };
    let format = disk.open(&layout.format(), Access::Cached)?;
    format.write_at(format!("{FORMAT_NAME} {FORMAT}\n").as_bytes(), 0)?;
    format.sync()?;
    disk.create_dir(&layout.journal())?;
    disk.create_dir(&layout.segments())?;
    disk.sync_dir(&layout.0)?;
    // The last file, never begun: the first one written is number 0.
    let start = RingPos { slot: shape.files - 1, generation: 0, offset: 0, next_group: 1, prev_crc: 0 };
    let state = State::at(start);
    let mut files = ManifestFiles::create(layout, shape);
    files.commit(disk, |sequence, shape| encode(sequence, shape, &state))?;
    Ok(Opened { files, shape, state, filled: vec![false; shape.files as usize] })
}

fn reopen(
    disk: &dyn Disk,
    layout: &Layout,
    files: ManifestFiles,
    shape: RingShape,
    mut state: State,
) -> Result<Opened, LogError> {
    let durable_group = state.next_group;
    let filled =
        (0..shape.files).map(|slot| is_whole(disk, layout, slot, shape)).collect::<Result<Vec<_>, _>>()?;
    let end = replay::replay(disk, layout, shape, &mut state)?;
    if end.next_group < durable_group {
        let name = layout.name(&layout.ring(end.slot));
        return Err(LogError::Damaged(format!(
            "{name} ends at offset {} before group {}, but everything before group {durable_group} was durable",
            end.offset, end.next_group
        )));
    }
    (state.end, state.next_group) = (end, end.next_group);
    Ok(Opened { files, shape, state, filled })
}

fn is_whole(disk: &dyn Disk, layout: &Layout, slot: u32, shape: RingShape) -> Result<bool, LogError> {
    match disk.open(&layout.ring(slot), Access::Read) {
        Ok(file) => Ok(file.size()? == shape.file_bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e.into()),
    }
}

/// Puts a damaged copy of the manifest right.
fn repair(disk: &dyn Disk, mut opened: Opened, damaged: Option<String>) -> Result<Opened, LogError> {
    if let Some(file) = damaged {
        tracing::warn!(%file, "a copy of the log manifest was damaged; it is written anew from the other");
        let state = &opened.state;
        opened.files.commit(disk, |sequence, shape| encode(sequence, shape, state))?;
    }
    Ok(opened)
}
