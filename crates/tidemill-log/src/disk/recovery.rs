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
        Found::Manifest { files, shape, state, stale } => {
            let opened = reopen(disk, layout, files, shape, *state)?;
            repair(disk, opened, stale)
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
    check_room(disk, layout, shape, config)?;
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

/// A new log needs room for its ring and more than the watermark beside it.
fn check_room(
    disk: &dyn Disk,
    layout: &Layout,
    shape: RingShape,
    config: &DiskLogConfig,
) -> Result<(), LogError> {
    let ring = u64::from(shape.files).saturating_mul(shape.file_bytes);
    let needed = ring.saturating_add(config.disk_full_below).saturating_add(config.reserve_bytes);
    let free = disk.free_bytes(&layout.0)?;
    if free >= needed {
        return Ok(());
    }
    let what = format!("a new log needs {needed} free bytes in {}, there are {free}", layout.0.display());
    Err(LogError::Io(std::io::Error::new(std::io::ErrorKind::StorageFull, what)))
}

fn reopen(
    disk: &dyn Disk,
    layout: &Layout,
    files: ManifestFiles,
    shape: RingShape,
    mut state: State,
) -> Result<Opened, LogError> {
    let durable_group = state.next_group;
    let filled = ring_files(disk, layout, shape)?;
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

/// Which ring files are there. They are made in order and whole: a gap or another size is damage.
fn ring_files(disk: &dyn Disk, layout: &Layout, shape: RingShape) -> Result<Vec<bool>, LogError> {
    let names = disk.list(&layout.journal())?;
    let present = |slot: u32| names.contains(&format!("{slot:02}.ring"));
    let filled: Vec<_> = (0..shape.files).map(present).collect();
    for slot in (0u32..shape.files).filter(|slot| present(*slot)) {
        let path = layout.ring(slot);
        if disk.open(&path, Access::Read)?.size()? != shape.file_bytes {
            return Err(LogError::Damaged(format!("{} has another length", layout.name(&path))));
        }
    }
    let made = filled.iter().rposition(|there| *there).map_or(0, |last| last + 1);
    match filled[..made].iter().position(|there| !there) {
        Some(gap) => Err(LogError::Damaged(format!("{} is missing", layout.name(&layout.ring(gap as u32))))),
        None => Ok(filled),
    }
}

/// Puts the other copy of the manifest right where it is damaged, missing or older.
fn repair(disk: &dyn Disk, mut opened: Opened, stale: bool) -> Result<Opened, LogError> {
    if stale {
        tracing::warn!("one copy of the log manifest was not whole; it is written anew from the other");
        let state = &opened.state;
        opened.files.commit(disk, |sequence, shape| encode(sequence, shape, state))?;
    }
    Ok(opened)
}
