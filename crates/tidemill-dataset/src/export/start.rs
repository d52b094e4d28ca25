//! Starting exports, and going on with them after a restart.

use super::options::{ExportFormat, ExportOptions, ExportWhich};
use super::run::Export;
use crate::error::PathError;
use crate::task::{Begin, Progress, TaskFailure, TaskKind, TaskPage, TaskRecord};
use crate::{Dataset, DatasetError, DatasetId, DatasetStatus, DatasetType, Datasets, NewDataset};
use serde_json::{Map, json};
use tidemill_bucket::{BucketError, Location};
use tidemill_model::{ProjectId, random_id};

/// Exports of a dataset that are looked through for one kind: the newest.
const FILTERED_MAX: u64 = 10_000;

/// A dataset that an export makes.
#[derive(Clone, Debug)]
pub struct ExportTarget {
    /// Its name.
    pub name: String,
    /// Its work path, as it was sent.
    pub work_path: String,
}

impl Datasets {
    /// Begins an export, into a new dataset if there is a `target`. Durable when this returns.
    ///
    /// # Errors
    /// [`DatasetError::Unknown`], [`DatasetError::Invalid`] for what such a dataset cannot export,
    /// [`DatasetError::Path`], and what [`Datasets::create`] refuses.
    pub async fn start_export(
        &self,
        project: &ProjectId,
        dataset: &str,
        mut options: ExportOptions,
        target: Option<ExportTarget>,
    ) -> Result<TaskRecord, DatasetError> {
        let dataset = self.get(project, dataset).await?;
        check_kind(&dataset, &options)?;
        options.condition(self.clock().now_ms())?;
        self.check_target(&dataset, &options.path).await?;
        if let Some(target) = target {
            let made = self.create(project, new_dataset(&dataset, &options.path, target)).await?;
            options.new_dataset = Some(made.id.to_string());
        }
        let request = serde_json::to_string(&options).map_err(|e| DatasetError::Invalid(e.to_string()))?;
        let begin = Begin {
            id: random_id(),
            kind: TaskKind::Export,
            request,
            from: DatasetStatus::Normal,
            with_creation: false,
        };
        let task = match self.begin_task(&dataset.id, begin).await {
            Ok(task) => task,
            Err(error) => {
                if let Some(made) = &options.new_dataset {
                    self.delete(project, made).await?;
                }
                return Err(error);
            }
        };
        self.go_on_with_export(dataset, task.clone(), options);
        Ok(task)
    }

    /// A page of a dataset's exports, newest first, of one kind if `which` is given.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn exports(
        &self,
        dataset: &DatasetId,
        which: Option<ExportWhich>,
        offset: u64,
        limit: u64,
    ) -> Result<TaskPage, DatasetError> {
        let Some(which) = which else {
            return self.tasks(dataset, TaskKind::Export, offset, limit).await;
        };
        let mut all = self.tasks(dataset, TaskKind::Export, 0, FILTERED_MAX).await?.tasks;
        let of =
            |task: &TaskRecord| serde_json::from_str::<ExportOptions>(&task.request).map(|o| o.which).ok();
        all.retain(|task| of(task) == Some(which));
        let total = all.len() as u64;
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
        let tasks =
            all.into_iter().skip(skipped).take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        Ok(TaskPage { total, tasks })
    }

    /// Works on an export whose row is written.
    pub(crate) fn go_on_with_export(&self, dataset: Dataset, task: TaskRecord, options: ExportOptions) {
        let (this, id) = (self.clone(), dataset.id.clone());
        self.work_on(&id, async move {
            let mut progress = Progress::new(&this, &task.id);
            let worked = this.export(dataset, &task, options, &mut progress).await;
            this.end_task(&task, TaskKind::Export, &progress.counts, worked.err().as_ref()).await;
        });
    }

    async fn export(
        &self,
        dataset: Dataset,
        task: &TaskRecord,
        options: ExportOptions,
        progress: &mut Progress,
    ) -> Result<(), TaskFailure> {
        self.run_task(&task.id).await?;
        Export::new(self, dataset, task, options)?.run(progress).await
    }

    async fn check_target(&self, dataset: &Dataset, path: &str) -> Result<(), DatasetError> {
        let place = place_of(path)?;
        if dataset.input.holds(&place) || dataset.work.holds(&place) {
            return Err(PathError::InsideInput.into());
        }
        match self.bucket_of(&dataset.project, &place).await {
            Ok(_) => Ok(()),
            Err(BucketError::Missing) => Err(PathError::NoBucket(place.bucket).into()),
            Err(error) => Err(PathError::Bucket(place.bucket, error).into()),
        }
    }
}

/// The directory that an export writes to.
pub(super) fn place_of(path: &str) -> Result<Location, DatasetError> {
    if path.is_empty() {
        return Err(PathError::Missing("path").into());
    }
    let place = Location::parse(path).map_err(|error| PathError::Illegal("path", error))?.as_dir();
    if place.key.is_empty() { Err(PathError::BareBucket("path").into()) } else { Ok(place) }
}

fn check_kind(dataset: &Dataset, options: &ExportOptions) -> Result<(), DatasetError> {
    use DatasetType::{FreeFormat, ImageClassification, ImageSegmentation, ObjectDetection};
    let told = match (dataset.kind, options.format) {
        (ImageClassification | FreeFormat, ExportFormat::Voc) | (ObjectDetection, _) => return Ok(()),
        (ImageSegmentation, ExportFormat::Voc | ExportFormat::Coco) => return Ok(()),
        (ImageClassification | ImageSegmentation | FreeFormat, _) => {
            "annotation_format: COCO is for object detection and segmentation, YOLO for object detection"
        }
        _ => {
            "only datasets of image classification, object detection, segmentation and free format are exported"
        }
    };
    Err(DatasetError::Invalid(told.to_owned()))
}

/// Like the dataset it comes from, with the export's directory as its input.
fn new_dataset(from: &Dataset, path: &str, target: ExportTarget) -> NewDataset {
    let mut definition = Map::new();
    definition.insert("data_sources".into(), json!([{"data_type": 0, "data_path": path}]));
    definition.insert("work_path".into(), target.work_path.clone().into());
    NewDataset {
        name: target.name,
        kind: from.kind,
        description: String::new(),
        workspace: from.workspace.clone(),
        input_path: path.to_owned(),
        work_path: target.work_path,
        labels: Vec::new(),
        definition,
    }
}
