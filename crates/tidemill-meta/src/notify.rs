//! Subscriptions to events, and what is still to be sent to them.

use crate::{MetaError, Row, Tx, args};

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Its id, never reused.
    pub id: String,
    /// Id of its project.
    pub project: String,
    /// Its name, unique in the project.
    pub name: String,
    /// Whether anything is sent.
    pub enabled: bool,
    /// The only stream it is about; `None`: all of the project.
    pub stream_id: Option<String>,
    /// Which events, as JSON.
    pub filter: String,
    /// What `target` is: `webhook` or `stream`.
    pub target_kind: String,
    /// A URL, or the id of a stream.
    pub target: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationRow {
    /// Whom to.
    pub subscription_id: String,
    /// Its number within the subscription, ascending, not always by one.
    pub n: u64,
    /// The message as JSON.
    pub body: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, in ms since the epoch.
    pub next_ms: i64,
    /// When it was raised, in ms since the epoch.
    pub created_ms: i64,
}

fn subscription_of(row: &Row) -> Result<SubscriptionRow, MetaError> {
    Ok(SubscriptionRow {
        id: row.text(0)?,
        project: row.text(1)?,
        name: row.text(2)?,
        enabled: row.bool(3)?,
        stream_id: row.text_or_null(4)?,
        filter: row.text(5)?,
        target_kind: row.text(6)?,
        target: row.text(7)?,
        created_ms: row.int(8)?,
    })
}

fn notification_of(row: &Row) -> Result<NotificationRow, MetaError> {
    Ok(NotificationRow {
        subscription_id: row.text(0)?,
        n: row.uint(1)?,
        body: row.text(2)?,
        attempts: u32::try_from(row.uint(3)?).unwrap_or(u32::MAX),
        next_ms: row.int(4)?,
        created_ms: row.int(5)?,
    })
}

