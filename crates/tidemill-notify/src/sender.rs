//! Sending what is stored: in order within a subscription, the subscriptions beside one another.

use crate::subscription::Subscription;
use crate::subscriptions::Notifications;
use crate::target::Target;
use crate::webhook::{self, Signed};
use std::borrow::Cow;
use std::time::Duration;
use tidemill_meta::MetaError;
use tidemill_meta::notify::{self as sql, NotificationRow};
use tidemill_model::Event;
use tidemill_stream::{Payload, PutRecord, RecordOutcome};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Waits double from the first to the last; after the whole time a message is given up.
const FIRST_WAIT_MS: i64 = 1_000;
const LAST_WAIT_MS: i64 = 5 * 60 * 1_000;
const GIVEN_UP_AFTER_MS: i64 = 24 * 60 * 60 * 1_000;
/// Waits this long when the metadata fails.
const METADATA_WAIT: Duration = Duration::from_secs(1);

impl Notifications {
    /// Stores events as they come and sends messages until `stop`.
    pub async fn run(&self, mut events: mpsc::Receiver<Event>, stop: CancellationToken) {
        let sender = tokio::spawn({
            let (notifications, stop) = (self.clone(), stop.clone());
            async move { notifications.send_all(stop).await }
        });
        loop {
            let event = tokio::select! {
                biased;
                Some(event) = events.recv() => event,
                () = stop.cancelled() => break,
            };
            if let Err(error) = self.store(event).await {
                tracing::error!(%error, "an event could not be stored: nobody is told of it");
            }
            self.0.changed.notify_one();
        }
        let _ = sender.await;
    }

