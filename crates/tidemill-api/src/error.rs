//! Error codes of the stream API and the one body every error has.

use crate::codes::codes;
use http::StatusCode;
use serde::{Deserialize, Serialize};

codes! {
    /// Every error the stream API answers. Clients decide by the code and by parts of the message.
    pub enum ErrorCode;

    /// Missing or wrong credentials. One client turns only this status into its authentication error.
    NotAuthenticated = "APIGW.0301" UNAUTHORIZED "Incorrect IAM authentication information";
    /// No such route.
    UnknownRoute = "APIGW.0101" NOT_FOUND "The API does not exist.";
    /// The route exists for other methods.
    WrongMethod = "APIGW.0103" METHOD_NOT_ALLOWED "The API does not support this method.";
    /// The caller lacks the right.
    AccessDenied = "DIS.4116" FORBIDDEN "Invalid RBAC.";
    /// Unknown project, or one the caller may not use.
    InvalidProject = "DIS.4117" BAD_REQUEST "Invalid Project Id.";
    /// A parameter or body value out of its range.
    InvalidRequest = "DIS.4200" BAD_REQUEST "Invalid request.";
    /// The body is over its limit. Shares its code with [`Self::InvalidRequest`].
    BodyTooLarge = "DIS.4200" PAYLOAD_TOO_LARGE "Invalid request.";
    /// Neither accepted form of a partition id.
    InvalidPartitionId = "DIS.4201" BAD_REQUEST "Invalid partition_id.";
    /// A required body, or its records, are missing.
    EmptyRequest = "DIS.4202" BAD_REQUEST "Empty request.";
    /// A time of a metrics call is missing, no number, or the start is after the end.
    InvalidPeriod = "DIS.4203" BAD_REQUEST "Invalid monitoring period.";
    /// A metrics call reaches further back than the metrics do, or over more time.
    PeriodTooLong = "DIS.4204" BAD_REQUEST "The monitoring period cannot be longer than 7 days.";
    /// A data call on a stream that is being made or deleted, or is frozen.
    StreamNotRunning = "DIS.4205" BAD_REQUEST "Stream is not running.";
    /// The MRS cluster of a dump task cannot be one.
    InvalidMrsCluster = "DIS.4208" BAD_REQUEST "Mrs cluster is invalid.";
    /// Unknown label of a metrics call, or none.
    InvalidLabel = "DIS.4209" BAD_REQUEST "Invalid metrics label.";
    /// Not one of the five cursor types.
    InvalidCursorType = "DIS.4215" BAD_REQUEST "Invalid cursor type.";
    /// Not a number from 0 to 2^63-1.
    InvalidSequenceNumber = "DIS.4216" BAD_REQUEST "Invalid sequence_number.";
    /// A cursor that cannot be read or was not issued here.
    InvalidCursor = "DIS.4217" BAD_REQUEST "Invalid partition cursor.";
    /// A position outside the partition.
    SequenceOutOfRange = "DIS.4224" BAD_REQUEST "Sequence_number out of range.";
    /// A cursor older than its life.
    CursorExpired = "DIS.4225" BAD_REQUEST "Expired partition cursor.";
    /// The position was trimmed after the cursor was issued.
    CursorTrimmed = "DIS.4226" BAD_REQUEST "A partition iterator error occurred or a record to which the SN corresponds has expired. Try to obtain the partition iterator again.";
    /// The body cannot be read; or a time before retention.
    RequestError = "DIS.4300" BAD_REQUEST "Request error.";
    /// Unknown stream name or id.
    UnknownStream = "DIS.4301" BAD_REQUEST "Stream does not exist.";
    /// A partition index beyond the stream.
    UnknownPartition = "DIS.4302" BAD_REQUEST "Partition does not exist.";
    /// A partition's throughput is used up.
    Throttled = "DIS.4303" BAD_REQUEST "Exceeded traffic control limit.";
    /// A project sends too many requests about streams.
    TooManyStreamRequests = "DIS.4305" BAD_REQUEST "Too many stream requests.";
    /// Unknown bucket of a dump task.
    UnknownBucket = "DIS.4306" BAD_REQUEST "Bucket does not exist.";
    /// The name of the new stream is taken.
    StreamExists = "DIS.4307" BAD_REQUEST "The stream already exists.";
    /// Too many partitions in the project.
    QuotaExceeded = "DIS.4308" BAD_REQUEST "Insufficient quota.";
    /// The caller's address failed to authenticate too often.
    AddressBlocked = "DIS.4309" BAD_REQUEST "Too many request failures. Please try again later.";
    /// The bucket of a dump task cannot be written.
    BucketNotWritable = "DIS.4310" BAD_REQUEST "OBS access error.";
    /// Reading an EXPIRED partition, or writing to one that is not ACTIVE.
    PartitionExpired = "DIS.4319" BAD_REQUEST "Partition is expired.";
    /// Too many apps in the project.
    AppQuotaExceeded = "DIS.4329" BAD_REQUEST "app quota exceeded.";
    /// The name of the new app is taken.
    AppExists = "DIS.4330" BAD_REQUEST "app already exist.";
    /// The app's consumer group has live members.
    AppInUse = "DIS.4331" BAD_REQUEST "app is using.";
    /// Unknown app.
    UnknownApp = "DIS.4332" BAD_REQUEST "app not found.";
    /// The agency of a dump task cannot be one.
    InvalidAgency = "DIS.4335" BAD_REQUEST "Invalid IAM agency.";
    /// The path in HDFS of a dump task cannot be one.
    InvalidHdfsPath = "DIS.4336" BAD_REQUEST "Invalid HDFS path.";
    /// The DLI database of a dump task cannot exist.
    UnknownDliDatabase = "DIS.4337" BAD_REQUEST "The DLI database does not exist.";
    /// The DLI table of a dump task cannot exist.
    UnknownDliTable = "DIS.4338" BAD_REQUEST "The DLI table does not exist.";
    /// Too many members in a consumer group.
    ConsumerQuotaExceeded = "DIS.4339" BAD_REQUEST "Consumer quota exceeded.";
    /// The CloudTable cluster of a dump task cannot exist.
    UnknownCloudtableCluster = "DIS.4341" BAD_REQUEST "The CloudTable cluster does not exist.";
    /// The CloudTable table of a dump task cannot exist.
    UnknownCloudtableTable = "DIS.4342" BAD_REQUEST "The CloudTable table does not exist";
    /// A column family of a dump task cannot exist.
    UnknownCloudtableFamily = "DIS.4343" BAD_REQUEST "The CloudTable table family does not exist.";
    /// The schema of a dump task's CloudTable rows is wrong.
    InvalidCloudtableSchema = "DIS.4345" BAD_REQUEST "Invalid CloudTable schema.";
    /// The schema of a dump task's OpenTSDB points is wrong.
    InvalidOpentsdbSchema = "DIS.4348" BAD_REQUEST "Invalid CloudTable openTSDB schema.";
    /// The DWS cluster of a dump task cannot be one.
    InvalidDwsCluster = "DIS.4350" BAD_REQUEST "Invalid DWS cluster.";
    /// The key of a dump task cannot be one.
    InvalidKmsKey = "DIS.4351" BAD_REQUEST "Invalid KMS userKey.";
    /// Unknown dump task.
    UnknownTask = "DIS.4354" BAD_REQUEST "The transfer task does not exist.";
    /// The name of the new dump task is taken.
    TaskExists = "DIS.4355" BAD_REQUEST "The transfer task already exists.";
    /// Too many dump tasks on the stream.
    TaskQuotaExceeded = "DIS.4357" BAD_REQUEST "Exceeded transfer task quota.";
    /// A data schema that is missing or not Avro.
    InvalidSchema = "DIS.4360" BAD_REQUEST "Invalid data schema.";
    /// Nothing to delete: the app never committed on the stream.
    NoCheckpoint = "DIS.4375" BAD_REQUEST "The app does not commit checkpoint";
    /// Too many tags on the stream.
    TagQuotaExceeded = "DIS.4601" BAD_REQUEST "The number of resource tags has reached the maximum.";
    /// Tags of anything but a stream.
    UnknownResourceType = "DIS.4602" BAD_REQUEST "Invalid resource type.";
    /// Tags of an unknown stream.
    UnknownResource = "DIS.4603" BAD_REQUEST "The resource does not exist.";
    /// A tag that the stream does not have.
    UnknownTagKey = "DIS.4604" BAD_REQUEST "The key does not exist.";
    /// Another word than the actions on tags.
    UnsupportedAction = "DIS.4605" BAD_REQUEST "The action is not supported.";
    /// A group member commits while the group shares its partitions anew.
    Rebalancing = "DIS.4701" BAD_REQUEST "rebalance in progress";
    /// A commit of nobody the group knows.
    UnknownMember = "DIS.4702" BAD_REQUEST "member does not exist";
    /// A group member commits in a generation that is not the present one.
    IllegalGeneration = "DIS.4703" BAD_REQUEST "illegal generation";
    /// The server failed.
    Internal = "DIS.5000" INTERNAL_SERVER_ERROR "System error.";
    /// The server has no room for the request now. Shares its code with [`Self::Internal`].
    Busy = "DIS.5000" SERVICE_UNAVAILABLE "System error.";
    /// One record failed, or may have failed, for a reason of the server; producers send it again.
    RecordNotStored = "DIS.5250" INTERNAL_SERVER_ERROR "System error.";
}

