//! Statements and values on a SQLite connection.

use super::store_error;
use crate::{MetaError, Row, Tx, Value};
use async_trait::async_trait;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _, SqlSafeStr, SqliteConnection, TypeInfo, ValueRef};

/// A transaction on a SQLite connection.
pub(super) struct SqliteTx<'c>(pub(super) &'c mut SqliteConnection);

fn bound(
    sql: impl SqlSafeStr,
    args: Vec<Value>,
) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
    args.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Null => query.bind(None::<i64>),
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
    })
}

#[async_trait]
impl Tx for SqliteTx<'_> {
    async fn execute(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64, MetaError> {
        let done = bound(sql, args).execute(&mut *self.0).await.map_err(store_error)?;
        Ok(done.rows_affected())
    }

    async fn query(&mut self, sql: &'static str, args: Vec<Value>) -> Result<Vec<Row>, MetaError> {
        let rows = bound(sql, args).fetch_all(&mut *self.0).await.map_err(store_error)?;
        rows.iter().map(row).collect()
    }

    async fn query_built(&mut self, sql: String, args: Vec<Value>) -> Result<Vec<Row>, MetaError> {
        // Not kept: statements with lists are hardly ever asked twice.
        let query = bound(AssertSqlSafe(sql), args).persistent(false);
        let rows = query.fetch_all(&mut *self.0).await.map_err(store_error)?;
        rows.iter().map(row).collect()
    }
}

fn row(row: &SqliteRow) -> Result<Row, MetaError> {
    (0..row.len()).map(|column| value(row, column)).collect::<Result<_, _>>().map(Row)
}

fn value(row: &SqliteRow, column: usize) -> Result<Value, MetaError> {
    let raw = row.try_get_raw(column).map_err(store_error)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    if raw.type_info().name() == "TEXT" {
        return row.try_get_unchecked(column).map(Value::Text).map_err(store_error);
    }
    row.try_get_unchecked(column).map(Value::Int).map_err(store_error)
}
