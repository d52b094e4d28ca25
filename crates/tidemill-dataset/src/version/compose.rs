//! Versions that a processing run composes.

use super::entry::VersionEntry;
use super::error::VersionError;
use super::options::{NewVersion, VersionFormat, VersionOptions, check_description, check_name};
use super::stage::{BATCH, Batch};
use super::trouble::Trouble;
use super::{describe::Version, publish, tx};
use crate::dataset::{Dataset, DatasetStatus};
use crate::{DatasetError, DatasetId, Datasets};
use futures::{Stream, StreamExt};
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, CopiesRow, VersionRow};
use tidemill_meta::{MetaError, Tx};
use tidemill_model::ProjectId;
use tokio_util::sync::CancellationToken;

/// A version that a processing run composes.
#[derive(Clone, Debug)]
pub struct ComposedVersion {
    /// Its id, chosen by the run (`tidemill_model::random_id`) and kept with it before the first try: calling
    /// again with the same id after a crash goes on or returns what is there.
    pub version_id: String,
    /// Its name; without one it is `V001`, `V002`…
    pub name: Option<String>,
    /// Free text.
    pub description: String,
    /// The directory below the dataset's input path that the run copies products to while the entries are taken,
    /// the same at every try and of no other run. Nothing in it is taken for a sample until the version is
    /// visible; all of it is removed if the version is given up or fails.
    pub copies: Option<Location>,
}

/// What a processing run says of one sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Composed {
    /// It is in the version.
    Sample(Box<VersionEntry>),
    /// The version is without the sample of this object, which stays where it is.
    LeftOut(Location),
}

/// What stands between a composed version and its being visible.
#[derive(Debug)]
pub struct Gate<F> {
    /// Gives the version up: nothing of it stays.
    pub cancel: CancellationToken,
    /// Called when all is made but not yet visible; if it says false, the version is given up. After it, cancelling
    /// changes nothing any more.
    pub seal: F,
}

/// What is asked for.
struct Request {
    version_id: String,
    version: NewVersion,
    copies: Option<Location>,
}

/// What a call for a composed version finds.
enum Begun {
    /// A row that is to be made.
    New(Box<(Dataset, VersionRow)>),
    /// It was made before.
    Made(Box<VersionRow>),
}

impl Datasets {
    /// Publishes `entries` as a new version of a dataset and makes it the current one: the entries become the
    /// working samples as well. Their order does not matter; of two entries of one place the first counts. What is
    /// left out below the input path is remembered as deleted, so that a synchronisation does not bring it back.
    /// Returns when the version is visible; a failure leaves the dataset as it was.
    ///
    /// Entries with usage keep it. Products must be stored before: the version refers to them.
    ///
    /// # Errors
    /// [`VersionError`]: unknown or busy dataset (try again later), name taken, or [`VersionError::Failed`] with
    /// the error of the stream.
    pub async fn publish_entries<S>(
        &self,
        project: &ProjectId,
        dataset: &str,
        new: ComposedVersion,
        entries: S,
    ) -> Result<Version, VersionError>
    where
        S: Stream<Item = Result<Composed, String>> + Unpin + Send,
    {
        let gate = Gate { cancel: CancellationToken::new(), seal: async || Ok(true) };
        self.publish_entries_through(project, dataset, new, entries, gate).await
    }

    /// The same through a gate, at which the version may still be given up.
    ///
    /// # Errors
    /// As [`Self::publish_entries`]; [`VersionError::Failed`] for one that was given up.
    pub async fn publish_entries_through<S, F, R>(
        &self,
        project: &ProjectId,
        dataset: &str,
        new: ComposedVersion,
        mut entries: S,
        gate: Gate<F>,
    ) -> Result<Version, VersionError>
    where
        S: Stream<Item = Result<Composed, String>> + Unpin + Send,
        F: FnOnce() -> R + Send,
        R: Future<Output = Result<bool, String>> + Send,
    {
        let (dataset, version) = match self.begin_composed(project, dataset, new).await? {
            Begun::New(begun) => *begun,
            Begun::Made(version) => return self.version_of(project, *version).await,
        };
        let stage = DatasetId::parse(&version.stage)
            .ok_or_else(|| VersionError::Failed("the stage cannot be read".to_owned()))?;
        let staged = self.stage_all(&dataset, &stage, &mut entries).await;
        let made = match staged {
            Ok(()) => self.make_through(dataset, version.clone(), gate.cancel.clone(), gate.seal).await,
            Err(why) => Err(Trouble::Failed(why)),
        };
        match made {
            Ok(version) => self.version_of(project, version).await,
            Err(_) if gate.cancel.is_cancelled() => {
                self.give_up(version).await?;
                Err(VersionError::Failed("it was given up".to_owned()))
            }
            Err(Trouble::Stopped) => Err(VersionError::Failed("the server stops".to_owned())),
            Err(Trouble::Failed(why)) => {
                self.fail_version(version, &why).await?;
                Err(VersionError::Failed(why))
            }
        }
    }

