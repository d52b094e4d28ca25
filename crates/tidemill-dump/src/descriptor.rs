//! What a caller asks for: the body of a creation, checked against the contract.

use crate::encode::{RecordTime, Text};
use crate::key::OWN_PREFIX;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidemill_model::{BucketName, TaskName, limits};

/// Why a creation is refused: the text in the brackets of `Invalid request. [..]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

fn invalid<T>(reason: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid(reason.into()))
}

/// Where a new task begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// After what is there when the task is created.
    Latest,
    /// With the oldest record.
    TrimHorizon,
}

/// Where the time of a JSON payload is, for directories by record time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessingSchema {
    /// The attribute.
    pub timestamp_name: String,
    /// `Timestamp` (13 digits) or `String`.
    pub timestamp_type: String,
    /// The format of a `String`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timestamp_format: Option<String>,
}

/// A bucket as destination, as it was created; also the shape of `obs_destination_description`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObsDestination {
    /// The agency, kept as given.
    pub agency_name: String,
    /// Seconds between two flushes.
    pub deliver_time_interval: i64,
    /// Where the task began.
    pub consumer_strategy: Strategy,
    /// `bucket` or `bucket/directory`.
    pub obs_bucket_path: String,
    /// Directory inside the bucket; may be empty.
    pub file_prefix: String,
    /// Depth of the time directories, for example `yyyy/MM`; may be empty.
    pub partition_format: String,
    /// `text`.
    pub destination_file_type: String,
    /// What follows each record.
    pub record_delimiter: String,
    /// Kept as given; deliveries to a bucket are tried without end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_duration: Option<i64>,
    /// Directories by the record's own time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub processing_schema: Option<ProcessingSchema>,
}

const FORMATS: [&str; 6] = ["", "yyyy", "yyyy/MM", "yyyy/MM/dd", "yyyy/MM/dd/HH", "yyyy/MM/dd/HH/mm"];

impl ObsDestination {
    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        self.obs_bucket_path.split('/').next().unwrap_or_default()
    }

    /// Directories before the time directories, without slashes at its ends; may be empty.
    pub(crate) fn prefix(&self) -> String {
        let directory = self.obs_bucket_path.split('/').skip(1);
        let parts = directory.chain(self.file_prefix.split('/')).filter(|p| !p.is_empty());
        parts.collect::<Vec<_>>().join("/")
    }

    /// How many levels of time directories there are.
    pub(crate) fn depth(&self) -> usize {
        FORMATS.iter().position(|f| *f == self.partition_format).unwrap_or(0)
    }

    fn parse(members: &Map<String, Value>) -> Result<Self, Invalid> {
        let interval = number(members, "deliver_time_interval", limits::DELIVER_INTERVAL_S)?;
        let destination = Self {
            agency_name: required(members, "agency_name")?,
            deliver_time_interval: interval.unwrap_or(limits::DELIVER_INTERVAL_S_DEFAULT),
            consumer_strategy: strategy(&text(members, "consumer_strategy")?)?,
            obs_bucket_path: required(members, "obs_bucket_path")?,
            file_prefix: text(members, "file_prefix")?,
            partition_format: text(members, "partition_format")?,
            destination_file_type: file_type(&text(members, "destination_file_type")?)?,
            record_delimiter: match members.get("record_delimiter") {
                None | Some(Value::Null) => "\n".into(),
                Some(_) => text(members, "record_delimiter")?,
            },
            retry_duration: number(members, "retry_duration", 0..=7200)?,
            processing_schema: schema(members)?,
        };
        destination.check(members)?;
        Ok(destination)
    }

    fn check(&self, members: &Map<String, Value>) -> Result<(), Invalid> {
        if self.agency_name.chars().count() > 64 {
            return invalid("agency_name must be 1 to 64 characters");
        }
        if !is_prefix(&self.file_prefix) || self.file_prefix.len() > 50 {
            return invalid("file_prefix must be up to 50 letters, digits, _ and /, not starting with /");
        }
        let directory = self.obs_bucket_path.split_once('/').map_or("", |(_, rest)| rest);
        if directory.len() > 200
            || !directory.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-/".contains(&b))
        {
            return invalid("the directory in obs_bucket_path must be letters, digits, _, - and /");
        }
        if self.prefix().split('/').next() == Some(OWN_PREFIX) {
            return invalid(format!("file_prefix must not begin with {OWN_PREFIX}: the ledger is there"));
        }
        if !FORMATS.contains(&self.partition_format.as_str()) {
            return invalid(format!("partition_format must be one of {}", FORMATS[1..].join(", ")));
        }
        if Text::parse(&self.record_delimiter).is_none() {
            return invalid(r"record_delimiter must be one of , ; | \n, empty or NULL");
        }
        if let Some(schema) = &self.processing_schema {
            RecordTime::parse(schema).map_err(Invalid)?;
        }
        match text(members, "compression_format")?.to_ascii_lowercase().as_str() {
            "" | "none" => Ok(()),
            other => {
                invalid(format!("compression_format {other} is not offered; records must not be compressed"))
            }
        }
    }

    /// Whether the bucket's name can be one at all.
    pub(crate) fn has_bucket_name(&self) -> bool {
        BucketName::parse(self.bucket()).is_ok()
    }
}

