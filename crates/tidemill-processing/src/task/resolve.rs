//! What a request names, found before a run is stored: directories, datasets, versions.

use super::request::Target;
use super::{Input, Request, output};
use crate::context::read;
use crate::error::{ProcessingError, Unanalysable};
use crate::operator::TaskType;
use crate::processing::Processing;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::{Value, json};
use tidemill_api::modelarts::processing::{ProcessorDataSource, ProcessorTaskRequest};
use tidemill_bucket::{BucketError, Location, Scheme};
use tidemill_dataset::version::{Version, VersionError, VersionFormat, VersionStatus};
use tidemill_dataset::{Dataset, DatasetError, DatasetType};
use tidemill_embedding::MODEL_BYTES_MAX;
use tidemill_meta::processing;
use tidemill_model::ProjectId;

/// The most inputs of inputs that are looked at to find what samples are.
const TRACED_MAX: usize = 100;

/// What a run needs to know of the world.
pub(super) struct Resolved {
    /// The directory of the run's output.
    pub(super) output: Location,
    /// The dataset version that is read.
    pub(super) input_version: Option<String>,
    /// The dataset that gets a version.
    pub(super) target_dataset: Option<String>,
}

impl Processing {
    /// Finds what the request names and writes into it what the server knows: names, versions, and for a feature
    /// analysis where things are.
    pub(super) async fn resolve(
        &self,
        project: &ProjectId,
        body: &mut ProcessorTaskRequest,
        request: &Request,
        run_id: &str,
    ) -> Result<Resolved, ProcessingError> {
        let read = self.find_inputs(project, body, request).await?;
        let input_version = read.as_ref().map(|(_, version)| version.id.clone());
        if request.template.has_versions() {
            let (output, target_dataset) = self.output(project, request, run_id).await?;
            return Ok(Resolved { output, input_version, target_dataset });
        }
        let output = analysed(read, body)?;
        Ok(Resolved { output, input_version, target_dataset: None })
    }

    /// Looks for everything that is to be read; the first dataset version among it.
    pub(super) async fn find_inputs(
        &self,
        project: &ProjectId,
        body: &mut ProcessorTaskRequest,
        request: &Request,
    ) -> Result<Option<(Dataset, Version)>, ProcessingError> {
        output::check(body, request)?;
        request.pipeline.check_inputs(request.inputs.len()).map_err(ProcessingError::Invalid)?;
        if let Some(of) = request.pipeline.generation() {
            self.check_generator(project, &of.model).await?;
        }
        for directory in request.pipeline.directories() {
            self.check_directory(project, directory).await?;
        }
        let (mut read, mut totals) = (None, Vec::new());
        for (n, input) in request.inputs.iter().enumerate() {
            match input {
                Input::Directory(source) => self.check_directory(project, source).await?,
                Input::Task(id) => self.task(project, id).await.map(drop)?,
                Input::Dataset { id, version } => {
                    let found = self.dataset_version(project, id, version.as_deref()).await?;
                    check_kind(request.pipeline.task_type, &found.0)?;
                    output::check_beside_dataset(request, &found.0)?;
                    if request.template.has_versions() {
                        check_usable(&found.1)?;
                    }
                    name_source(body, n, &found);
                    totals.push(found.1.summary.total);
                    read.get_or_insert(found);
                }
            }
        }
        // Of other inputs it is known only when they are listed.
        if totals.len() == request.inputs.len() {
            request.pipeline.check_samples(totals.iter().sum()).map_err(ProcessingError::Invalid)?;
        }
        Ok(read)
    }

    /// A generator has to be there and may not be too large.
    async fn check_generator(&self, project: &ProjectId, model: &Location) -> Result<(), ProcessingError> {
        let bucket = self.0.ctx.buckets.open(project, &model.bucket).await;
        let bucket = bucket.map_err(|e| bucket_error(&model.bucket, &e))?;
        let missing = || ProcessingError::Path(format!("The generator {model} does not exist."));
        let path = Path::parse(&model.key).map_err(|_| missing())?;
        let found = match bucket.head(&path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Err(missing()),
            Err(error) => return Err(ProcessingError::Internal(error.to_string())),
        };
        match found.size {
            size if size > MODEL_BYTES_MAX => Err(ProcessingError::Invalid(format!(
                "The generator {model} has {size} bytes. Allowed: {MODEL_BYTES_MAX} at most."
            ))),
            _ => Ok(()),
        }
    }