    /// Leaves nothing of a version that is not visible yet.
    pub(super) async fn give_up(&self, version: VersionRow) -> Result<(), MetaError> {
        let now_ms = self.clock().now_ms();
        tx!(self.meta(), |tx, version| give_up(tx, &version, now_ms))?;
        self.sweep_versions();
        self.sweep_copies(version.version_id);
        Ok(())
    }

    async fn begin_composed(
        &self,
        project: &ProjectId,
        dataset: &str,
        new: ComposedVersion,
    ) -> Result<Begun, VersionError> {
        if let Some(name) = &new.name {
            check_name(name)?;
        }
        check_description(&new.description)?;
        let options = VersionOptions {
            format: VersionFormat::Default,
            ratio: None,
            remove_usage: false,
            clear_hard: false,
            ..VersionOptions::default()
        };
        let request = NewVersion { name: new.name, description: new.description, options };
        let (version_id, copies) = (new.version_id, new.copies);
        let request = Arc::new(Request { version_id, version: request, copies });
        let (project, id, now_ms) = (project.clone(), dataset.to_owned(), self.clock().now_ms());
        // Copies of an earlier try that are just being removed are not removed on.
        let _kept = self.copies_gate().lock().await;
        tx!(self.meta(), |tx, project, id, request| begin(tx, &project, &id, &request, now_ms))
    }

    async fn stage_all<S>(&self, dataset: &Dataset, stage: &DatasetId, entries: &mut S) -> Result<(), String>
    where
        S: Stream<Item = Result<Composed, String>> + Unpin + Send,
    {
        let mut batch = Batch::default();
        while let Some(composed) = entries.next().await {
            match composed? {
                Composed::Sample(entry) => batch.entries.push(*entry),
                Composed::LeftOut(place) => batch.left_out.push(place),
            }
            if batch.len() == BATCH {
                let full = std::mem::take(&mut batch);
                self.stage(dataset, stage, full).await.map_err(|e| e.to_string())?;
            }
        }
        self.stage(dataset, stage, batch).await.map_err(|e| e.to_string())
    }
}

async fn begin(
    tx: &mut dyn Tx,
    project: &ProjectId,
    id: &str,
    request: &Request,
    now_ms: i64,
) -> Result<Begun, VersionError> {
    let row = rows::dataset(tx, project.as_str(), id).await?;
    let mut dataset = Dataset::of(row.ok_or_else(|| DatasetError::Unknown(id.to_owned()))?)?;
    let before = rows::version(tx, &request.version_id).await?.filter(|version| version.dataset_id == id);
    if let Some(version) = before {
        if version.status == rows::VERSION_NORMAL {
            return Ok(Begun::Made(Box::new(version)));
        }
        // An earlier try of the same run: it begins again.
        rows::delete_version(tx, &version).await?;
        if version.status == rows::VERSION_CREATING && dataset.status == DatasetStatus::Publishing {
            let (from, to) = (DatasetStatus::Publishing.code(), DatasetStatus::Normal.code());
            rows::change_dataset_status(tx, id, from, to, now_ms).await?;
            dataset.status = DatasetStatus::Normal;
        }
    }
    dataset.idle()?;
    let stage = DatasetId::random().to_string();
    let (version_id, new) = (request.version_id.clone(), &request.version);
    let version = publish::insert(tx, &dataset, version_id, new, stage, now_ms).await?;
    if let Some(directory) = &request.copies {
        note_copies(tx, &dataset, &version, directory).await?;
    }
    Ok(Begun::New(Box::new((dataset, version))))
}

/// Notes where copies are about to be made: a directory, below the input path and not that itself.
async fn note_copies(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    version: &VersionRow,
    directory: &Location,
) -> Result<(), VersionError> {
    let input = dataset.input.clone().as_dir();
    if !input.holds(directory) || *directory == input || !directory.key.ends_with('/') {
        return Err(VersionError::Invalid(format!("{directory} is no directory below the input path")));
    }
    let (version_id, project) = (version.version_id.clone(), dataset.project.to_string());
    let row = CopiesRow { version_id, project, directory: directory.plain() };
    Ok(rows::note_copies(tx, &row).await?)
}

async fn give_up(tx: &mut dyn Tx, version: &VersionRow, now_ms: i64) -> Result<(), MetaError> {
    let Some(present) = rows::version(tx, &version.version_id).await? else { return Ok(()) };
    if present.status == rows::VERSION_NORMAL {
        return Ok(());
    }
    rows::delete_version(tx, &present).await?;
    let (from, to) = (DatasetStatus::Publishing.code(), DatasetStatus::Normal.code());
    rows::change_dataset_status(tx, &version.dataset_id, from, to, now_ms).await.map(drop)
}
