//! A request as it is understood: checked before anything is stored or read.

use super::Template;
use crate::error::ProcessingError;
use crate::operator::Pipeline;
use tidemill_api::modelarts::processing::{ProcessorDataSource, ProcessorTaskRequest, WorkPath};
use tidemill_bucket::Location;

const NAME_CHARS_MAX: usize = 64;
const VERSION_NAME_CHARS_MAX: usize = 32;
const DESCRIPTION_CHARS_MAX: usize = 256;
const NOT_IN_DESCRIPTIONS: &str = "^!<>=&\"'";

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A directory.
    Directory(Location),
    /// A dataset and perhaps one of its versions.
    Dataset {
        /// The dataset.
        id: String,
        /// Its version; the current one without.
        version: Option<String>,
    },
    /// The newest output of a task.
    Task(String),
}

/// Where the output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Below this directory.
    Directory(Location),
    /// Below the dataset's own directory, as a new version of it.
    Dataset {
        /// The dataset.
        id: String,
        /// The name of its version.
        version_name: Option<String>,
    },
}

/// A request that can be served.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) template: Template,
    pub(crate) inputs: Vec<Input>,
    pub(crate) target: Option<Target>,
    pub(crate) pipeline: Pipeline,
}

fn invalid<T>(message: impl Into<String>) -> Result<T, ProcessingError> {
    Err(ProcessingError::Invalid(message.into()))
}

impl Request {
    /// Reads a request for a task or, completed from its task, for a version.
    pub(crate) fn read(body: &ProcessorTaskRequest) -> Result<Self, ProcessingError> {
        let template = template(body)?;
        check_description(body.description.as_deref())?;
        let inputs = inputs(body)?;
        let target = body.work_path.as_ref().map(target).transpose()?;
        let params = body.template.as_ref().and_then(|t| t.operator_params.clone()).unwrap_or_default();
        let pipeline = Pipeline::read(template, &params)?;
        Ok(Self { template, inputs, target, pipeline })
    }
}

fn template(body: &ProcessorTaskRequest) -> Result<Template, ProcessingError> {
    let id = body.template.as_ref().and_then(|template| template.id.as_deref()).unwrap_or_default();
    let ids = Template::ALL.map(Template::id).join(", ");
    Template::parse(id).ok_or_else(|| {
        ProcessingError::Invalid(format!("The template.id {id:?} is invalid. Allowed: {ids}."))
    })
}

/// Names of tasks: 1 to 64 letters, digits, `_` and `-`.
pub(crate) fn check_name(name: &str) -> Result<(), ProcessingError> {
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || !name.chars().all(fine) {
        return invalid(format!(
            "The name {name:?} is invalid. Allowed: 1 to {NAME_CHARS_MAX} letters, digits, underscores and hyphens."
        ));
    }
    Ok(())
}

/// Descriptions: at most 256 characters, some excluded.
pub(crate) fn check_description(description: Option<&str>) -> Result<(), ProcessingError> {
    let text = description.unwrap_or_default();
    if text.chars().count() > DESCRIPTION_CHARS_MAX || text.contains(|c| NOT_IN_DESCRIPTIONS.contains(c)) {
        return invalid(format!(
            "The description is invalid. Allowed: 0 to {DESCRIPTION_CHARS_MAX} characters without {NOT_IN_DESCRIPTIONS}"
        ));
    }
    Ok(())
}

/// Names of dataset versions: 1 to 32 letters, digits, `_` and `-`.
fn check_version_name(name: &str) -> Result<(), ProcessingError> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if (1..=VERSION_NAME_CHARS_MAX).contains(&name.len()) && name.bytes().all(fine) {
        return Ok(());
    }
    let shown: String = name.chars().take(80).collect();
    invalid(format!(
        "The work_path.version_name {shown:?} is invalid. Allowed: 1 to {VERSION_NAME_CHARS_MAX} letters, digits, underscores and hyphens."
    ))
}

fn inputs(body: &ProcessorTaskRequest) -> Result<Vec<Input>, ProcessingError> {
    let listed = body.inputs.as_deref().filter(|inputs| !inputs.is_empty());
    let version = body.version_id.as_deref();
    match (&body.data_source, listed) {
        (Some(one), None) => Ok(vec![input(one, version)?]),
        (None, Some(several)) => several.iter().map(|one| input(one, version)).collect(),
        (Some(_), Some(_)) => invalid("Give exactly one of data_source and inputs, not both."),
        (None, None) => invalid("Give exactly one of data_source and inputs."),
    }
}

fn input(source: &ProcessorDataSource, version: Option<&str>) -> Result<Input, ProcessingError> {
    let text = source.source.as_deref().unwrap_or_default();
    match source.kind.as_deref() {
        Some("OBS") => Ok(Input::Directory(directory("source", text)?)),
        Some("DATASET") if text.is_empty() => invalid("A source of the type DATASET names a dataset."),
        Some("DATASET") => Ok(Input::Dataset {
            id: text.to_owned(),
            version: source.version_id.as_deref().or(version).filter(|id| !id.is_empty()).map(str::to_owned),
        }),
        Some("TASK") if text.is_empty() => invalid("A source of the type TASK names a processing task."),
        Some("TASK") => Ok(Input::Task(text.to_owned())),
        other => {
            let given = other.unwrap_or_default();
            invalid(format!("The source type {given:?} is invalid. Allowed: OBS, DATASET, TASK."))
        }
    }
}

fn directory(what: &str, text: &str) -> Result<Location, ProcessingError> {
    let place = Location::parse(text)
        .map_err(|e| ProcessingError::Invalid(format!("The {what} {text:?} is invalid: {e}.")))?;
    Ok(place.as_dir())
}

fn target(path: &WorkPath) -> Result<Target, ProcessingError> {
    let text = path.path.as_deref().unwrap_or_default();
    match path.kind.as_deref() {
        Some("DATASET") if text.is_empty() => invalid("A work_path of the type DATASET names a dataset."),
        Some("DATASET") => {
            let version_name = path.version_name.clone().filter(|name| !name.is_empty());
            version_name.as_deref().map_or(Ok(()), check_version_name)?;
            Ok(Target::Dataset { id: text.to_owned(), version_name })
        }
        None | Some("OBS") => Ok(Target::Directory(directory("work_path.path", text)?)),
        Some(other) => invalid(format!("The work_path.type {other:?} is invalid. Allowed: OBS, DATASET.")),
    }
}