    async fn dataset_version(
        &self,
        project: &ProjectId,
        id: &str,
        version: Option<&str>,
    ) -> Result<(Dataset, Version), ProcessingError> {
        let dataset = self.dataset(project, id).await?;
        let wanted = version.map(str::to_owned).or_else(|| dataset.current_version.clone());
        let wanted = wanted
            .ok_or_else(|| ProcessingError::NoDatasetVersion("of the dataset, which has none,".into()))?;
        match self.0.ctx.datasets.version(project, id, &wanted).await {
            Ok(version) => Ok((dataset, version)),
            Err(VersionError::Unknown(id)) => Err(ProcessingError::NoDatasetVersion(id)),
            Err(error) => Err(ProcessingError::Internal(error.to_string())),
        }
    }

    async fn dataset(&self, project: &ProjectId, id: &str) -> Result<Dataset, ProcessingError> {
        self.0.ctx.datasets.get(project, id).await.map_err(|error| match error {
            DatasetError::Unknown(id) => ProcessingError::NoDataset(id),
            other => ProcessingError::Internal(other.to_string()),
        })
    }

    /// Something has to be in the directory.
    async fn check_directory(&self, project: &ProjectId, source: &Location) -> Result<(), ProcessingError> {
        let bucket = self.0.ctx.buckets.open(project, &source.bucket).await;
        let bucket = bucket.map_err(|e| bucket_error(&source.bucket, &e))?;
        let missing = || ProcessingError::Path(format!("Nothing is stored below {source}."));
        let prefix = Path::parse(source.key.trim_end_matches('/')).map_err(|_| missing())?;
        let first = bucket.list(Some(&prefix)).try_next().await;
        let first = first.map_err(|e| ProcessingError::Internal(e.to_string()))?;
        first.map(drop).ok_or_else(missing)
    }

    /// The directory of the run's output, and the dataset that gets a version.
    async fn output(
        &self,
        project: &ProjectId,
        request: &Request,
        run_id: &str,
    ) -> Result<(Location, Option<String>), ProcessingError> {
        match &request.target {
            Some(Target::Directory(base)) => {
                let opened = self.0.ctx.buckets.open(project, &base.bucket).await;
                opened.map_err(|e| bucket_error(&base.bucket, &e))?;
                Ok((base.join(run_id).as_dir(), None))
            }
            Some(Target::Dataset { id, .. }) => {
                let dataset = self.dataset(project, id).await?;
                self.check_target(project, &dataset, request).await?;
                Ok((dataset.work.join(run_id).as_dir(), Some(id.clone())))
            }
            None => Err(ProcessingError::Invalid(
                "A version needs a work_path. Allowed: {\"type\": \"OBS\" or \"DATASET\", \"path\": ...}."
                    .into(),
            )),
        }
    }

    /// The dataset that gets the results has to be of the kind that they are.
    async fn check_target(
        &self,
        project: &ProjectId,
        target: &Dataset,
        request: &Request,
    ) -> Result<(), ProcessingError> {
        let kinds = self.kinds_of(project, request).await?;
        let images = [DatasetType::ImageClassification, DatasetType::ObjectDetection];
        let told = match kinds.iter().find(|kind| **kind != target.kind) {
            Some(other) => format!("the results are samples of a dataset of {}", shown(*other)),
            None if kinds.is_empty() && !images.contains(&target.kind) => {
                format!("the results are images of {} or {}", shown(images[0]), shown(images[1]))
            }
            None => return Ok(()),
        };
        Err(ProcessingError::Invalid(format!(
            "The work_path names the dataset {}, which is of {}, but {told}. Allowed: a dataset of the same type.",
            target.id,
            shown(target.kind)
        )))
    }

    /// The types of datasets that the samples belong to, as far as that is known before they are read: by the
    /// task_type, by datasets that are read, and by both of tasks that are read.
    async fn kinds_of(
        &self,
        project: &ProjectId,
        request: &Request,
    ) -> Result<Vec<DatasetType>, ProcessingError> {
        let mut kinds: Vec<DatasetType> = request.pipeline.task_type.kind().into_iter().collect();
        let mut inputs = request.inputs.clone();
        for _ in 0..TRACED_MAX {
            match inputs.pop() {
                None => break,
                Some(Input::Directory(_)) => {}
                Some(Input::Dataset { id, .. }) => match self.dataset(project, &id).await {
                    Ok(dataset) => kinds.push(dataset.kind),
                    // Of a task that was read: the dataset was deleted since.
                    Err(ProcessingError::NoDataset(_)) => {}
                    Err(error) => return Err(error),
                },
                Some(Input::Task(id)) => {
                    if let Some(request) = self.request_of(project, &id).await? {
                        kinds.extend(request.pipeline.task_type.kind());
                        inputs.extend(request.inputs);
                    }
                }
            }
        }
        Ok(kinds)
    }

