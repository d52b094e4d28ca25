//! What passed through streams, an hour a row.

use crate::{MetaError, Tx, args};

/// One hour of one series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// Hours since the epoch.
    pub hour: i64,
    /// Its minutes as the stream crate writes them.
    pub minutes: String,
}

/// The hours `from` to `to` of a series, ascending. A series is a partition's index, or -1 for the stream.
pub async fn hours(
    tx: &mut dyn Tx,
    stream_id: &str,
    series: i64,
    from: i64,
    to: i64,
) -> Result<Vec<HourRow>, MetaError> {
    let sql = "SELECT hour, minutes FROM traffic_hours \
               WHERE stream_id = $1 AND series = $2 AND hour BETWEEN $3 AND $4 ORDER BY hour";
    let rows = tx.query(sql, args![stream_id, series, from, to]).await?;
    rows.iter().map(|row| Ok(HourRow { hour: row.int(0)?, minutes: row.text(1)? })).collect()
}

/// Keeps an hour, in place of what was kept of it; nothing if the stream is gone.
pub async fn put_hour(tx: &mut dyn Tx, stream_id: &str, series: i64, row: &HourRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO traffic_hours (stream_id, series, hour, minutes) \
               SELECT id, $2, $3, $4 FROM streams WHERE id = $1 \
               ON CONFLICT (stream_id, series, hour) DO UPDATE SET minutes = excluded.minutes";
    tx.execute(sql, args![stream_id, series, row.hour, &row.minutes]).await?;
    Ok(())
}

/// Removes the hours before `hour` of all streams; how many there were.
pub async fn delete_before(tx: &mut dyn Tx, hour: i64) -> Result<u64, MetaError> {
    tx.execute("DELETE FROM traffic_hours WHERE hour < $1", args![hour]).await
}
