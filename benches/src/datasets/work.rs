//! Calls of the data management API, and waiting for what they began.

use crate::load::connection::Connection;
use crate::server::Server;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Between two looks at work under way.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Longest wait for work to end.
const LIMIT: Duration = Duration::from_secs(1800);

/// One call; `path` comes after the project.
pub(super) async fn call(server: &Server, method: &str, path: &str, body: &Value) -> Result<Value> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut connection = Connection::open(&server.caller.address).await?;
    let head = server.caller.token_head(method, path, body.len());
    let answer = connection.call(&head, body.as_bytes()).await?;
    answer.expect_success(path)?;
    Ok(serde_json::from_slice(answer.body)?)
}

/// Waits until `ended` finds something in what is at `path`.
pub(super) async fn wait(
    server: &Server,
    path: &str,
    ended: impl Fn(&Value) -> Option<Value>,
) -> Result<Value> {
    let started = Instant::now();
    while started.elapsed() < LIMIT {
        if let Some(found) = ended(&call(server, "GET", path, &Value::Null).await?) {
            return Ok(found);
        }
        server.caller.clock.sleep(LOOK_AGAIN).await;
    }
    bail!("{path} did not end in time")
}

/// The text of a member.
pub(super) fn text(of: &Value, name: &str) -> Result<String> {
    let found = of.get(name).and_then(Value::as_str);
    Ok(found.with_context(|| format!("no {name} in {of}"))?.to_owned())
}
