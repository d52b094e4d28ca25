//! Error codes of the dataset API and the body every error has.

use crate::codes::codes;
use http::StatusCode;
use serde::{Deserialize, Serialize};

codes! {
    /// Every error the dataset API answers. Clients decide by the code.
    pub enum ModelArtsCode;

    /// An argument that cannot be one.
    InvalidArgument = "ModelArts.0101" BAD_REQUEST "Invalid argument.";
    /// A parameter out of its range, or what is not offered.
    InvalidParameter = "ModelArts.0104" BAD_REQUEST "Invalid parameter.";
    /// Two values that contradict each other.
    InvalidPair = "ModelArts.0107" BAD_REQUEST "The values contradict each other.";
    /// The caller lacks the right.
    NotAllowed = "ModelArts.0108" FORBIDDEN "No permission.";
    /// Neither a token nor a signature.
    TokenMissing = "ModelArts.0201" UNAUTHORIZED "The token is missing.";
    /// A token whose time is over.
    TokenExpired = "ModelArts.0202" UNAUTHORIZED "The token has expired.";
    /// A token nobody was given.
    TokenInvalid = "ModelArts.0203" UNAUTHORIZED "The token is invalid.";
    /// A wrong access key or signature.
    BadSignature = "ModelArts.0206" FORBIDDEN "The access key or the signature is wrong.";
    /// A project that is not the caller's.
    WrongProject = "ModelArts.0210" FORBIDDEN "The project is not the caller's.";
    /// The body is no JSON.
    MalformedJson = "ModelArts.4105" BAD_REQUEST "The body is not valid JSON.";
    /// A member of the body has the wrong type.
    InvalidRequest = "ModelArts.4200" BAD_REQUEST "Invalid request.";
    /// A body is needed.
    EmptyBody = "ModelArts.4202" BAD_REQUEST "Empty request.";
    /// A path has to be a directory below a bucket.
    NotSubdirectory = "ModelArts.4205" BAD_REQUEST "The path must be a subdirectory.";
    /// No such bucket, or none that may be used.
    BucketMissing = "ModelArts.4311" BAD_REQUEST "The bucket does not exist.";
    /// A path is missing.
    PathMissing = "ModelArts.4312" BAD_REQUEST "The path does not exist.";
    /// A path that cannot be one.
    PathIllegal = "ModelArts.4313" BAD_REQUEST "The path is illegal.";
    /// A path with an empty part.
    PathDoubleSlash = "ModelArts.4315" BAD_REQUEST "The path contains //.";
    /// Something else that does not exist.
    ResourceNotFound = "ModelArts.4338" BAD_REQUEST "The resource does not exist.";
    /// There is nothing that could be imported.
    NothingImportable = "ModelArts.4340" BAD_REQUEST "Nothing can be imported.";
    /// The labels cannot be divided as asked.
    SplitImpossible = "ModelArts.4342" BAD_REQUEST "The labels cannot be divided as asked.";
    /// A version of the dataset is being made.
    Publishing = "ModelArts.4343" BAD_REQUEST "A version of the dataset is being made.";
    /// The dataset is being deleted.
    Deleting = "ModelArts.4344" BAD_REQUEST "The dataset is being deleted.";
    /// Another version is becoming the current one.
    Switching = "ModelArts.4349" BAD_REQUEST "Another version is becoming the current one.";
    /// The work path is too long.
    WorkPathTooLong = "ModelArts.4350" BAD_REQUEST "The work path is too long.";
    /// The name of the dataset is taken.
    DatasetExists = "ModelArts.4351" BAD_REQUEST "The dataset already exists.";
    /// No such dataset.
    UnknownDataset = "ModelArts.4352" BAD_REQUEST "The dataset does not exist.";
    /// No such version of the dataset.
    UnknownVersion = "ModelArts.4353" BAD_REQUEST "The dataset version does not exist.";
    /// There is room for no more.
    DatasetQuota = "ModelArts.4354" INTERNAL_SERVER_ERROR "The quota is exhausted.";
    /// The input of the dataset is being read again.
    Synchronizing = "ModelArts.4355" BAD_REQUEST "The input of the dataset is being read again.";
    /// Samples are being imported.
    Importing = "ModelArts.4356" BAD_REQUEST "Samples are being imported.";
    /// An export cannot be written there.
    InvalidExportPath = "ModelArts.4358" BAD_REQUEST "An export cannot be written there.";
    /// No such export.
    UnknownExport = "ModelArts.4359" BAD_REQUEST "The export does not exist.";
    /// The directory of the new dataset exists.
    DirectoryExists = "ModelArts.4364" BAD_REQUEST "The directory of the new dataset exists.";
    /// Versions are made too often.
    TooFrequent = "ModelArts.4370" BAD_REQUEST "Versions are made too often.";
    /// The name of the version is taken.
    VersionExists = "ModelArts.4371" BAD_REQUEST "The dataset version already exists.";
    /// A path that cannot be used.
    InvalidPath = "ModelArts.4374" BAD_REQUEST "The path is invalid.";
    /// Labels cannot change while a version is being made.
    LabelingWhilePublishing = "ModelArts.4381" BAD_REQUEST "Labels cannot change while a version is being made.";
    /// A parameter of an export cannot be one.
    InvalidExport = "ModelArts.4384" BAD_REQUEST "A parameter of an export cannot be one.";
    /// No such label.
    UnknownLabel = "ModelArts.4410" BAD_REQUEST "The label does not exist.";
    /// The label is there already.
    LabelExists = "ModelArts.4411" BAD_REQUEST "The label already exists.";
    /// Another label has the shortcut.
    ShortcutExists = "ModelArts.4412" BAD_REQUEST "The shortcut already exists.";
    /// A relation needs an entity label that is not there.
    EntityMissing = "ModelArts.4414" BAD_REQUEST "A relation needs an entity label that is not there.";
    /// A relation still needs the entity label.
    EntityInUse = "ModelArts.4415" BAD_REQUEST "A relation still needs the entity label.";
    /// A file is over its limit.
    FileTooLarge = "ModelArts.4419" FORBIDDEN "The file is too large.";
    /// No such sample.
    UnknownSample = "ModelArts.4420" BAD_REQUEST "The sample does not exist.";
    /// The sample is there already.
    SampleExists = "ModelArts.4422" BAD_REQUEST "The sample already exists.";
    /// Boxes need the size of the image.
    ImageSizeUnknown = "ModelArts.4423" BAD_REQUEST "The size of the image is unknown.";
    /// A sample in a body is over its limit.
    InlineSampleTooLarge = "ModelArts.4656" BAD_REQUEST "The sample is too large.";
    /// No such processing task or version of one.
    UnknownTask = "ModelArts.4700" BAD_REQUEST "The processing task does not exist.";
    /// Features of such a dataset are not analysed.
    AnalysisType = "ModelArts.4701" BAD_REQUEST "Features of such a dataset are not analysed.";
    /// Features of a version in that format are not analysed.
    AnalysisFormat = "ModelArts.4702" BAD_REQUEST "Features of a version in that format are not analysed.";
    /// The version has no labeled sample.
    AnalysisUnlabeled = "ModelArts.4703" BAD_REQUEST "The version has no labeled sample.";
    /// The version is still being made.
    AnalysisPublishing = "ModelArts.4704" BAD_REQUEST "The version is still being made.";
    /// The version cannot be analysed.
    AnalysisVersion = "ModelArts.4706" BAD_REQUEST "The version cannot be analysed.";
    /// The name of the processing task is taken.
    TaskExists = "ModelArts.4709" BAD_REQUEST "The processing task already exists.";
    /// A label has too few samples to be divided.
    SplitUnsuited = "ModelArts.4711" BAD_REQUEST "A label has too few samples to be divided.";
    /// The dataset has as many versions as it may.
    VersionQuota = "ModelArts.4714" BAD_REQUEST "The dataset has as many versions as it may.";
    /// Unfinished label tasks keep the dataset.
    LabelTasksOpen = "ModelArts.4803" FORBIDDEN "Unfinished label tasks keep the dataset.";
    /// The version is not usable.
    VersionNotNormal = "ModelArts.4824" BAD_REQUEST "The version is not usable.";
    /// The version has no sample.
    VersionEmpty = "ModelArts.4825" BAD_REQUEST "The version has no sample.";
    /// Something still needs the version.
    VersionInUse = "ModelArts.4827" BAD_REQUEST "Something still needs the version.";
    /// A processing task is still being prepared.
    TaskInitializing = "ModelArts.4850" FORBIDDEN "A processing task is still being prepared.";
    /// The server failed.
    Internal = "ModelArts.0010" INTERNAL_SERVER_ERROR "Internal error.";
    /// The server has no room for the request now.
    Busy = "ModelArts.0010" SERVICE_UNAVAILABLE "Internal error.";
}

