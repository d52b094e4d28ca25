//! Why a sample became what it is.

use serde::{Deserialize, Serialize};

/// One reason, for programs and for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A stable word.
    pub code: String,
    /// For people, in English.
    pub english: String,
    /// For people, in Chinese.
    pub chinese: String,
}

impl Reason {
    pub(crate) fn new(code: &str, english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { code: code.to_owned(), english: english.into(), chinese: chinese.into() }
    }

    /// What validation found.
    pub(crate) fn of_validation(found: &tidemill_vision::validation::Reason) -> Self {
        Self::new(found.code(), found.english(), found.chinese())
    }

    /// Nothing had to be done.
    pub fn kept() -> Self {
        Self::new("kept", "kept as it is", "原样保留")
    }

    /// A picture that cannot be decoded.
    pub(crate) fn undecodable(error: &str) -> Self {
        Self::new(
            "undecodable",
            format!("the image cannot be decoded: {error}"),
            format!("图片无法解码：{error}"),
        )
    }

    /// A product that cannot be written.
    pub(crate) fn unencodable(error: &str) -> Self {
        Self::new(
            "unencodable",
            format!("the product cannot be written: {error}"),
            format!("无法写出结果图片：{error}"),
        )
    }
}
