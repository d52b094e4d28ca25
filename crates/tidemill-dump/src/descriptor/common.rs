//! What the destinations beside buckets have in common.

use super::member::{self, Members};
use super::refused::{Invalid, Part, ensure};
use super::{Strategy, is_text};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tidemill_model::limits;

/// Members of every destination. Numbers are digits in text: clients of these destinations read them so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// The agency: the name of one of the account.
    pub agency_name: String,
    /// Seconds between two flushes.
    #[serde(serialize_with = "digits", deserialize_with = "from_digits")]
    pub deliver_time_interval: i64,
    /// Where the task began.
    pub consumer_strategy: Strategy,
    /// How long a failing delivery is tried again, in seconds.
    #[serde(serialize_with = "digits", deserialize_with = "from_digits")]
    pub retry_duration: i64,
}

/// The bucket in which files wait to be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staging {
    /// `bucket` or `bucket/directory`.
    pub obs_bucket_path: String,
    /// Directory inside the bucket; may be empty.
    pub file_prefix: String,
}

impl Common {
    pub(super) fn parse(members: &Members) -> Result<Self, Invalid> {
        let interval = member::number(members, "deliver_time_interval", limits::DELIVER_INTERVAL_S)?;
        let retry = member::number(members, "retry_duration", limits::RETRY_DURATION_S)?;
        Ok(Self {
            agency_name: member::required(members, "agency_name")?,
            deliver_time_interval: interval.unwrap_or(limits::DELIVER_INTERVAL_S_DEFAULT),
            consumer_strategy: member::strategy(members)?,
            retry_duration: retry.unwrap_or(limits::RETRY_DURATION_S_DEFAULT),
        })
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_agency(&self.agency_name)
    }
}

impl Staging {
    pub(super) fn parse(members: &Members) -> Result<Self, Invalid> {
        let path = member::required(members, "obs_bucket_path")?;
        member::check_bucket_path("obs_bucket_path", &path)?;
        Ok(Self { obs_bucket_path: path, file_prefix: member::prefix(members, "file_prefix")? })
    }
}

/// An agency has 1 to 64 characters.
pub(super) fn check_agency(name: &str) -> Result<(), Invalid> {
    ensure(is_text(name, 64), Part::Agency, "agency_name must be 1 to 64 characters")
}

fn digits<S: Serializer>(number: &i64, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(number)
}

fn from_digits<'de, D: Deserializer<'de>>(text: D) -> Result<i64, D::Error> {
    String::deserialize(text)?.parse().map_err(serde::de::Error::custom)
}
