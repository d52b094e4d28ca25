//! Which blobs an object or upload holds, and which blobs nobody holds any more.

use crate::{MetaError, Row, Tx, args};

/// A blob in its place in an object or upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceRow {
    /// Part number, from 1; gaps are allowed.
    pub number: u64,
    /// The blob's random id.
    pub blob: String,
    /// Bytes.
    pub size: u64,
    /// MD5 in hexadecimal.
    pub md5: String,
    /// Milliseconds since the epoch.
    pub written_ms: i64,
}

fn piece_of(row: &Row) -> Result<PieceRow, MetaError> {
    Ok(PieceRow {
        number: row.uint(0)?,
        blob: row.text(1)?,
        size: row.uint(2)?,
        md5: row.text(3)?,
        written_ms: row.int(4)?,
    })
}

/// What `holder` (an object's or upload's id) holds with numbers above `after`, in order, up to `limit`.
pub async fn held(tx: &mut dyn Tx, holder: &str, after: u64, limit: u64) -> Result<Vec<PieceRow>, MetaError> {
    let sql = "SELECT number, blob, size, md5, written_ms FROM pieces \
               WHERE holder = $1 AND number > $2 ORDER BY number LIMIT $3";
    tx.query(sql, args![holder, after, limit]).await?.iter().map(piece_of).collect()
}

/// The piece with that number.
pub async fn held_numbered(
    tx: &mut dyn Tx,
    holder: &str,
    number: u64,
) -> Result<Option<PieceRow>, MetaError> {
    let sql = "SELECT number, blob, size, md5, written_ms FROM pieces WHERE holder = $1 AND number = $2";
    tx.query(sql, args![holder, number]).await?.first().map(piece_of).transpose()
}

/// The highest number `holder` holds, 0 if none.
pub async fn last_number(tx: &mut dyn Tx, holder: &str) -> Result<u64, MetaError> {
    let sql = "SELECT number FROM pieces WHERE holder = $1 ORDER BY number DESC LIMIT 1";
    tx.query(sql, args![holder]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// Lets `holder` hold a piece. Its number must be free.
pub async fn hold(tx: &mut dyn Tx, holder: &str, piece: &PieceRow) -> Result<(), MetaError> {
    let sql =
        "INSERT INTO pieces (holder, number, blob, size, md5, written_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![holder, piece.number, &piece.blob, piece.size, &piece.md5, piece.written_ms];
    tx.execute(sql, args).await.map(|_| ())
}

/// Lets `to` hold everything that `from` holds.
pub async fn copy_pieces(tx: &mut dyn Tx, from: &str, to: &str) -> Result<(), MetaError> {
    let sql = "INSERT INTO pieces (holder, number, blob, size, md5, written_ms) \
               SELECT $2, number, blob, size, md5, written_ms FROM pieces WHERE holder = $1";
    tx.execute(sql, args![from, to]).await.map(|_| ())
}

/// Lets go of everything `holder` holds; blobs that nobody else holds are dead. Their number is returned.
pub async fn release(tx: &mut dyn Tx, holder: &str) -> Result<u64, MetaError> {
    let sql = "INSERT INTO dead_blobs (blob) SELECT blob FROM pieces WHERE holder = $1 AND NOT EXISTS \
               (SELECT 1 FROM pieces AS other WHERE other.blob = pieces.blob AND other.holder <> $1)";
    let dead = tx.execute(sql, args![holder]).await?;
    tx.execute("DELETE FROM pieces WHERE holder = $1", args![holder]).await?;
    Ok(dead)
}

/// Lets go of one numbered piece, like [`release`].
pub async fn release_number(tx: &mut dyn Tx, holder: &str, number: u64) -> Result<u64, MetaError> {
    let sql = "INSERT INTO dead_blobs (blob) SELECT blob FROM pieces WHERE holder = $1 AND number = $2 \
               AND NOT EXISTS \
               (SELECT 1 FROM pieces AS other WHERE other.blob = pieces.blob AND other.holder <> $1)";
    let dead = tx.execute(sql, args![holder, number]).await?;
    tx.execute("DELETE FROM pieces WHERE holder = $1 AND number = $2", args![holder, number]).await?;
    Ok(dead)
}

/// Up to `limit` dead blobs after `after`, by id.
pub async fn dead_blobs(tx: &mut dyn Tx, after: &str, limit: u64) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT blob FROM dead_blobs WHERE blob > $1 ORDER BY blob LIMIT $2";
    tx.query(sql, args![after, limit]).await?.iter().map(|row| row.text(0)).collect()
}

/// Forgets dead blobs whose files are gone.
pub async fn forget_dead_blobs(tx: &mut dyn Tx, blobs: &[String]) -> Result<(), MetaError> {
    for blob in blobs {
        tx.execute("DELETE FROM dead_blobs WHERE blob = $1", args![blob]).await?;
    }
    Ok(())
}

/// Whether no row names this blob, neither as held nor as dead.
pub async fn unknown_blob(tx: &mut dyn Tx, blob: &str) -> Result<bool, MetaError> {
    let sql = "SELECT 1 FROM pieces WHERE blob = $1 UNION ALL SELECT 1 FROM dead_blobs WHERE blob = $1";
    Ok(tx.query(sql, args![blob]).await?.is_empty())
}
