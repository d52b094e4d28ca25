//! What the maker of a version asks for.

use super::error::VersionError;
use crate::{Dataset, DatasetType};
use serde::{Deserialize, Serialize};

const NAME_CHARS_MAX: usize = 32;
const DESCRIPTION_CHARS_MAX: usize = 256;

/// The format of a version's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum VersionFormat {
    /// A manifest; for everything but tables.
    #[default]
    Default,
    /// For tables.
    CarbonData,
    /// For tables.
    #[serde(rename = "CSV")]
    Csv,
}

impl VersionFormat {
    /// All of them, in the order of their codes in queries.
    pub const ALL: [Self; 3] = [Self::Default, Self::CarbonData, Self::Csv];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "Default",
            Self::CarbonData => "CarbonData",
            Self::Csv => "CSV",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }
}

/// How a version is made. Kept with it and echoed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionOptions {
    /// The format of its files.
    pub format: VersionFormat,
    /// The share of labeled samples for training, 0 to 1, as it was sent; `None`: samples keep their usage.
    pub ratio: Option<String>,
    /// Whether earlier usage of samples is cleared before they are split.
    pub remove_usage: bool,
    /// Whether marks of hard examples are left out.
    pub clear_hard: bool,
    /// Whether samples are copied below the version.
    pub export_images: bool,
    /// Whether the files of tables begin with the names of their columns.
    pub column_header: bool,
}

impl Default for VersionOptions {
    fn default() -> Self {
        Self {
            format: VersionFormat::Default,
            ratio: Some("1.00".to_owned()),
            remove_usage: true,
            clear_hard: true,
            export_images: false,
            column_header: true,
        }
    }
}

impl VersionOptions {
    /// The share for training, if samples are to be split.
    pub(super) fn share(&self) -> Option<f64> {
        self.ratio.as_deref()?.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share))
    }
}

/// A version that is to be published from the working samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewVersion {
    /// 1 to 32 letters, digits, `_`, `-`; without one it is `V001`, `V002`…
    pub name: Option<String>,
    /// At most 256 characters, none of `!<>=&"'`.
    pub description: String,
    /// How it is made.
    pub options: VersionOptions,
}

impl NewVersion {
    /// Refuses what cannot be published of such a dataset.
    pub(super) fn check(&self, dataset: &Dataset) -> Result<(), VersionError> {
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        check_description(&self.description)?;
        if self.options.ratio.is_some() && self.options.share().is_none() {
            let told =
                "train_evaluate_sample_ratio must be a number from 0 to 1 as text, for example \"0.8\"";
            return Err(VersionError::Invalid(told.to_owned()));
        }
        let is_table = dataset.kind == DatasetType::Table;
        match self.options.format {
            VersionFormat::Default => Ok(()),
            VersionFormat::Csv if is_table => Ok(()),
            VersionFormat::CarbonData if is_table => Err(VersionError::Invalid(
                "version_format CarbonData cannot be written by this server; use CSV".to_owned(),
            )),
            other => Err(VersionError::Invalid(format!(
                "version_format {} is for table datasets only; use Default",
                other.as_str()
            ))),
        }
    }
}

/// Refuses what cannot be the name of a version.
pub(super) fn check_name(name: &str) -> Result<(), VersionError> {
    let ok = (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let shown: String = name.chars().take(80).collect();
    let told = format!("version_name must be 1 to 32 letters, digits, _ and -, got {shown:?}");
    if ok { Ok(()) } else { Err(VersionError::Invalid(told)) }
}

/// Refuses what cannot be the description of a version.
pub(super) fn check_description(text: &str) -> Result<(), VersionError> {
    let ok =
        text.chars().count() <= DESCRIPTION_CHARS_MAX && !text.contains(['!', '<', '>', '=', '&', '"', '\'']);
    let told = "description must have at most 256 characters, none of !<>=&\"'";
    if ok { Ok(()) } else { Err(VersionError::Invalid(told.to_owned())) }
}
