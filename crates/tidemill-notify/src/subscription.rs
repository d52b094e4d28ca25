//! One subscription, and what makes it valid.

use crate::filter::Filter;
use crate::target::{Target, check_url};
use tidemill_meta::MetaError;
use tidemill_meta::notify::SubscriptionRow;
use tidemill_model::{ProjectId, random_id};

const NAME_CHARS_MAX: usize = 64;

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubscription {
    /// 1 to 64 characters of letters, digits, `-`, `_`, starting with a letter or digit.
    pub name: String,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Id of the only stream it is about.
    pub stream_id: Option<String>,
    /// Which events.
    pub filter: Filter,
    /// Where to.
    pub target: Target,
}

/// Why a subscription cannot be: what was wrong and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidSubscription(pub String);

impl NewSubscription {
    pub(crate) fn check(&self) -> Result<(), InvalidSubscription> {
        check_name(&self.name)?;
        match &self.target {
            Target::Webhook(url) => check_url(url).map_err(InvalidSubscription),
            Target::Stream(_) => Ok(()),
        }
    }
}

fn check_name(name: &str) -> Result<(), InvalidSubscription> {
    let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    let word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if first && word && name.len() <= NAME_CHARS_MAX {
        return Ok(());
    }
    let shown: String = name.chars().take(80).collect();
    Err(InvalidSubscription(format!(
        "name must be 1 to {NAME_CHARS_MAX} characters of letters, digits, - and _, starting with a letter or digit, got {shown:?}"
    )))
}

/// A subscription as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id, never reused.
    pub id: String,
    /// What was asked for.
    pub wanted: NewSubscription,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
}

impl Subscription {
    pub(crate) fn new(wanted: NewSubscription, created_ms: i64) -> Self {
        Self { id: random_id(), wanted, created_ms }
    }

    pub(crate) fn row(&self, project: &ProjectId) -> Result<SubscriptionRow, MetaError> {
        let wanted = &self.wanted;
        let filter = serde_json::to_string(&wanted.filter);
        Ok(SubscriptionRow {
            id: self.id.clone(),
            project: project.to_string(),
            name: wanted.name.clone(),
            enabled: wanted.enabled,
            stream_id: wanted.stream_id.clone(),
            filter: filter.map_err(|error| MetaError::Unexpected(format!("filter: {error}")))?,
            target_kind: wanted.target.kind().to_owned(),
            target: wanted.target.text().to_owned(),
            created_ms: self.created_ms,
        })
    }

    pub(crate) fn from_row(row: SubscriptionRow) -> Result<Self, MetaError> {
        let unexpected = |what: &str| MetaError::Unexpected(format!("subscription {}: {what}", row.id));
        let filter = serde_json::from_str(&row.filter).map_err(|_| unexpected("its filter"))?;
        let target = Target::of(&row.target_kind, row.target).ok_or_else(|| unexpected("its target"))?;
        let (name, enabled, stream_id) = (row.name, row.enabled, row.stream_id);
        let wanted = NewSubscription { name, enabled, stream_id, filter, target };
        Ok(Self { id: row.id, wanted, created_ms: row.created_ms })
    }
}
