//! The handle on all subscriptions.

use crate::busy::Busy;
use crate::subscription::{InvalidSubscription, NewSubscription, Subscription};
use crate::target::Target;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use tidemill_meta::{Meta, MetaError, notify as sql, setting};
use tidemill_model::{Clock, ProjectId};
use tidemill_stream::{Stream, StreamEnd, Streams};
use tokio::sync::{Notify, Semaphore};

/// Subscriptions a project may have.
const SUBSCRIPTIONS_MAX: usize = 50;
/// Webhooks that are sent at once.
const POSTS_MAX: usize = 32;

/// All subscriptions of the server. Cheap to clone.
#[derive(Clone)]
pub struct Notifications(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) meta: Meta,
    pub(crate) streams: Streams,
    pub(crate) clock: Clock,
    pub(crate) changed: Notify,
    pub(crate) agent: ureq::Agent,
    /// Webhooks sent at once: each takes a thread for up to 10 s.
    pub(crate) posts: Semaphore,
    pub(crate) busy: Busy,
    key: String,
}

/// Why a subscription stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// What was asked for cannot be.
    #[error(transparent)]
    Invalid(#[from] InvalidSubscription),
    /// A stream it names is not there.
    #[error("the stream {0} does not exist")]
    UnknownStream(String),
    /// The name is taken.
    #[error("the subscription {0} exists already")]
    Exists(String),
    /// There is none of that name.
    #[error("the subscription {0} does not exist")]
    Unknown(String),
    /// The project has as many as it may have.
    #[error("a project may have {SUBSCRIPTIONS_MAX} subscriptions")]
    Quota,
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

impl Notifications {
    /// The subscriptions in `meta`. Nothing is sent before [`Notifications::run`].
    pub async fn open(meta: Meta, streams: Streams, clock: Clock) -> Result<Self, MetaError> {
        let mut fresh = [0u8; 32];
        getrandom::fill(&mut fresh).map_err(|error| MetaError::Store(format!("no random bytes: {error}")))?;
        let fresh = STANDARD.encode(fresh);
        let key: String = meta
            .tx(move |tx| {
                let fresh = fresh.clone();
                Box::pin(async move { setting::setting_or_insert(tx, "notify.webhook_key", &fresh).await })
            })
            .await
            .map_err(|error: MetaError| error)?;
        let (changed, agent, busy) = (Notify::new(), crate::webhook::agent(), Busy::default());
        let hook = EndSubscriptions { meta: meta.clone(), busy: busy.clone() };
        streams.before_delete(Arc::new(hook));
        Ok(Self(Arc::new(Inner {
            meta,
            streams,
            clock,
            changed,
            agent,
            posts: Semaphore::new(POSTS_MAX),
            busy,
            key,
        })))
    }

    /// What a subscription's webhooks are signed with, as receivers are given it.
    pub fn secret(&self, subscription: &Subscription) -> String {
        crate::webhook::secret(&self.0.key, &subscription.id)
    }

    /// Makes a subscription.
    pub async fn create(
        &self,
        project: &ProjectId,
        wanted: NewSubscription,
    ) -> Result<Subscription, SubscribeError> {
        self.check(project, &wanted)?;
        let made = Subscription::new(wanted, self.0.clock.now_ms());
        let row = made.row(project)?;
        let created: Result<(), SubscribeError> = self
            .0
            .meta
            .tx(move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    if sql::subscriptions(tx, &row.project).await?.len() >= SUBSCRIPTIONS_MAX {
                        return Err(SubscribeError::Quota);
                    }
                    let new = sql::insert_subscription(tx, &row).await?;
                    if new { Ok(()) } else { Err(SubscribeError::Exists(row.name)) }
                })
            })
            .await;
        created.map(|()| made)
    }

    /// Replaces all of a subscription but its name; messages that wait go to the new target, or are dropped if
    /// it is disabled.
    pub async fn update(
        &self,
        project: &ProjectId,
        wanted: NewSubscription,
    ) -> Result<Subscription, SubscribeError> {
        self.check(project, &wanted)?;
        let project = project.clone();
        let updated: Result<Subscription, SubscribeError> = self
            .0
            .meta
            .tx(move |tx| {
                let (project, wanted) = (project.clone(), wanted.clone());
                Box::pin(async move {
                    let found = sql::subscription(tx, project.as_str(), &wanted.name).await?;
                    let found = found.ok_or_else(|| SubscribeError::Unknown(wanted.name.clone()))?;
                    let updated = Subscription { wanted, ..Subscription::from_row(found)? };
                    sql::update_subscription(tx, &updated.row(&project)?).await?;
                    if !updated.wanted.enabled {
                        sql::delete_notifications(tx, &updated.id).await?;
                    }
                    Ok(updated)
                })
            })
            .await;
        self.0.changed.notify_one();
        let updated = updated?;
        if !updated.wanted.enabled {
            self.0.busy.none_of(std::slice::from_ref(&updated.id)).await;
        }
        Ok(updated)
    }

    /// The project's subscriptions by name.
    pub async fn list(&self, project: &ProjectId) -> Result<Vec<Subscription>, MetaError> {
        let project = project.clone();
        let rows: Result<Vec<_>, MetaError> = self
            .0
            .meta
            .read(move |tx| {
                let project = project.clone();
                Box::pin(async move { sql::subscriptions(tx, project.as_str()).await })
            })
            .await;
        rows?.into_iter().map(Subscription::from_row).collect()
    }

    /// One subscription and how many messages wait for it.
    pub async fn get(&self, project: &ProjectId, name: &str) -> Result<(Subscription, u64), SubscribeError> {
        let (project, name) = (project.clone(), name.to_owned());
        self.0
            .meta
            .read(move |tx| {
                let (project, name) = (project.clone(), name.clone());
                Box::pin(async move {
                    let found = sql::subscription(tx, project.as_str(), &name).await?;
                    let found = found.ok_or(SubscribeError::Unknown(name))?;
                    let waiting = sql::count_notifications(tx, &found.id).await?;
                    Ok((Subscription::from_row(found)?, waiting))
                })
            })
            .await
    }

    /// Ends a subscription; what waited for it is never sent.
    pub async fn delete(&self, project: &ProjectId, name: &str) -> Result<(), SubscribeError> {
        let (project, name) = (project.clone(), name.to_owned());
        let deleted: Result<String, SubscribeError> = self
            .0
            .meta
            .tx(move |tx| {
                let (project, name) = (project.clone(), name.clone());
                Box::pin(async move {
                    let found = sql::subscription(tx, project.as_str(), &name).await?;
                    let found = found.ok_or(SubscribeError::Unknown(name))?;
                    sql::delete_subscription(tx, &found.id).await?;
                    Ok(found.id)
                })
            })
            .await;
        // A message under way is finished first: nothing is sent after the answer.
        self.0.busy.none_of(&[deleted?]).await;
        Ok(())
    }

    fn check(&self, project: &ProjectId, wanted: &NewSubscription) -> Result<(), SubscribeError> {
        wanted.check()?;
        let target = match &wanted.target {
            Target::Stream(id) => Some(id),
            Target::Webhook(_) => None,
        };
        for id in wanted.stream_id.iter().chain(target) {
            let found = self.0.streams.by_id(id).filter(|stream| stream.project == *project);
            found.ok_or_else(|| SubscribeError::UnknownStream(id.clone()))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Notifications {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notifications")
    }
}

/// Subscriptions about a stream, and into it, end with it.
struct EndSubscriptions {
    meta: Meta,
    busy: Busy,
}

#[async_trait]
impl StreamEnd for EndSubscriptions {
    async fn end(&self, stream: &Stream) -> Result<(), String> {
        let id = stream.id.clone();
        let ended: Result<Vec<String>, MetaError> = self
            .meta
            .tx(move |tx| {
                let id = id.clone();
                Box::pin(async move { sql::delete_subscriptions_of_stream(tx, &id).await })
            })
            .await;
        let ended = ended.map_err(|error| format!("subscriptions: {error}"))?;
        self.busy.none_of(&ended).await;
        Ok(())
    }
}
