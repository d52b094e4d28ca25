//! Errors of the calls on dump tasks.

use super::{DisError, shortened};
use tidemill_api::ErrorCode;
use tidemill_model::limits::DUMP_TASKS_PER_STREAM_MAX;
use tidemill_stream::Stream;

impl DisError {
    /// The configuration of a dump task is refused.
    pub(in crate::dis) fn task_request(refused: tidemill_dump::Invalid) -> Self {
        use tidemill_dump::Part;
        let code = match refused.part {
            Part::Request => ErrorCode::InvalidRequest,
            Part::MrsCluster => ErrorCode::InvalidMrsCluster,
            Part::Agency => ErrorCode::InvalidAgency,
            Part::HdfsPath => ErrorCode::InvalidHdfsPath,
            Part::DliDatabase => ErrorCode::UnknownDliDatabase,
            Part::DliTable => ErrorCode::UnknownDliTable,
            Part::CloudtableCluster => ErrorCode::UnknownCloudtableCluster,
            Part::CloudtableTable => ErrorCode::UnknownCloudtableTable,
            Part::CloudtableFamily => ErrorCode::UnknownCloudtableFamily,
            Part::CloudtableSchema => ErrorCode::InvalidCloudtableSchema,
            Part::OpentsdbSchema => ErrorCode::InvalidOpentsdbSchema,
            Part::DwsCluster => ErrorCode::InvalidDwsCluster,
            Part::KmsKey => ErrorCode::InvalidKmsKey,
            Part::DataSchema => ErrorCode::InvalidSchema,
        };
        Self::new(code, &[&refused.reason])
    }

    fn unusable_bucket(error: tidemill_dump::UnusableBucket) -> Self {
        use tidemill_dump::UnusableBucket as E;
        match error {
            E::Missing(bucket) => Self::new(ErrorCode::UnknownBucket, &[shortened(&bucket)]),
            E::NotWritable(reason) => Self::new(ErrorCode::BucketNotWritable, &[&reason]),
        }
    }

    /// Creating a dump task failed.
    pub(in crate::dis) fn create_task(error: tidemill_dump::CreateError, stream: &Stream) -> Self {
        use tidemill_dump::CreateError as E;
        match error {
            E::Invalid(refused) => Self::task_request(refused),
            E::NoStream => Self::gone(stream),
            E::Exists => Self::bare(ErrorCode::TaskExists),
            E::Quota => {
                Self::new(ErrorCode::TaskQuotaExceeded, &[&format!("at most {DUMP_TASKS_PER_STREAM_MAX}")])
            }
            E::Bucket(error) => Self::unusable_bucket(error),
            E::Meta(_) => Self::internal(error),
        }
    }

    /// Deleting a dump task failed, or goes on after the answer.
    pub(in crate::dis) fn delete_task(error: tidemill_dump::DeleteError) -> Self {
        use tidemill_dump::DeleteError as E;
        match error {
            E::Unknown => Self::bare(ErrorCode::UnknownTask),
            E::Continues => Self::new(ErrorCode::Internal, &[&error.to_string()]),
            E::Meta(_) => Self::internal(error),
        }
    }
}

impl From<tidemill_dump::UpdateError> for DisError {
    fn from(error: tidemill_dump::UpdateError) -> Self {
        use tidemill_dump::UpdateError as E;
        match error {
            E::Invalid(refused) => Self::task_request(refused),
            E::Unknown => Self::bare(ErrorCode::UnknownTask),
            E::Bucket(error) => Self::unusable_bucket(error),
            E::Meta(error) => Self::internal(error),
        }
    }
}

impl From<tidemill_dump::FindError> for DisError {
    fn from(error: tidemill_dump::FindError) -> Self {
        match error {
            tidemill_dump::FindError::Unknown => Self::bare(ErrorCode::UnknownTask),
            tidemill_dump::FindError::Dump(error) => Self::internal(error),
        }
    }
}

impl From<tidemill_dump::ActError> for DisError {
    fn from(error: tidemill_dump::ActError) -> Self {
        match error {
            tidemill_dump::ActError::Unknown(name) => Self::new(ErrorCode::UnknownTask, &[shortened(&name)]),
            tidemill_dump::ActError::Meta(error) => Self::internal(error),
        }
    }
}