impl ModelArtsCode {
    /// The message: the phrase, then the detail in brackets if there is one. One line.
    pub fn message(self, detail: &str) -> String {
        let detail: String = detail.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if detail.is_empty() { self.phrase().to_owned() } else { format!("{} [{detail}]", self.phrase()) }
    }
}

/// The body of every error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelArtsErrorBody {
    /// The code, for example `ModelArts.4352`.
    pub error_code: String,
    /// What was wrong and what is allowed, in one line.
    pub error_msg: String,
}

impl ModelArtsErrorBody {
    /// The body for a code and its message.
    pub fn new(code: ModelArtsCode, message: &str) -> Self {
        Self { error_code: code.code().to_owned(), error_msg: message.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_four_digits_and_only_the_listed_ones_are_not_400() {
        for code in ModelArtsCode::ALL {
            let digits = code.code().strip_prefix("ModelArts.").unwrap();
            assert!(digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()), "{digits}");
            let expected = match digits {
                "0201" | "0202" | "0203" => 401,
                "0108" | "0206" | "0210" | "4419" | "4803" | "4850" => 403,
                "4354" => 500,
                "0010" => code.status().as_u16().max(500),
                _ => 400,
            };
            assert_eq!(code.status().as_u16(), expected, "{code:?}");
        }
    }
}
