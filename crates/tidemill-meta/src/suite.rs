//! Conformance suite: what every metadata backend must hold. Each backend runs all of it in CI.

use crate::{Meta, MetaError, Tx, args};
use futures::future::{BoxFuture, join_all};

/// A number kept in the settings table, 0 if absent.
fn bump(tx: &mut dyn Tx, by: i64) -> BoxFuture<'_, Result<i64, MetaError>> {
    Box::pin(async move {
        let found = tx.query("SELECT value FROM settings WHERE name = $1", args!["suite.number"]).await?;
        let now = match found.first() {
            Some(row) => row.text(0)?.parse::<i64>().map_err(|e| MetaError::Unexpected(e.to_string()))?,
            None => 0,
        };
        tx.execute(
            "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            args!["suite.number", (now + by).to_string()],
        )
        .await?;
        Ok(now + by)
    })
}

async fn number(meta: &Meta) -> Result<i64, MetaError> {
    meta.read(|tx| {
        Box::pin(async move {
            let rows = tx.query("SELECT value FROM settings WHERE name = $1", args!["suite.number"]).await?;
            rows.first().map_or(Ok(0), |r| {
                r.text(0)?.parse().map_err(|_| MetaError::Unexpected("not a number".into()))
            })
        })
    })
    .await
}

/// 16 callers that read, add and write lose no addition, and a reader sees every finished one.
pub async fn concurrent_read_modify_write(meta: &Meta) -> Result<(), MetaError> {
    let before = number(meta).await?;
    let callers = (0..16).map(|_| async {
        for _ in 0..25 {
            meta.tx(|tx| bump(tx, 1)).await?;
        }
        Ok::<_, MetaError>(())
    });
    join_all(callers).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    expect(number(meta).await?, before + 16 * 25, "additions of 16 callers")
}

/// A transaction that ends in an error leaves nothing, and its neighbours in the same commit stand.
pub async fn an_error_rolls_back_only_its_own(meta: &Meta) -> Result<(), MetaError> {
    let before = number(meta).await?;
    let callers = (0..16).map(|caller| async move {
        let done: Result<i64, MetaError> = meta
            .tx(move |tx| {
                Box::pin(async move {
                    let now = bump(tx, 1).await?;
                    if caller % 2 == 0 { Err(MetaError::Unexpected("on purpose".into())) } else { Ok(now) }
                })
            })
            .await;
        expect(done.is_ok(), caller % 2 == 1, "the caller's own result")
    });
    join_all(callers).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    expect(number(meta).await?, before + 8, "additions that were not rolled back")
}

/// A failing statement does not harm the next transaction.
pub async fn a_failed_statement_is_contained(meta: &Meta) -> Result<(), MetaError> {
    let failed: Result<u64, MetaError> =
        meta.tx(|tx| tx.execute("INSERT INTO no_such_table VALUES ($1)", args![1i64])).await;
    expect(failed.is_err(), true, "a statement on a missing table")?;
    let before = number(meta).await?;
    meta.tx(|tx| bump(tx, 3)).await?;
    expect(number(meta).await?, before + 3, "the addition after a failed statement")
}

/// Text keys compare as bytes: upper case before lower case, whatever the locale.
pub async fn text_compares_as_bytes(meta: &Meta) -> Result<(), MetaError> {
    let names: Vec<String> = meta
        .tx(|tx| {
            Box::pin(async move {
                for name in ["suite/b", "suite/B", "suite/a", "suite/_", "suite/\u{e4}"] {
                    tx.execute("INSERT INTO settings (name, value) VALUES ($1, '')", args![name]).await?;
                }
                let rows = tx
                    .query("SELECT name FROM settings WHERE name LIKE 'suite/%' ORDER BY name", vec![])
                    .await?;
                rows.iter().map(|row| row.text(0)).collect::<Result<_, MetaError>>()
            })
        })
        .await?;
    let wanted = ["suite/B", "suite/_", "suite/a", "suite/b", "suite/\u{e4}"].map(String::from).to_vec();
    expect(names, wanted, "order of text keys")
}

/// Runs everything.
pub async fn all(meta: &Meta) -> Result<(), MetaError> {
    concurrent_read_modify_write(meta).await?;
    an_error_rolls_back_only_its_own(meta).await?;
    a_failed_statement_is_contained(meta).await?;
    text_compares_as_bytes(meta).await
}

fn expect<T: PartialEq + std::fmt::Debug>(got: T, wanted: T, what: &str) -> Result<(), MetaError> {
    if got == wanted {
        return Ok(());
    }
    Err(MetaError::Unexpected(format!("{what}: got {got:?}, wanted {wanted:?}")))
}