impl ErrorCode {
    /// The message in the contract's form: the phrase, then every detail in brackets.
    ///
    /// Line feeds in details become blanks: a message is one line.
    pub fn message<D: AsRef<str>>(self, details: &[D]) -> String {
        let mut message = self.phrase().to_owned();
        if !details.is_empty() {
            message.push(' ');
        }
        for detail in details {
            message.push('[');
            message.extend(detail.as_ref().chars().map(|c| if c.is_control() { ' ' } else { c }));
            message.push(']');
        }
        message
    }
}

/// The body of every error: one client family reads the first pair, another the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The code, for example `DIS.4301`.
    #[serde(rename = "errorCode")]
    pub error_code_java: String,
    /// What happened, in one line.
    pub message: String,
    /// The same code again.
    pub error_code: String,
    /// The same text again.
    pub error_msg: String,
}

impl ErrorBody {
    /// The body for a code and its whole message.
    pub fn new(code: ErrorCode, message: &str) -> Self {
        Self {
            error_code_java: code.code().to_owned(),
            message: message.to_owned(),
            error_code: code.code().to_owned(),
            error_msg: message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_clients_take_apart_are_literal() {
        let out_of_range = ErrorCode::SequenceOutOfRange.message(&["9", " should be within ", "0", " ", "7"]);
        assert_eq!(out_of_range, "Sequence_number out of range. [9][ should be within ][0][ ][7]");
        assert_eq!(ErrorCode::UnknownStream.message(&["s", "p"]), "Stream does not exist. [s][p]");
        assert_eq!(
            ErrorCode::InvalidRequest.message(&["Invalid target_partition_count null."]),
            "Invalid request. [Invalid target_partition_count null.]"
        );
        assert_eq!(ErrorCode::QuotaExceeded.message::<&str>(&[]), "Insufficient quota.");
        assert_eq!(ErrorCode::InvalidRequest.message(&["a\nb"]), "Invalid request. [a b]");
    }

    #[test]
    fn the_body_has_all_four_members() {
        let body = serde_json::to_string(&ErrorBody::new(ErrorCode::UnknownApp, "app not found.")).unwrap();
        assert_eq!(
            body,
            r#"{"errorCode":"DIS.4332","message":"app not found.","error_code":"DIS.4332","error_msg":"app not found."}"#
        );
    }

    #[test]
    fn codes_are_400_except_the_listed_ones() {
        for code in ErrorCode::ALL.iter().filter(|c| c.code().starts_with("DIS.4")) {
            let expected = match code {
                ErrorCode::AccessDenied => 403,
                ErrorCode::BodyTooLarge => 413,
                _ => 400,
            };
            assert_eq!(code.status().as_u16(), expected, "{code:?}");
        }
    }
}
