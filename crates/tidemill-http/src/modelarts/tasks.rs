//! What imports, synchronisations and exports show alike.

use tidemill_api::modelarts::ModelArtsCode;
use tidemill_dataset::task::{FailureReason, TaskRecord, TaskState};

/// The word for a state of imports and synchronisations.
pub(super) fn transfer_status(state: TaskState) -> &'static str {
    match state {
        TaskState::Waiting => "QUEUING",
        TaskState::Running => "RUNNING",
        TaskState::Completed => "COMPLETED",
        TaskState::Failed => "FAILED",
    }
}

/// Code and message of a failure; of a completed task what was left out, without a code.
pub(super) fn trouble(task: &TaskRecord) -> (Option<String>, Option<String>) {
    match &task.failure {
        Some(failure) => {
            let code = code_of(failure.reason);
            (Some(code.code().to_owned()), Some(code.message(&failure.message)))
        }
        None => {
            let left_out = Some(task.counts.left_out.clone()).filter(|text| !text.is_empty());
            (None, left_out.map(|text| format!("left out: {text}")))
        }
    }
}

fn code_of(reason: FailureReason) -> ModelArtsCode {
    match reason {
        FailureReason::BucketMissing | FailureReason::BucketDenied => ModelArtsCode::BucketMissing,
        FailureReason::PathMissing => ModelArtsCode::PathMissing,
        FailureReason::NothingImportable => ModelArtsCode::NothingImportable,
        FailureReason::Invalid => ModelArtsCode::InvalidParameter,
        FailureReason::Split => ModelArtsCode::SplitUnsuited,
        FailureReason::Full => ModelArtsCode::DatasetQuota,
        FailureReason::VersionMissing => ModelArtsCode::UnknownVersion,
        FailureReason::NameTaken => ModelArtsCode::DatasetExists,
        FailureReason::Storage | FailureReason::Internal => ModelArtsCode::Internal,
    }
}
