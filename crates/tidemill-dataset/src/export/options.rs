//! What an export is asked to do.

use crate::DatasetError;
use crate::search::{Condition, Join, SearchCondition};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which samples are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportWhich {
    /// With labels that somebody stands for.
    Labeled,
    /// Without labels.
    Unlabeled,
    /// All of them.
    All,
    /// Those a search finds.
    Found,
}

/// How the files lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportLayout {
    /// A directory for each label.
    Directories,
    /// All in one directory, label files beside the samples.
    Flat,
}

/// How labels are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A list of names for classifications, PASCAL VOC for shapes.
    Voc,
    /// One `annotations.json` for all images.
    Coco,
    /// `obj.data`, `obj.names`, `train.txt`, `valid.txt` and a label file an image.
    Yolo,
}

/// An export as it is asked for, and as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportOptions {
    /// The directory to write to, as it was sent.
    pub path: String,
    /// Which samples.
    pub which: ExportWhich,
    /// How files lie.
    pub layout: ExportLayout,
    /// How labels are written.
    pub format: ExportFormat,
    /// Only samples in this state: 0 unlabeled, 1 labeled, 2 waiting for confirmation; none: all.
    pub state: Option<i64>,
    /// What samples fulfil at least one of, for [`ExportWhich::Found`]; none: all.
    pub conditions: Vec<SearchCondition>,
    /// Only these samples, if there are any.
    pub samples: Vec<String>,
    /// A version instead of the present samples.
    pub version: Option<String>,
    /// The share that goes to training; none: samples are not split.
    pub ratio: Option<f64>,
    /// Whether marks of hard examples are left out.
    pub clear_hard: bool,
    /// The dataset that the samples become part of; set once it is made.
    pub new_dataset: Option<String>,
    /// The request with its defaults, echoed.
    pub echo: Value,
}

impl ExportOptions {
    /// What samples have to fulfil; dates are counted back from `now_ms`.
    ///
    /// # Errors
    /// [`DatasetError::Invalid`] for a condition that cannot be one, and for a period asked of a version, which does
    /// not know when its samples were added.
    pub(super) fn condition(&self, now_ms: i64) -> Result<Condition, DatasetError> {
        let mut all: Vec<Condition> =
            self.state.map(|code| Condition::Status(vec![code])).into_iter().collect();
        let is_timed = |one: &SearchCondition| one.sample_time.as_ref().is_some_and(|text| !text.is_empty());
        if self.version.is_some() && self.conditions.iter().any(is_timed) {
            return Err(DatasetError::Invalid("sample_time cannot be asked of a version".to_owned()));
        }
        if self.which == ExportWhich::Found && !self.conditions.is_empty() {
            let any = self.conditions.iter().map(|condition| condition.condition(now_ms));
            all.push(Condition::Several(Join::Or, any.collect::<Result<_, _>>()?));
        }
        Ok(Condition::Several(Join::And, all))
    }
}
