//! Where the output of a task may go: not into what it reads.

use super::request::Target;
use super::{Input, Request};
use crate::error::ProcessingError;
use tidemill_api::modelarts::processing::ProcessorTaskRequest;
use tidemill_bucket::Location;
use tidemill_dataset::{Dataset, PathError};
use tidemill_model::limits::OBJECT_KEY_BYTES_MAX;

/// The length of a path, in characters.
const PATH_CHARS: std::ops::RangeInclusive<usize> = 3..=700;

/// Bytes that the keys of products need behind the path: the id of the run, and a directory.
const BELOW_BYTES: usize = 128;

/// Refuses a directory to write to that no output can be in. A dataset to write to has its own.
pub(super) fn check(body: &ProcessorTaskRequest, request: &Request) -> Result<(), ProcessingError> {
    let Some(Target::Directory(base)) = &request.target else { return Ok(()) };
    let text = body.work_path.as_ref().and_then(|path| path.path.as_deref()).unwrap_or_default();
    if !PATH_CHARS.contains(&text.chars().count()) || base.key.len() + BELOW_BYTES > OBJECT_KEY_BYTES_MAX {
        return Err(PathError::Length("work_path").into());
    }
    if base.key.is_empty() {
        return Err(PathError::BareBucket("work_path").into());
    }
    let directory = |input: &Input| match input {
        Input::Directory(source) => check_beside(base, source),
        Input::Dataset { .. } | Input::Task(_) => Ok(()),
    };
    request.inputs.iter().try_for_each(directory)
}

/// Refuses a directory to write to that lies in the input of a dataset that is read.
pub(super) fn check_beside_dataset(request: &Request, dataset: &Dataset) -> Result<(), ProcessingError> {
    match &request.target {
        Some(Target::Directory(base)) => check_beside(base, &dataset.input),
        Some(Target::Dataset { .. }) | None => Ok(()),
    }
}

/// The next run, or the next synchronisation, would read what was written there.
fn check_beside(base: &Location, input: &Location) -> Result<(), ProcessingError> {
    if input.holds(base) { Err(PathError::InsideInput.into()) } else { Ok(()) }
}
