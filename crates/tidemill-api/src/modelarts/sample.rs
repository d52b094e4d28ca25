//! Bodies of the calls on samples.

use super::dataset::{DataSource, Label};
use super::label::LabelStats;
use super::property;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// An annotation of a sample.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleLabel {
    /// The label's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says; the dataset's own type if absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<i64>,
    /// Its own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Shape, place, time, words, attributes.
    #[serde(
        default,
        deserialize_with = "property::object::<_, property::AnnotationProperty>",
        skip_serializing_if = "Option::is_none"
    )]
    pub property: Option<Map<String, Value>>,
    /// How sure it is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotated_by: Option<String>,
}

/// Samples sent inline or named by their path.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct UploadSamples<'a> {
    /// Whether their labels are confirmed; true if absent.
    pub final_annotation: Option<bool>,
    /// The samples.
    #[serde(borrow)]
    pub samples: Option<Vec<UploadSample<'a>>>,
}

/// One sample that is sent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct UploadSample<'a> {
    /// Name of its object.
    pub name: Option<String>,
    /// Its bytes in Base64.
    #[serde(borrow)]
    pub data: Option<Cow<'a, str>>,
    /// Its object.
    pub data_source: Option<DataSource>,
    /// Encoding of a text.
    pub encoding: Option<String>,
    /// Its annotations.
    pub labels: Option<Vec<SampleLabel>>,
    /// Its properties.
    #[serde(default, deserialize_with = "property::object::<_, Map<String, Value>>")]
    pub metadata: Option<Map<String, Value>>,
}

/// What became of samples that were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadSamplesResponse {
    /// Whether all went well.
    pub success: bool,
    /// One for each, in the order of the request.
    pub results: Vec<UploadResult>,
}

/// What became of one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadResult {
    /// Whether it went well.
    pub success: bool,
    /// Where its object is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Why not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
}

/// New annotations of samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UpdateSamples {
    /// Of which samples which.
    pub samples: Option<Vec<SampleLabels>>,
}

/// New annotations of one sample; absent or empty: none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleLabels {
    /// The sample.
    pub sample_id: Option<String>,
    /// Its annotations from now on.
    pub labels: Option<Vec<SampleLabel>>,
    /// Properties that change.
    #[serde(default, deserialize_with = "property::object::<_, Map<String, Value>>")]
    pub metadata: Option<Map<String, Value>>,
    /// What it is meant for.
    pub sample_usage: Option<String>,
}

/// Deletes samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteSamples {
    /// Their ids.
    pub samples: Option<Vec<String>>,
    /// Whether their objects are deleted as well; false if absent.
    pub delete_source: Option<bool>,
}

/// A sample as lists and details show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Its id.
    pub sample_id: String,
    /// What it is.
    pub sample_type: i64,
    /// Its name with suffix.
    pub sample_name: String,
    /// The directory it is in.
    pub sample_dir: String,
    /// Its size in bytes.
    pub sample_size: u64,
    /// How far its labeling is.
    pub sample_status: String,
    /// When its object was written, in ms since the epoch.
    pub sample_time: i64,
    /// What it is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_usage: Option<String>,
    /// URL of its object, or its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_data: Option<Vec<String>>,
    /// Its annotations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<SampleLabel>>,
    /// Its properties.
    pub metadata: Map<String, Value>,
}

/// A page of samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleList {
    /// How many there are in all.
    pub sample_count: u64,
    /// The samples.
    pub samples: Vec<Sample>,
}

/// Values that conditions on samples may name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchValues {
    /// Who labeled samples.
    pub labelers: Vec<String>,
    /// The labels of the dataset.
    pub labels: Vec<Label>,
    /// Properties with their values.
    pub metadata: BTreeMap<String, BTreeSet<String>>,
}

/// Counts of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DatasetStats {
    /// Whether the labeled samples can be divided.
    pub data_spliting_enable: bool,
    /// Hard examples and others.
    pub key_sample_stats: BTreeMap<String, u64>,
    /// How often each label is used.
    pub label_stats: Vec<LabelStats>,
    /// Samples in each state.
    pub sample_stats: BTreeMap<String, u64>,
}
