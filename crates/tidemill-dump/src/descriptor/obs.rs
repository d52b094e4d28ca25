//! A bucket as destination.

use super::common::check_agency;
use super::member::{self, Members, text};
use super::refused::{Invalid, invalid};
use super::source::Source;
use super::{FORMATS, Strategy, partition_format};
use crate::encode::{RecordTime, Text};
use crate::key::OWN_PREFIX;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidemill_model::limits;

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
    /// The agency: the name of one of the account.
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
    /// `text` or `parquet`.
    pub destination_file_type: String,
    /// What follows each record.
    pub record_delimiter: String,
    /// Kept as given; deliveries to a bucket are tried without end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_duration: Option<i64>,
    /// Directories by the record's own time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub processing_schema: Option<ProcessingSchema>,
    /// The stream's side of it; not shown.
    #[serde(skip_serializing_if = "Source::is_plain", default)]
    pub source: Source,
}

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

    pub(super) fn parse(members: &Members) -> Result<Self, Invalid> {
        let interval = member::number(members, "deliver_time_interval", limits::DELIVER_INTERVAL_S)?;
        let destination = Self {
            agency_name: member::required(members, "agency_name")?,
            deliver_time_interval: interval.unwrap_or(limits::DELIVER_INTERVAL_S_DEFAULT),
            consumer_strategy: member::strategy(members)?,
            obs_bucket_path: member::required(members, "obs_bucket_path")?,
            file_prefix: member::prefix(members, "file_prefix")?,
            partition_format: partition_format(members)?,
            destination_file_type: member::file_type(members)?,
            record_delimiter: match members.get("record_delimiter") {
                None | Some(Value::Null) => "\n".into(),
                Some(_) => text(members, "record_delimiter")?,
            },
            retry_duration: member::number(members, "retry_duration", limits::RETRY_DURATION_S)?,
            processing_schema: schema(members)?,
            source: Source::default(),
        };
        member::not_compressed(members)?;
        destination.check()?;
        Ok(destination)
    }

    fn check(&self) -> Result<(), Invalid> {
        member::check_bucket_path("obs_bucket_path", &self.obs_bucket_path)?;
        if self.prefix().split('/').next() == Some(OWN_PREFIX) {
            return invalid(format!("file_prefix must not begin with {OWN_PREFIX}: the ledger is there"));
        }
        if Text::parse(&self.record_delimiter).is_none() {
            return invalid(r"record_delimiter must be one of , ; | \n, empty or NULL");
        }
        if let Some(schema) = &self.processing_schema
            && let Err(reason) = RecordTime::parse(schema)
        {
            return invalid(reason);
        }
        check_agency(&self.agency_name)
    }
}

/// An object whose members are all empty means absent: one client always sends it.
fn schema(members: &Members) -> Result<Option<ProcessingSchema>, Invalid> {
    let Some(members) = member::object(members, "processing_schema")? else { return Ok(None) };
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
    use crate::descriptor::{Destination, NewTask};
    use serde_json::{Map, json};

    fn obs(task: NewTask) -> ObsDestination {
        match task.destination {
            Destination::Obs(obs) => obs,
            other => panic!("{other:?}"),
        }
    }

    fn body(change: impl FnOnce(&mut Map<String, Value>)) -> Value {
        let mut descriptor = json!({"task_name": "t", "agency_name": "a", "deliver_time_interval": 30, "obs_bucket_path": "bucket"});
        change(descriptor.as_object_mut().unwrap());
        json!({"destination_type": "OBS", "obs_destination_descriptor": descriptor})
    }

    #[test]
    fn the_shortest_body_gets_the_documented_defaults() {
        let task = NewTask::parse(&body(|_| {})).unwrap();
        let d = obs(task);
        assert_eq!((d.consumer_strategy, d.record_delimiter.as_str()), (Strategy::Latest, "\n"));
        assert_eq!((d.destination_file_type.as_str(), d.depth(), d.prefix().as_str()), ("text", 0, ""));
        let absent = NewTask::parse(&body(|d| drop(d.remove("deliver_time_interval")))).unwrap();
        assert_eq!(obs(absent).deliver_time_interval, 300);
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
        let d = obs(task);
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
            ("obs_bucket_path", json!("/")),
            ("obs_bucket_path", json!("/bucket")),
            ("obs_bucket_path", json!("//bucket")),
            ("file_prefix", json!("/a")),
            ("file_prefix", json!("x".repeat(51))),
            ("file_prefix", json!("_tidemill/ledger")),
            ("partition_format", json!("yy")),
            ("destination_file_type", json!("orc")),
            ("record_delimiter", json!("\t")),
            ("retry_duration", json!(7201)),
            ("processing_schema", json!({"timestamp_name": "t", "timestamp_type": "Date"})),
            ("compression_format", json!("gzip")),
        ] {
            let refused = NewTask::parse(&body(|d| drop(d.insert(key.into(), value.clone()))));
            assert!(refused.as_ref().is_err_and(|e| e.reason.contains(key)), "{key}={value}: {refused:?}");
        }
    }
}