/// Adds a subscription; `false` if the project has one of that name.
pub async fn insert_subscription(tx: &mut dyn Tx, s: &SubscriptionRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO subscriptions (id, project, name, enabled, stream_id, filter, target_kind, target, created_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (project, name) DO NOTHING";
    let args = args![
        &s.id,
        &s.project,
        &s.name,
        s.enabled,
        s.stream_id.clone(),
        &s.filter,
        &s.target_kind,
        &s.target,
        s.created_ms,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Replaces all of a subscription but its id, project, name and age; `false` if it is not there.
pub async fn update_subscription(tx: &mut dyn Tx, s: &SubscriptionRow) -> Result<bool, MetaError> {
    let sql = "UPDATE subscriptions SET enabled = $2, stream_id = $3, filter = $4, target_kind = $5, target = $6 WHERE id = $1";
    let args = args![&s.id, s.enabled, s.stream_id.clone(), &s.filter, &s.target_kind, &s.target];
    Ok(tx.execute(sql, args).await? == 1)
}

/// The project's subscriptions by name.
pub async fn subscriptions(tx: &mut dyn Tx, project: &str) -> Result<Vec<SubscriptionRow>, MetaError> {
    let sql = "SELECT id, project, name, enabled, stream_id, filter, target_kind, target, created_ms FROM subscriptions \
               WHERE project = $1 ORDER BY name";
    tx.query(sql, args![project]).await?.iter().map(subscription_of).collect()
}

/// One subscription by its name.
pub async fn subscription(
    tx: &mut dyn Tx,
    project: &str,
    name: &str,
) -> Result<Option<SubscriptionRow>, MetaError> {
    let sql = "SELECT id, project, name, enabled, stream_id, filter, target_kind, target, created_ms FROM subscriptions \
               WHERE project = $1 AND name = $2";
    tx.query(sql, args![project, name]).await?.first().map(subscription_of).transpose()
}

/// One subscription by its id.
pub async fn subscription_by_id(tx: &mut dyn Tx, id: &str) -> Result<Option<SubscriptionRow>, MetaError> {
    let sql = "SELECT id, project, name, enabled, stream_id, filter, target_kind, target, created_ms FROM subscriptions WHERE id = $1";
    tx.query(sql, args![id]).await?.first().map(subscription_of).transpose()
}

/// Removes a subscription with all that was still to be sent; `false` if it is not there.
pub async fn delete_subscription(tx: &mut dyn Tx, id: &str) -> Result<bool, MetaError> {
    delete_notifications(tx, id).await?;
    Ok(tx.execute("DELETE FROM subscriptions WHERE id = $1", args![id]).await? == 1)
}

/// Removes every subscription that is about a stream or sends into it; their ids.
pub async fn delete_subscriptions_of_stream(
    tx: &mut dyn Tx,
    stream_id: &str,
) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT id FROM subscriptions WHERE stream_id = $1 OR (target_kind = 'stream' AND target = $1)";
    let rows = tx.query(sql, args![stream_id]).await?;
    let ids = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
    for id in &ids {
        delete_subscription(tx, id).await?;
    }
    Ok(ids)
}

/// Adds a message behind all others of the subscription; beyond `max` of them the oldest are dropped.
/// The number of dropped ones.
pub async fn push_notification(
    tx: &mut dyn Tx,
    subscription_id: &str,
    body: &str,
    now_ms: i64,
    max: u64,
) -> Result<u64, MetaError> {
    let sql = "INSERT INTO notifications (subscription_id, n, body, attempts, next_ms, created_ms) \
               SELECT $1, COALESCE(MAX(n), 0) + 1, $2, 0, $3, $3 FROM notifications WHERE subscription_id = $1 RETURNING n";
    let rows = tx.query(sql, args![subscription_id, body, now_ms]).await?;
    let n = rows.first().map_or(Ok(0), |row| row.uint(0))?;
    let sql = "DELETE FROM notifications WHERE subscription_id = $1 AND n <= $2";
    tx.execute(sql, args![subscription_id, n.saturating_sub(max)]).await
}

/// The oldest message of every subscription, by when it is due.
pub async fn first_notifications(tx: &mut dyn Tx) -> Result<Vec<NotificationRow>, MetaError> {
    let sql = "SELECT n.subscription_id, n.n, n.body, n.attempts, n.next_ms, n.created_ms FROM notifications n \
               JOIN (SELECT subscription_id AS id, MIN(n) AS first FROM notifications GROUP BY subscription_id) f \
               ON n.subscription_id = f.id AND n.n = f.first ORDER BY n.next_ms";
    tx.query(sql, vec![]).await?.iter().map(notification_of).collect()
}

/// Removes all that was still to be sent to a subscription.
pub async fn delete_notifications(tx: &mut dyn Tx, subscription_id: &str) -> Result<(), MetaError> {
    let sql = "DELETE FROM notifications WHERE subscription_id = $1";
    tx.execute(sql, args![subscription_id]).await.map(drop)
}

/// How many messages a subscription still waits for.
pub async fn count_notifications(tx: &mut dyn Tx, subscription_id: &str) -> Result<u64, MetaError> {
    let sql = "SELECT COUNT(*) FROM notifications WHERE subscription_id = $1";
    tx.query(sql, args![subscription_id]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Removes a message: it was accepted, or given up.
pub async fn delete_notification(tx: &mut dyn Tx, subscription_id: &str, n: u64) -> Result<(), MetaError> {
    let sql = "DELETE FROM notifications WHERE subscription_id = $1 AND n = $2";
    tx.execute(sql, args![subscription_id, n]).await.map(drop)
}

/// Tries a message again at `next_ms`.
pub async fn postpone_notification(
    tx: &mut dyn Tx,
    subscription_id: &str,
    n: u64,
    next_ms: i64,
) -> Result<(), MetaError> {
    let sql = "UPDATE notifications SET attempts = attempts + 1, next_ms = $3 WHERE subscription_id = $1 AND n = $2";
    tx.execute(sql, args![subscription_id, n, next_ms]).await.map(drop)
}