    /// What the newest completed version of a task was asked to do, or the task, which has none yet.
    async fn request_of(&self, project: &ProjectId, id: &str) -> Result<Option<Request>, ProcessingError> {
        let (of, task) = (project.as_str().to_owned(), id.to_owned());
        let newest = read!(self.0.ctx.meta, |tx, of, task| processing::newest_completed_run(tx, &of, &task))?;
        let spec = match newest {
            Some(run) => run.spec,
            None => match self.task(project, id).await {
                Ok(task) => task.spec,
                Err(ProcessingError::NoTask(_)) => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        let body = serde_json::from_str(&spec).map_err(|e| ProcessingError::Internal(e.to_string()))?;
        Request::read(&body).map(Some)
    }
}

fn bucket_error(bucket: &str, error: &BucketError) -> ProcessingError {
    match error {
        BucketError::Unreachable(cause) => ProcessingError::Internal(cause.clone()),
        other => ProcessingError::Bucket(format!("The bucket {bucket} cannot be used: {other}.")),
    }
}

/// A type of datasets as messages name it.
fn shown(kind: DatasetType) -> String {
    format!("the type {} ({kind:?})", kind.code())
}

/// The type of the task has to be that of the dataset.
fn check_kind(task_type: TaskType, dataset: &Dataset) -> Result<(), ProcessingError> {
    if task_type.kind().is_none_or(|kind| kind == dataset.kind) {
        return Ok(());
    }
    Err(ProcessingError::Invalid(format!(
        "The task_type does not match the dataset {}. Allowed: that of the dataset's own type, {}.",
        dataset.id,
        dataset.kind.code()
    )))
}

/// A run needs samples that are all there.
fn check_usable(version: &Version) -> Result<(), ProcessingError> {
    match version.status {
        VersionStatus::Normal if version.summary.total == 0 => {
            Err(ProcessingError::VersionEmpty(version.name.clone()))
        }
        VersionStatus::Normal => Ok(()),
        _ => Err(ProcessingError::VersionNotNormal(version.name.clone())),
    }
}

fn name_source(body: &mut ProcessorTaskRequest, n: usize, (dataset, version): &(Dataset, Version)) {
    let named = |source: &mut ProcessorDataSource| {
        source.version_id = Some(version.id.clone());
        source.version_name = Some(version.name.clone());
        source.name = Some(dataset.name.clone());
    };
    match body.inputs.as_mut().and_then(|inputs| inputs.get_mut(n)) {
        Some(source) => named(source),
        None => body.data_source.iter_mut().for_each(named),
    }
}

/// Checks what is to be analysed and writes down where things are; the directory of the result.
fn analysed(
    read: Option<(Dataset, Version)>,
    body: &mut ProcessorTaskRequest,
) -> Result<Location, ProcessingError> {
    let (dataset, version) = read.ok_or_else(|| {
        ProcessingError::Invalid(
            "The source of a feature analysis is invalid. Allowed: a dataset and its version.".into(),
        )
    })?;
    let refused = |why| Err(ProcessingError::Analysis(why));
    match version.status {
        VersionStatus::Normal => {}
        VersionStatus::Creating => return refused(Unanalysable::Publishing),
        _ => return refused(Unanalysable::NotNormal),
    }
    // Before the type, which says less: only tables have another format.
    if version.options.format != VersionFormat::Default {
        return refused(Unanalysable::Format);
    }
    let task_type = match dataset.kind {
        DatasetType::ImageClassification => "image_classification",
        DatasetType::ObjectDetection => "object_detection",
        _ => return refused(Unanalysable::Kind),
    };
    if version.summary.annotated == 0 {
        return refused(Unanalysable::Unlabeled);
    }
    let directory = dataset.work.join(&format!("annotation/evaluation/{}", version.name)).as_dir();
    body.version_id = Some(version.id.clone());
    let template = body.template.get_or_insert_default();
    let operators = template.operator_params.get_or_insert_default();
    if operators.is_empty() {
        operators.push(Default::default());
    }
    for operator in operators {
        let params = operator.params.get_or_insert_default();
        params.insert("task_type".into(), Value::from(task_type));
        params.insert("manifest_path".into(), Value::from(version.manifest.written(Scheme::S3)));
        params.insert("file_path".into(), Value::from(directory.written(Scheme::S3).trim_end_matches('/')));
        params.entry("is_normed").or_insert(json!(false));
    }
    Ok(directory)
}
