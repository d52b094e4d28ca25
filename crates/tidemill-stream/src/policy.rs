//! Letting others use a stream: policies, and finding a stream on behalf of someone.

use crate::rows::policy_row;
use crate::stream::{Stream, StreamState};
use crate::streams::Streams;
use std::sync::Arc;
use tidemill_meta::{MetaError, Tx, stream as sql};
use tidemill_model::ProjectId;
use tidemill_model::limits::POLICIES_PER_STREAM_MAX;

/// What a policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantedAction {
    /// Putting records.
    PutRecords,
    /// Cursors, records, checkpoints and consumption state.
    GetRecords,
    /// The description of the stream.
    GetStreamInfo,
}

impl GrantedAction {
    /// The word on the wire and in the metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PutRecords => "putRecords",
            Self::GetRecords => "getRecords",
            Self::GetStreamInfo => "getStreamInfo",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::PutRecords, Self::GetRecords, Self::GetStreamInfo].into_iter().find(|a| a.as_str() == text)
    }
}

/// One policy: whom a stream lets do what. Names may change hands; ids do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Id of an account.
    pub domain_id: String,
    /// Id of a user of it; `None` for all.
    pub user_id: Option<String>,
    /// What is allowed.
    pub action: GrantedAction,
    /// `account.*` or `account.user`, as it was when the policy was made.
    pub name: String,
}

impl Grant {
    /// Who is meant, by ids: `account.*` or `account.user`.
    pub fn principal(&self) -> String {
        format!("{}.{}", self.domain_id, self.user_id.as_deref().unwrap_or("*"))
    }

    /// Whether `text` names who is meant, by names or by ids; an account may stand alone.
    fn is_named(&self, text: &str) -> bool {
        [self.principal(), self.name.clone()]
            .iter()
            .any(|own| own == text || own.strip_suffix(".*") == Some(text))
    }

    fn is_for(&self, asker: Asker<'_>) -> bool {
        self.domain_id == asker.domain_id && self.user_id.as_deref().is_none_or(|id| id == asker.user_id)
    }

    fn is_same_rule(&self, other: &Self) -> bool {
        (&self.domain_id, &self.user_id, self.action) == (&other.domain_id, &other.user_id, other.action)
    }
}

/// On whose behalf a stream is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The project of the request.
    pub project: &'a ProjectId,
    /// Id of the user's account.
    pub domain_id: &'a str,
    /// Id of the user.
    pub user_id: &'a str,
}

/// Why a stream was not found for someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// There is none, as far as the asker may know.
    #[error("the stream does not exist")]
    Unknown,
    /// The asker may use it, but not for this.
    #[error("the action is not granted")]
    Denied,
}

/// Why the policies stayed as they were.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// There is no such stream any more.
    #[error("the stream does not exist")]
    UnknownStream,
    /// The stream is being made or deleted, or is frozen.
    #[error("the stream is not running")]
    NotRunning,
    /// The stream has as many as it may have.
    #[error("a stream has at most {POLICIES_PER_STREAM_MAX} policies")]
    TooMany,
    /// None of its policies is meant.
    #[error("there is no such policy")]
    NoSuchPolicy,
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The server is stopping.
    #[error("the change was cut off")]
    CutOff,
}

impl Streams {
    /// The stream of the asker's project with this name or id, else one of another project with this id that
    /// lets the asker do `action`.
    pub fn find_for(
        &self,
        asker: Asker<'_>,
        name_or_id: &str,
        action: GrantedAction,
    ) -> Result<Arc<Stream>, LookupError> {
        if let Some(own) = self.find(asker.project, name_or_id) {
            return Ok(own);
        }
        let other = self.by_id(name_or_id).ok_or(LookupError::Unknown)?;
        let mut granted = other.grants.iter().filter(|grant| grant.is_for(asker)).peekable();
        // Whom nothing is granted is not told that there is such a stream.
        granted.peek().ok_or(LookupError::Unknown)?;
        if granted.any(|grant| grant.action == action) { Ok(other) } else { Err(LookupError::Denied) }
    }

    /// Adds policies to a stream; those it has already stay as they are. In force when this returns.
    pub async fn grant(&self, id: &str, grants: Vec<Grant>) -> Result<(), GrantError> {
        self.change_grants(id, move |stream| {
            for grant in &grants {
                if !stream.grants.iter().any(|have| have.is_same_rule(grant)) {
                    stream.grants.push(grant.clone());
                }
            }
            Ok(())
        })
        .await
    }

    /// Removes the policies of a stream for who is named so, for one action or for all. Without effect when
    /// this returns.
    pub async fn revoke(
        &self,
        id: &str,
        principal: String,
        action: Option<GrantedAction>,
    ) -> Result<(), GrantError> {
        self.change_grants(id, move |stream| {
            let before = stream.grants.len();
            stream.grants.retain(|have| {
                !have.is_named(&principal) || action.is_some_and(|action| have.action != action)
            });
            if stream.grants.len() < before { Ok(()) } else { Err(GrantError::NoSuchPolicy) }
        })
        .await
    }

    async fn change_grants(
        &self,
        id: &str,
        change: impl FnOnce(&mut Stream) -> Result<(), GrantError> + Send + 'static,
    ) -> Result<(), GrantError> {
        let (streams, id) = (self.clone(), id.to_owned());
        let work = async move {
            let changing = streams.by_id(&id).ok_or(GrantError::UnknownStream)?.changing.clone();
            let _one_at_a_time = changing.lock().await;
            let stream = streams.by_id(&id).ok_or(GrantError::UnknownStream)?;
            let mut changed = Stream::clone(&stream);
            change(&mut changed)?;
            streams.store_grants(changed).await
        };
        tokio::spawn(work).await.map_err(|_| GrantError::CutOff)?
    }

    async fn store_grants(&self, mut stream: Stream) -> Result<(), GrantError> {
        if stream.state != StreamState::Running {
            return Err(GrantError::NotRunning);
        }
        if stream.grants.len() > POLICIES_PER_STREAM_MAX {
            return Err(GrantError::TooMany);
        }
        stream.grants.sort_by(|a, b| (&a.name, a.action.as_str()).cmp(&(&b.name, b.action.as_str())));
        let stored = stream.clone();
        self.0.meta.tx(move |tx| Box::pin(write(tx, stored.clone()))).await?;
        self.0.catalog.put(Arc::new(stream));
        Ok(())
    }
}

async fn write(tx: &mut dyn Tx, stream: Stream) -> Result<(), GrantError> {
    if !sql::touch_stream(tx, &stream.id, stream.modified_ms).await? {
        return Err(GrantError::NotRunning);
    }
    let rows: Vec<_> = stream.grants.iter().map(policy_row).collect();
    Ok(sql::put_policies(tx, &stream.id, &rows).await?)
}