/// A checked creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// The task's name.
    pub name: TaskName,
    /// Where it delivers.
    pub destination: ObsDestination,
}

const DESTINATIONS: [&str; 7] = ["OBS", "MRS", "DLI", "DWS", "CLOUDTABLE", "UQUERY", "OPENTSDB"];

impl NewTask {
    /// Reads the body of `POST …/transfer-tasks`. Unknown members are ignored.
    pub fn parse(body: &Value) -> Result<Self, Invalid> {
        let Some(members) = body.as_object() else { return invalid("the body must be an object") };
        match required(members, "destination_type")?.as_str() {
            "OBS" => {}
            other if DESTINATIONS.contains(&other) => {
                return invalid(format!("destination_type {other} is not offered by this server; OBS is"));
            }
            other => return invalid(format!("destination_type must be OBS, got {other:?}")),
        }
        let Some(Value::Object(descriptor)) = members.get("obs_destination_descriptor") else {
            return invalid("obs_destination_descriptor null.");
        };
        let name =
            TaskName::parse(&required(descriptor, "task_name")?).map_err(|e| Invalid(e.to_string()))?;
        Ok(Self { name, destination: ObsDestination::parse(descriptor)? })
    }
}

fn text(members: &Map<String, Value>, key: &str) -> Result<String, Invalid> {
    match members.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => invalid(format!("{key} must be text")),
    }
}

fn required(members: &Map<String, Value>, key: &str) -> Result<String, Invalid> {
    let value = text(members, key)?;
    if value.is_empty() { invalid(format!("{key} null.")) } else { Ok(value) }
}

/// A number or numeric text; `None` if it is absent or empty.
fn number(
    members: &Map<String, Value>,
    key: &str,
    range: std::ops::RangeInclusive<i64>,
) -> Result<Option<i64>, Invalid> {
    let value = match members.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_i64(),
        Some(_) => None,
    };
    match value {
        Some(value) if range.contains(&value) => Ok(Some(value)),
        _ => invalid(format!("{key} must be a number from {} to {}", range.start(), range.end())),
    }
}

fn strategy(text: &str) -> Result<Strategy, Invalid> {
    match text {
        "" | "LATEST" => Ok(Strategy::Latest),
        "TRIM_HORIZON" => Ok(Strategy::TrimHorizon),
        _ => invalid("consumer_strategy must be LATEST or TRIM_HORIZON"),
    }
}

fn file_type(text: &str) -> Result<String, Invalid> {
    match text.to_ascii_lowercase().as_str() {
        "" | "text" => Ok("text".into()),
        other @ ("parquet" | "carbon" | "carbondata") => {
            invalid(format!("destination_file_type {other} is not offered by this server; text is"))
        }
        _ => invalid("destination_file_type must be text"),
    }
}

fn is_prefix(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.bytes().next().is_none_or(word) && text.bytes().all(|b| word(b) || b == b'/')
}

