//! What a caller asks for: the body of a creation or update, checked against the contract. One file a
//! destination.

mod cloudtable;
mod common;
mod dli;
mod dws;
mod member;
mod mrs;
mod obs;
mod opentsdb;
mod refused;
mod request;
mod source;

pub use cloudtable::{CloudtableDestination, CloudtableSchema, Column, RowKey};
pub use common::{Common, Staging};
pub use dli::DliDestination;
pub use dws::{DwsDestination, DwsOptions};
pub use mrs::MrsDestination;
pub use obs::{ObsDestination, ProcessingSchema};
pub use opentsdb::{Attribute, OneOrMore, OpentsdbSchema, PointTag, Timestamp};
pub use refused::{Invalid, Part};
pub use request::{NewTask, TaskUpdate};
pub use source::Source;

use member::Members;
use refused::{ensure, invalid};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidemill_stream::{DataType, Stream};

/// Where a new task begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// After what is there when the task is created.
    Latest,
    /// With the oldest record.
    TrimHorizon,
}

/// The kinds of destinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestinationType {
    /// A bucket.
    Obs,
    /// HDFS of an MRS cluster.
    Mrs,
    /// A DLI table.
    Dli,
    /// A DWS table.
    Dws,
    /// A CloudTable cluster.
    Cloudtable,
}

impl DestinationType {
    /// The word on the wire and in the metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Obs => "OBS",
            Self::Mrs => "MRS",
            Self::Dli => "DLI",
            Self::Dws => "DWS",
            Self::Cloudtable => "CLOUDTABLE",
        }
    }

    /// Reads the word; two have an older name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "OBS" => Some(Self::Obs),
            "MRS" => Some(Self::Mrs),
            "DLI" | "UQUERY" => Some(Self::Dli),
            "DWS" => Some(Self::Dws),
            "CLOUDTABLE" | "OPENTSDB" => Some(Self::Cloudtable),
            _ => None,
        }
    }
}

/// Where a task delivers, as it was created or last changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A bucket.
    Obs(ObsDestination),
    /// HDFS of an MRS cluster.
    Mrs(MrsDestination),
    /// A DLI table.
    Dli(DliDestination),
    /// A DWS table.
    Dws(DwsDestination),
    /// A CloudTable cluster.
    Cloudtable(CloudtableDestination),
}

impl Destination {
    /// Reads a descriptor. `new`: of a task that is being made.
    fn parse(kind: DestinationType, members: &Members, new: bool) -> Result<Self, Invalid> {
        Ok(match kind {
            DestinationType::Obs => Self::Obs(ObsDestination::parse(members)?),
            DestinationType::Mrs => Self::Mrs(MrsDestination::parse(members)?),
            DestinationType::Dli => Self::Dli(DliDestination::parse(members)?),
            DestinationType::Dws => Self::Dws(DwsDestination::parse(members, new)?),
            DestinationType::Cloudtable => Self::Cloudtable(CloudtableDestination::parse(members)?),
        })
    }

    /// Its kind.
    pub fn kind(&self) -> DestinationType {
        match self {
            Self::Obs(_) => DestinationType::Obs,
            Self::Mrs(_) => DestinationType::Mrs,
            Self::Dli(_) => DestinationType::Dli,
            Self::Dws(_) => DestinationType::Dws,
            Self::Cloudtable(_) => DestinationType::Cloudtable,
        }
    }

