//! From an event to stored messages: one for every subscription that fits.

use crate::message::message;
use crate::subscription::Subscription;
use crate::subscriptions::Notifications;
use crate::target::Target;
use tidemill_meta::{MetaError, notify as sql};
use tidemill_model::Event;

/// Messages that may wait for one subscription; beyond it the oldest are dropped.
const WAITING_MAX: u64 = 10_000;

impl Notifications {
    /// Stores a message for every subscription of the event's project that wants it.
    pub(crate) async fn store(&self, event: Event) -> Result<(), MetaError> {
        let body = message(&event).map_err(|error| MetaError::Unexpected(format!("event: {error}")))?;
        let dropped: Result<u64, MetaError> = self
            .0
            .meta
            .tx(move |tx| {
                let (event, body) = (event.clone(), body.clone());
                Box::pin(async move {
                    let mut dropped = 0;
                    for row in sql::subscriptions(tx, event.project.as_str()).await? {
                        let subscription = Subscription::from_row(row)?;
                        if wants(&subscription, &event) {
                            let (id, at_ms) = (&subscription.id, event.at_ms);
                            dropped += sql::push_notification(tx, id, &body, at_ms, WAITING_MAX).await?;
                        }
                    }
                    Ok(dropped)
                })
            })
            .await;
        let dropped = dropped?;
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "a subscription's receiver is far behind: its oldest messages are dropped"
            );
        }
        Ok(())
    }
}

fn wants(subscription: &Subscription, event: &Event) -> bool {
    let wanted = &subscription.wanted;
    let about = event.stream.as_ref().map(|(id, _)| id.as_str());
    let bound = wanted.stream_id.as_deref().is_none_or(|only| about == Some(only));
    // A stream is never told about itself: each message could raise the next one.
    let itself = matches!(&wanted.target, Target::Stream(id) if about == Some(id.as_str()));
    wanted.enabled && bound && !itself && wanted.filter.lets_through(event.kind)
}
