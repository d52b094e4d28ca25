//! Making a version: canonical manifest, its place in the artefacts, public files, and the transaction that makes
//! it visible. Every step may be done again: after a restart all of them are.

use super::canonical::{CanonicalWriter, EntryError, VersionEntries, draft_of, place_of};
use super::check::Checked;
use super::diff::{Ahead, differs};
use super::entry::VersionEntry;
use super::error::VersionError;
use super::options::VersionOptions;
use super::split::{Parts, Split};
use super::summary::{Summary, Tally};
use super::{read, tx};
use crate::dataset::{Dataset, DatasetStatus};
use crate::sample::{Hardness, Usage};
use crate::{DatasetError, DatasetId, DatasetType, Datasets};
use object_store::ObjectStoreExt;
use tidemill_meta::dataset::{self as rows, VersionRow};
use tidemill_meta::{MetaError, Tx};
use tokio_util::sync::CancellationToken;

/// Why a version is not made.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server stops: it goes on at the next start.
    Stopped,
    /// It cannot be made, for this reason.
    Failed(String),
}

impl From<DatasetError> for Trouble {
    fn from(error: DatasetError) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<MetaError> for Trouble {
    fn from(error: MetaError) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<EntryError> for Trouble {
    fn from(error: EntryError) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<object_store::Error> for Trouble {
    fn from(error: object_store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
impl From<VersionError> for Trouble {
    fn from(error: VersionError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a version is made of.
pub(super) struct Making {
    pub(super) datasets: Datasets,
    pub(super) dataset: Dataset,
    pub(super) version: VersionRow,
    pub(super) options: VersionOptions,
    /// Whose samples: the dataset's own, or staged ones.
    samples: DatasetId,
    /// Whoever asked for it does not want it any more.
    cancel: CancellationToken,
}

impl Datasets {
    /// Makes a version whose row is there.
    pub(super) fn make_in_background(&self, dataset: Dataset, version: VersionRow) {
        let datasets = self.clone();
        self.spawn(async move {
            let (id, work) = (version.version_id.clone(), datasets.clone());
            let made = tokio::spawn(async move { work.make(dataset, version).await }).await;
            match made.unwrap_or_else(|error| Err(VersionError::Failed(error.to_string()))) {
                Ok(_) => tracing::info!(version = id, "the version is published"),
                Err(error) => tracing::warn!(version = id, %error, "the version is not published"),
            }
        });
    }

    /// Makes a version whose row is there; notes why if that fails.
    pub(super) async fn make(
        &self,
        dataset: Dataset,
        version: VersionRow,
    ) -> Result<VersionRow, VersionError> {
        let failing = version.clone();
        match self.make_through(dataset, version, CancellationToken::new(), async || Ok(true)).await {
            Ok(version) => Ok(version),
            Err(Trouble::Stopped) => Err(VersionError::Failed("the server stops".to_owned())),
            Err(Trouble::Failed(message)) => {
                self.fail_version(failing, &message).await?;
                Err(VersionError::Failed(message))
            }
        }
    }

    /// Makes a version whose row is there, unless it is cancelled, or `seal` says false when all but the last
    /// transaction is done.
    pub(super) async fn make_through<F, R>(
        &self,
        dataset: Dataset,
        version: VersionRow,
        cancel: CancellationToken,
        seal: F,
    ) -> Result<VersionRow, Trouble>
    where
        F: FnOnce() -> R + Send,
        R: Future<Output = Result<bool, String>> + Send,
    {
        let mut making = Making::of(self, dataset, version)?;
        making.cancel = cancel;
        making.prepare().await?;
        match seal().await {
            Ok(true) => making.finish().await,
            Ok(false) => Err(Trouble::Failed("it was given up".to_owned())),
            Err(why) => Err(Trouble::Failed(why)),
        }
    }

    /// Notes that a version could not be made; the dataset is free again.
    pub(super) async fn fail_version(&self, version: VersionRow, message: &str) -> Result<(), MetaError> {
        let now_ms = self.clock().now_ms();
        let failed = VersionRow {
            status: rows::VERSION_FAILED,
            message: message.chars().take(1000).collect(),
            updated_ms: now_ms,
            identity: String::new(),
            ..version
        };
        tx!(self.meta(), |tx, failed| fail(tx, &failed, now_ms))?;
        self.sweep_copies(failed.version_id);
        Ok(())
    }
}

async fn fail(tx: &mut dyn Tx, version: &VersionRow, now_ms: i64) -> Result<(), MetaError> {
    let Some(present) = rows::version(tx, &version.version_id).await? else { return Ok(()) };
    rows::withdraw_version(tx, &present).await?;
    rows::update_version(tx, version).await?;
    let (from, to) = (DatasetStatus::Publishing.code(), DatasetStatus::Normal.code());
    rows::change_dataset_status(tx, &version.dataset_id, from, to, now_ms).await.map(drop)
}

impl Making {
    fn of(datasets: &Datasets, dataset: Dataset, version: VersionRow) -> Result<Self, Trouble> {
        let broken = |what: &str| Trouble::Failed(format!("the version's {what} cannot be read"));
        let options = serde_json::from_str(&version.options).map_err(|_| broken("options"))?;
        let samples = if version.stage.is_empty() {
            Some(dataset.id.clone())
        } else {
            DatasetId::parse(&version.stage)
        };
        let samples = samples.ok_or_else(|| broken("stage"))?;
        let (datasets, cancel) = (datasets.clone(), CancellationToken::new());
        Ok(Self { datasets, dataset, version, options, samples, cancel })
    }

    pub(super) fn go_on(&self) -> Result<(), Trouble> {
        if self.cancel.is_cancelled() {
            return Err(Trouble::Failed("it was given up".to_owned()));
        }
        if self.datasets.stopping().is_cancelled() { Err(Trouble::Stopped) } else { Ok(()) }
    }

    /// Everything but the transaction that makes it visible.
    async fn prepare(&mut self) -> Result<(), Trouble> {
        let parts = self.parts().await?;
        self.write_canonical(parts.as_ref()).await?;
        self.place_canonical().await?;
        self.write_public().await?;
        self.go_on()
    }

    /// Splits the labeled samples, if that is asked for.
    async fn parts(&self) -> Result<Option<Parts>, Trouble> {
        let Some(share) = self.options.share().filter(|_| self.dataset.kind.can_be_split()) else {
            return Ok(None);
        };
        let mut split = Split::default();
        if share > 0.0 && share < 1.0 {
            self.collect(&mut split).await?;
        }
        split.parts(share).map(Some).map_err(|error| Trouble::Failed(error.to_string()))
    }

    /// Collects the samples that are to be split.
    async fn collect(&self, split: &mut Split) -> Result<(), Trouble> {
        let mut walk = self.datasets.walk_samples(&self.samples);
        loop {
            let page = walk.next_page().await?;
            if page.is_empty() {
                return Ok(());
            }
            self.go_on()?;
            for sample in page.iter().filter(|sample| self.is_to_be_split(sample.usage)) {
                let named = sample.labels.iter().filter(|label| label.confirmed);
                let mut names = named.map(|label| label.name.as_str()).peekable();
                if names.peek().is_some() {
                    split.add(&sample.id, names);
                }
            }
        }
    }

    fn is_to_be_split(&self, usage: Option<Usage>) -> bool {
        self.options.remove_usage || usage.is_none()
    }

    /// An entry as it stands in the version: its part of the split, its marks of hard examples.
    fn settled(&self, mut entry: VersionEntry, parts: Option<&Parts>) -> VersionEntry {
        let is_to_be_split = self.is_to_be_split(entry.sample.usage);
        if self.options.remove_usage {
            entry.sample.usage = None;
        }
        if let Some(parts) = parts.filter(|_| is_to_be_split && !entry.sample.labels.is_empty()) {
            let train = parts.is_train(&entry.sample.id());
            entry.sample.usage = Some(if train { Usage::Train } else { Usage::Eval });
        }
        let has_marks =
            matches!(self.dataset.kind, DatasetType::ImageClassification | DatasetType::ObjectDetection);
        if self.options.clear_hard || !has_marks {
            entry.sample.hardness = Hardness::default();
        }
        entry
    }

    /// Writes the canonical manifest as a draft, counting and comparing on the way.
    async fn write_canonical(&mut self, parts: Option<&Parts>) -> Result<(), Trouble> {
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
    async fn place_canonical(&self) -> Result<(), Trouble> {
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

    /// Makes the version visible: normal, current, its staged samples the working ones.
    async fn finish(self) -> Result<VersionRow, Trouble> {
        let now_ms = self.datasets.clock().now_ms();
        let (version, kind) = (self.version, self.dataset.kind);
        let made = tx!(self.datasets.meta(), |tx, version| finish(tx, version, kind, now_ms));
        self.datasets.sweep_versions();
        made.map_err(|error: VersionError| Trouble::Failed(error.to_string()))
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

async fn finish(
    tx: &mut dyn Tx,
    version: VersionRow,
    kind: DatasetType,
    now_ms: i64,
) -> Result<VersionRow, VersionError> {
    let id = version.dataset_id.clone();
    if !version.stage.is_empty() {
        super::switch::join(tx, &version, kind).await?;
    }
    let version =
        VersionRow { status: rows::VERSION_NORMAL, updated_ms: now_ms, stage: String::new(), ..version };
    if !rows::update_version(tx, &version).await? {
        return Err(VersionError::Unknown(version.version_id));
    }
    rows::settle_copies(tx, &version.version_id).await?;
    rows::set_current_version(tx, &id, Some(&version.version_id), now_ms).await?;
    let (from, to) = (DatasetStatus::Publishing.code(), DatasetStatus::Normal.code());
    rows::change_dataset_status(tx, &id, from, to, now_ms).await?;
    Ok(version)
}