/// An object whose members are all empty means absent: one client always sends it.
fn schema(members: &Map<String, Value>) -> Result<Option<ProcessingSchema>, Invalid> {
    let members = match members.get("processing_schema") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(members)) => members,
        Some(_) => return invalid("processing_schema must be an object"),
    };
    let format = text(members, "timestamp_format")?;
    let schema = ProcessingSchema {
        timestamp_name: text(members, "timestamp_name")?,
        timestamp_type: text(members, "timestamp_type")?,
        timestamp_format: (!format.is_empty()).then_some(format),
    };
    let absent = schema.timestamp_name.is_empty()
        && schema.timestamp_type.is_empty()
        && schema.timestamp_format.is_none();
    Ok((!absent).then_some(schema))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(change: impl FnOnce(&mut Map<String, Value>)) -> Value {
        let mut descriptor = json!({"task_name": "t", "agency_name": "a", "deliver_time_interval": 30, "obs_bucket_path": "bucket"});
        change(descriptor.as_object_mut().unwrap());
        json!({"destination_type": "OBS", "obs_destination_descriptor": descriptor})
    }

    #[test]
    fn the_shortest_body_gets_the_documented_defaults() {
        let task = NewTask::parse(&body(|_| {})).unwrap();
        let d = task.destination;
        assert_eq!((d.consumer_strategy, d.record_delimiter.as_str()), (Strategy::Latest, "\n"));
        assert_eq!((d.destination_file_type.as_str(), d.depth(), d.prefix().as_str()), ("text", 0, ""));
        let absent = NewTask::parse(&body(|d| drop(d.remove("deliver_time_interval")))).unwrap();
        assert_eq!(absent.destination.deliver_time_interval, 300);
    }

    #[test]
    fn client_quirks_are_understood() {
        let task = NewTask::parse(&body(|d| {
            d.insert("deliver_time_interval".into(), json!("60"));
            d.insert("obs_bucket_path".into(), json!("bucket/dir"));
            d.insert("file_prefix".into(), json!("a//b/"));
            d.insert("processing_schema".into(), json!({"timestamp_name": "", "timestamp_type": ""}));
            d.insert("record_delimiter".into(), json!(""));
            d.insert("destination_file_type".into(), json!("TEXT"));
        }))
        .unwrap();
        let d = task.destination;
        assert_eq!((d.deliver_time_interval, d.bucket(), d.prefix().as_str()), (60, "bucket", "dir/a/b"));
        assert_eq!((d.processing_schema, d.record_delimiter.as_str()), (None, ""));
    }

    #[test]
    fn every_refusal_names_its_member() {
        for (key, value) in [
            ("task_name", json!("a b")),
            ("task_name", json!(null)),
            ("agency_name", json!("")),
            ("deliver_time_interval", json!(29)),
            ("deliver_time_interval", json!(901)),
            ("deliver_time_interval", json!("-30")),
            ("consumer_strategy", json!("EARLIEST")),
            ("obs_bucket_path", json!(7)),
            ("obs_bucket_path", json!("bucket/../x")),
            ("file_prefix", json!("/a")),
            ("file_prefix", json!("x".repeat(51))),
            ("file_prefix", json!("_tidemill/ledger")),
            ("partition_format", json!("yy")),
            ("destination_file_type", json!("parquet")),
            ("record_delimiter", json!("\t")),
            ("retry_duration", json!(7201)),
            ("processing_schema", json!({"timestamp_name": "t", "timestamp_type": "Date"})),
            ("compression_format", json!("gzip")),
        ] {
            let refused = NewTask::parse(&body(|d| drop(d.insert(key.into(), value.clone()))));
            assert!(refused.as_ref().is_err_and(|e| e.0.contains(key)), "{key}={value}: {refused:?}");
        }
        for (kind, says) in [("DWS", "not offered"), ("NOWHERE", "must be OBS")] {
            let refused = NewTask::parse(&json!({"destination_type": kind})).unwrap_err();
            assert!(refused.0.contains(says), "{refused}");
        }
    }
}
