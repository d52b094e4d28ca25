//! The canonical manifest of a version under way: a draft, counted and compared while it is written, then in its place.

use super::canonical::{CanonicalWriter, EntryError, VersionEntries, draft_of, place_of};
use super::check::Checked;
use super::diff::{Ahead, differs};
use super::entry::VersionEntry;
use super::make::Making;
use super::split::Parts;
use super::summary::{Summary, Tally};
use super::trouble::Trouble;
use super::{read, tx};
use object_store::ObjectStoreExt;
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{self as rows, VersionRow};

impl Making {
    /// Writes the canonical manifest as a draft, counting and comparing on the way.
    pub(super) async fn write_canonical(&mut self, parts: Option<&Parts>) -> Result<(), Trouble> {
        let id = self.dataset.id.to_string();
        let labels = read!(self.datasets.meta(), |tx, id| crate::label::all_labels(tx, &id))?;
        let mut tally = Tally::new(labels);
        let mut before = self.previous().await?;
        let mut checked = Checked::new(self.datasets.clone(), self.dataset.project.clone());
        let draft = draft_of(&self.version.version_id);
        let mut writer = CanonicalWriter::begin(self.datasets.artefacts(), &draft).await?;
        let mut walk = self.datasets.walk_samples(&self.samples);
        loop {
            let page = walk.next_page().await?;
            if page.is_empty() {
                break;
            }
            self.go_on()?;
            checked.check(&page).await;
            for sample in page {
                let entry = self.settled(VersionEntry::of(sample), parts);
                compare(before.as_mut(), &entry, &mut tally.summary).await?;
                tally.add(&entry);
                writer.write(&entry).await?;
            }
        }
        if let Some(before) = before.as_mut() {
            while before.take_before(None).await?.is_some() {
                tally.summary.deleted += 1;
            }
        }
        self.version.identity = writer.finish().await?;
        self.version.message = checked.told();
        self.keep(tally).await
    }

    async fn keep(&mut self, mut tally: Tally) -> Result<(), Trouble> {
        if let Some(previous) = self.previous_row().await? {
            let summary: Summary = serde_json::from_str(&previous.summary).unwrap_or_default();
            tally.summary.previous_total = summary.total;
            tally.summary.previous_annotated = summary.annotated;
        }
        let unexpected = |e: serde_json::Error| Trouble::Failed(e.to_string());
        self.version.summary = serde_json::to_string(&tally.summary).map_err(unexpected)?;
        self.version.labels = serde_json::to_string(&tally.labels).map_err(unexpected)?;
        Ok(())
    }

    async fn previous_row(&self) -> Result<Option<VersionRow>, MetaError> {
        let Some(previous) = self.version.previous.clone() else { return Ok(None) };
        let row: Option<VersionRow> =
            read!(self.datasets.meta(), |tx, previous| rows::version(tx, &previous))?;
        Ok(row.filter(|row: &VersionRow| row.status == rows::VERSION_NORMAL))
    }

    async fn previous(&self) -> Result<Option<Ahead>, Trouble> {
        let Some(row) = self.previous_row().await? else { return Ok(None) };
        let entries = VersionEntries::open(self.datasets.artefacts(), &row.identity).await?;
        Ok(Some(Ahead::new(entries)))
    }

    /// Gives the draft its place. The row refers to it before it is there, and the sweep, which deletes only
    /// what no row refers to, is kept out meanwhile.
    pub(super) async fn place_canonical(&self) -> Result<(), Trouble> {
        let store = self.datasets.artefacts();
        let draft = draft_of(&self.version.version_id);
        let _kept = self.datasets.artefacts_gate().lock().await;
        let version = self.version.clone();
        if !tx!(self.datasets.meta(), |tx, version| rows::update_version(tx, &version))
            .map_err(Trouble::from)?
        {
            return Err(Trouble::Failed("the version was deleted".to_owned()));
        }
        store.copy(&draft, &place_of(&self.version.identity)).await?;
        store.delete(&draft).await?;
        Ok(())
    }
}

/// Counts what an entry is against the version before.
async fn compare(
    before: Option<&mut Ahead>,
    entry: &VersionEntry,
    summary: &mut Summary,
) -> Result<(), EntryError> {
    let Some(before) = before else {
        summary.added += 1;
        return Ok(());
    };
    let key = entry.key();
    while before.take_before(Some(&key)).await?.is_some() {
        summary.deleted += 1;
    }
    match before.take_at(&key).await? {
        None => summary.added += 1,
        Some(old) => summary.modified += u64::from(differs(&old, entry)),
    }
    Ok(())
}
