//! What changed from one version to another. Both are in the order of places, so one walk over both is enough.

use super::canonical::{EntryError, VersionEntries};
use super::entry::{Key, VersionEntry};
use super::error::VersionError;
use crate::Datasets;
use std::cmp::Ordering;
use tidemill_model::ProjectId;

/// What became of a sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Only the newer version has it.
    Added(VersionEntry),
    /// Only the older version has it.
    Deleted(VersionEntry),
    /// Both have it; its object, labels or other properties differ.
    Modified {
        /// As it was.
        before: Box<VersionEntry>,
        /// As it is.
        after: Box<VersionEntry>,
    },
}

/// A version that is read with a look ahead.
pub(super) struct Ahead {
    entries: VersionEntries,
    next: Option<(Key, VersionEntry)>,
    ended: bool,
}

impl Ahead {
    pub(super) fn new(entries: VersionEntries) -> Self {
        Self { entries, next: None, ended: false }
    }

    async fn look(&mut self) -> Result<Option<&(Key, VersionEntry)>, EntryError> {
        if self.next.is_none() && !self.ended {
            match self.entries.next().await? {
                Some(entry) => self.next = Some((entry.key(), entry)),
                None => self.ended = true,
            }
        }
        Ok(self.next.as_ref())
    }

    /// Takes the entries before `key` (all without one), one a call.
    pub(super) async fn take_before(
        &mut self,
        key: Option<&Key>,
    ) -> Result<Option<VersionEntry>, EntryError> {
        let before = match (self.look().await?, key) {
            (Some((at, _)), Some(key)) => at.cmp(key) == Ordering::Less,
            (present, _) => present.is_some(),
        };
        Ok(if before { self.next.take().map(|(_, entry)| entry) } else { None })
    }

    /// Takes the entry at `key`, if there is one.
    pub(super) async fn take_at(&mut self, key: &Key) -> Result<Option<VersionEntry>, EntryError> {
        let same = self.look().await?.is_some_and(|(at, _)| at == key);
        Ok(if same { self.next.take().map(|(_, entry)| entry) } else { None })
    }
}

/// Whether two entries of one sample differ in anything but usage.
pub(super) fn differs(before: &VersionEntry, after: &VersionEntry) -> bool {
    let bare = |entry: &VersionEntry| {
        let mut entry = entry.clone();
        entry.sample.usage = None;
        entry.sample.modified_ms = 0;
        entry
    };
    bare(before) != bare(after)
}

/// The changes from one version to another, in the order of places.
pub struct VersionDiff {
    older: Ahead,
    newer: Ahead,
}

impl std::fmt::Debug for VersionDiff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VersionDiff")
    }
}

impl VersionDiff {
    /// The next change; `None` at the end.
    ///
    /// # Errors
    /// [`EntryError`].
    pub async fn next(&mut self) -> Result<Option<Change>, EntryError> {
        loop {
            let key = self.newer.look().await?.map(|(key, _)| key.clone());
            if let Some(gone) = self.older.take_before(key.as_ref()).await? {
                return Ok(Some(Change::Deleted(gone)));
            }
            let Some(key) = key else { return Ok(None) };
            let before = self.older.take_at(&key).await?;
            match (before, self.newer.take_at(&key).await?) {
                (None, Some(after)) => return Ok(Some(Change::Added(after))),
                (Some(before), Some(after)) if differs(&before, &after) => {
                    let (before, after) = (Box::new(before), Box::new(after));
                    return Ok(Some(Change::Modified { before, after }));
                }
                _ => {}
            }
        }
    }
}

impl Datasets {
    /// What changed from the version `older` to `newer`, which may be of different datasets of the project.
    ///
    /// # Errors
    /// [`VersionError::Unknown`], [`VersionError::NotNormal`], [`VersionError::Failed`].
    pub async fn diff_versions(
        &self,
        project: &ProjectId,
        older: (&str, &str),
        newer: (&str, &str),
    ) -> Result<VersionDiff, VersionError> {
        let (older, newer) = (
            self.version_entries(project, older.0, older.1).await?,
            self.version_entries(project, newer.0, newer.1).await?,
        );
        Ok(VersionDiff { older: Ahead::new(older), newer: Ahead::new(newer) })
    }
}