    /// Its members as they are stored and, but for older spellings, shown.
    pub(crate) fn to_stored(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Obs(d) => serde_json::to_value(d),
            Self::Mrs(d) => serde_json::to_value(d),
            Self::Dli(d) => serde_json::to_value(d),
            Self::Dws(d) => serde_json::to_value(d),
            Self::Cloudtable(d) => serde_json::to_value(d),
        }
    }

    /// Reads what is stored; the error says what is wrong with it.
    pub(crate) fn from_stored(kind: &str, text: &str) -> Result<Self, String> {
        let kind = DestinationType::parse(kind).ok_or_else(|| format!("destination type {kind}"))?;
        let read = match kind {
            DestinationType::Obs => serde_json::from_str(text).map(Self::Obs),
            DestinationType::Mrs => serde_json::from_str(text).map(Self::Mrs),
            DestinationType::Dli => serde_json::from_str(text).map(Self::Dli),
            DestinationType::Dws => serde_json::from_str(text).map(Self::Dws),
            DestinationType::Cloudtable => serde_json::from_str(text).map(Self::Cloudtable),
        };
        read.map_err(|error| format!("descriptor: {error}"))
    }

    /// Its members as clients see them, without a password.
    pub fn description(&self) -> Result<Value, serde_json::Error> {
        let mut shown = self.to_stored()?;
        if let Self::Mrs(mrs) = self {
            // One client knows the path by a misspelled name only.
            shown["mrs_hdfs_patch"] = mrs.mrs_hdfs_path.clone().into();
        }
        if let Some(members) = shown.as_object_mut() {
            members.remove("source");
        }
        Ok(shown)
    }

    /// Where a new task begins.
    pub(crate) fn strategy(&self) -> Strategy {
        match self {
            Self::Obs(d) => d.consumer_strategy,
            Self::Mrs(MrsDestination { common, .. })
            | Self::Dli(DliDestination { common, .. })
            | Self::Dws(DwsDestination { common, .. })
            | Self::Cloudtable(CloudtableDestination { common, .. }) => common.consumer_strategy,
        }
    }

    /// The agency it is written through.
    pub(crate) fn agency(&self) -> &str {
        match self {
            Self::Obs(d) => &d.agency_name,
            Self::Mrs(MrsDestination { common, .. })
            | Self::Dli(DliDestination { common, .. })
            | Self::Dws(DwsDestination { common, .. })
            | Self::Cloudtable(CloudtableDestination { common, .. }) => &common.agency_name,
        }
    }

    /// The bucket it needs, if it needs one: to deliver to, to stage in or to fall back to.
    pub fn bucket(&self) -> Option<&str> {
        let path = match self {
            Self::Obs(d) => &d.obs_bucket_path,
            Self::Mrs(MrsDestination { staging, .. })
            | Self::Dli(DliDestination { staging, .. })
            | Self::Dws(DwsDestination { staging, .. }) => &staging.obs_bucket_path,
            Self::Cloudtable(d) => &d.obs_backup_bucket_path,
        };
        path.split('/').next().filter(|bucket| !bucket.is_empty())
    }

    /// Why this server does not deliver to it; `None` if it does.
    pub(crate) fn undeliverable(&self) -> Option<String> {
        let kind = self.kind();
        let reason = || {
            format!(
                "delivery to {} is not offered by this server yet: nothing is delivered, the position is kept",
                kind.as_str()
            )
        };
        (kind != DestinationType::Obs).then(reason)
    }

    /// Takes over what of the stream decides how its records are encoded, if they can become what it takes.
    pub(crate) fn take_source(&mut self, stream: &Stream) -> Result<(), Invalid> {
        self.check_source(stream)?;
        let Self::Obs(obs) = self else { return Ok(()) };
        obs.source = Source::of(stream, obs.destination_file_type == "parquet");
        match obs.source.columns() {
            Ok(_) => Ok(()),
            Err(reason) => Err(Invalid { part: Part::DataSchema, reason }),
        }
    }

    fn check_source(&self, stream: &Stream) -> Result<(), Invalid> {
        match self {
            Self::Obs(d) => check_files(&d.destination_file_type, stream)?,
            Self::Mrs(d) => check_files(&d.destination_file_type, stream)?,
            Self::Dli(_) | Self::Dws(_) => {
                let tabular = matches!(stream.data_type, DataType::Json | DataType::Csv);
                ensure(tabular, Part::Request, "the stream's data_type must be JSON or CSV")?;
                has_schema(stream)?;
            }
            Self::Cloudtable(_) => {}
        }
        Ok(())
    }
}

/// Files with columns need records with columns.
fn check_files(file_type: &str, stream: &Stream) -> Result<(), Invalid> {
    match file_type {
        "text" => Ok(()),
        "carbon" => {
            invalid("destination_file_type carbon is not offered by this server; text and parquet are")
        }
        _ => {
            let json = stream.data_type == DataType::Json;
            ensure(json, Part::Request, "destination_file_type parquet needs a stream of data_type JSON")?;
            has_schema(stream)
        }
    }
}

/// A stream's schema was checked when it was set.
fn has_schema(stream: &Stream) -> Result<(), Invalid> {
    ensure(stream.data_schema.is_some(), Part::DataSchema, "the stream has no data_schema")
}

const FORMATS: [&str; 6] = ["", "yyyy", "yyyy/MM", "yyyy/MM/dd", "yyyy/MM/dd/HH", "yyyy/MM/dd/HH/mm"];

/// `partition_format`.
fn partition_format(members: &Members) -> Result<String, Invalid> {
    let format = member::text(members, "partition_format")?;
    let known = FORMATS.contains(&format.as_str());
    ensure(known, Part::Request, &format!("partition_format must be one of {}", FORMATS[1..].join(", ")))?;
    Ok(format)
}

/// Whether a text has 1 to `max` characters, none of them a control character.
fn is_text(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