    async fn send_all(&self, stop: CancellationToken) {
        let mut under_way = JoinSet::new();
        loop {
            let next_ms = self.start_due(&mut under_way).await;
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.0.changed.notified() => {}
                () = self.0.clock.sleep_until(next_ms) => {}
                Some(_) = under_way.join_next() => {}
            }
        }
        // What is under way is finished, or it would be sent again at the next start.
        while under_way.join_next().await.is_some() {}
    }

    /// Starts sending what is due of subscriptions that send nothing now; when the next one is due.
    async fn start_due(&self, under_way: &mut JoinSet<()>) -> i64 {
        let now_ms = self.0.clock.now_ms();
        // What is read of these may be out of date as soon as they are done; then this runs again.
        let busy = self.0.busy.now();
        let first = self.0.meta.read(|tx| Box::pin(sql::first_notifications(tx))).await;
        let first: Vec<NotificationRow> = match first {
            Ok(first) => first,
            Err(error) => {
                let error: MetaError = error;
                tracing::error!(%error, "messages to be sent could not be read");
                return now_ms + METADATA_WAIT.as_millis() as i64;
            }
        };
        let mut next_ms = i64::MAX;
        for row in first.into_iter().filter(|row| !busy.contains(&row.subscription_id)) {
            if row.next_ms > now_ms {
                next_ms = next_ms.min(row.next_ms);
            } else if let Some(taken) = self.0.busy.take(&row.subscription_id) {
                let notifications = self.clone();
                under_way.spawn(async move {
                    notifications.send_one(row).await;
                    drop(taken);
                });
            }
        }
        next_ms
    }

    /// Sends one message and records how that went.
    async fn send_one(&self, row: NotificationRow) {
        match self.subscription(&row.subscription_id).await {
            // It ended after its message was read.
            Ok(None) => self.forget(row).await,
            Ok(Some(subscription)) => {
                let sent = self.send(&subscription, &row).await;
                self.record(&subscription, row, sent).await;
            }
            Err(error) => {
                tracing::error!(%error, "a subscription could not be read");
                self.0.clock.sleep(METADATA_WAIT).await;
            }
        }
    }

    async fn subscription(&self, id: &str) -> Result<Option<(String, Subscription)>, MetaError> {
        let id = id.to_owned();
        let found: Result<_, MetaError> = self
            .0
            .meta
            .read(move |tx| {
                let id = id.clone();
                Box::pin(async move { sql::subscription_by_id(tx, &id).await })
            })
            .await;
        let named = |row: sql::SubscriptionRow| Ok((row.project.clone(), Subscription::from_row(row)?));
        found?.map(named).transpose()
    }

    async fn send(&self, (_, to): &(String, Subscription), row: &NotificationRow) -> Result<(), String> {
        match &to.wanted.target {
            Target::Webhook(url) => self.post(url, to, row).await,
            Target::Stream(id) => self.put(id, row).await,
        }
    }

    async fn post(&self, url: &str, to: &Subscription, row: &NotificationRow) -> Result<(), String> {
        let (agent, url, secret) = (self.0.agent.clone(), url.to_owned(), self.secret(to));
        let (body, at_s) = (row.body.clone(), self.0.clock.now_s());
        let _slot = self.0.posts.acquire().await.map_err(|error| error.to_string())?;
        let sending = tokio::task::spawn_blocking(move || {
            let id = message_id(&body);
            webhook::send(&agent, &url, &secret, &Signed { id: &id, at_s, body: &body })
        });
        sending.await.map_err(|error| error.to_string())?
    }

    /// All messages of one stream go to one partition, so they keep their order.
    async fn put(&self, stream_id: &str, row: &NotificationRow) -> Result<(), String> {
        let stream = self.0.streams.by_id(stream_id).ok_or("the stream does not exist")?;
        let record = PutRecord {
            data: Payload::Raw(row.body.as_ref()),
            partition_key: Some(Cow::Borrowed(&row.subscription_id)),
            ..PutRecord::default()
        };
        let outcomes = self.0.streams.append_records(&stream, vec![record]).await;
        match outcomes.map_err(|error| error.to_string())?.as_slice() {
            [RecordOutcome::Stored { .. }] => Ok(()),
            [RecordOutcome::Failed(error)] => Err(error.to_string()),
            _ => Err("the stream gave no answer".into()),
        }
    }

    async fn forget(&self, row: NotificationRow) {
        self.settle(row, None).await;
    }

    async fn record(&self, to: &(String, Subscription), row: NotificationRow, sent: Result<(), String>) {
        let (now_ms, name) = (self.0.clock.now_ms(), &to.1.wanted.name);
        let again_ms = match sent {
            Ok(()) => None,
            Err(cause) if now_ms - row.created_ms >= GIVEN_UP_AFTER_MS => {
                tracing::error!(subscription = %name, %cause, "a message could not be sent for a day and is given up");
                None
            }
            Err(cause) => {
                let wait_ms = wait_ms(row.attempts);
                tracing::warn!(subscription = %name, %cause, wait_ms, "a message could not be sent and will be tried again");
                Some(now_ms + wait_ms)
            }
        };
        self.settle(row, again_ms).await;
    }

    /// Removes a message, or keeps it for another try at `again_ms`.
    async fn settle(&self, row: NotificationRow, again_ms: Option<i64>) {
        let recorded: Result<(), MetaError> = self
            .0
            .meta
            .tx(move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    match again_ms {
                        None => sql::delete_notification(tx, &row.subscription_id, row.n).await,
                        Some(at_ms) => {
                            sql::postpone_notification(tx, &row.subscription_id, row.n, at_ms).await
                        }
                    }
                })
            })
            .await;
        if let Err(error) = recorded {
            tracing::error!(%error, "a message was sent, but may be sent again");
            self.0.clock.sleep(METADATA_WAIT).await;
        }
    }
}

fn wait_ms(attempts: u32) -> i64 {
    (FIRST_WAIT_MS << attempts.min(16)).min(LAST_WAIT_MS)
}

fn message_id(body: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    value["id"].as_str().unwrap_or_default().to_owned()
}
