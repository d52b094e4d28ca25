//! Sending one recording's requests, one after the other.

use super::bindings::Bindings;
use super::compare::{Difference, compare};
use super::protobuf;
use super::recording::{Exchange, Recording};
use crate::client::{Connection, RawAnswer, RawRequest};
use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// What a replay found in one exchange.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Replay {
    /// The request line as it was sent.
    pub(crate) request: String,
    /// Everything that is not as recorded; empty if all is.
    pub(crate) differences: Vec<Difference>,
}

/// Replays a recording with fresh names, then deletes what it made and left. One entry an exchange.
pub(crate) fn replay(connection: &Connection, recording: &Recording, bucket: &str) -> Result<Vec<Replay>> {
    let project = connection.identity.project_id.as_str();
    let fixed = [("project", project), ("bucket", bucket)];
    let mut bindings = Bindings::new(&fixed, &recording.names).keeping(&recording.kept_names);
    let begun_ms = connection.clock.now_ms();
    let mut sent = |exchange: &Exchange| {
        wait_until(connection, begun_ms, exchange.at_seconds)?;
        one(connection, exchange, &mut bindings)
    };
    let results = recording.exchanges.iter().map(&mut sent).collect();
    clean_up(connection, recording, &bindings);
    results
}

/// Waits until so many seconds after a moment in ms since 1970; what cannot be a time is none.
fn wait_until(connection: &Connection, begun_ms: i64, seconds: f64) -> Result<()> {
    let gone = connection.clock.now_ms().saturating_sub(begun_ms).try_into().unwrap_or(0);
    let due = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    connection.pause(due.saturating_sub(Duration::from_millis(gone)))
}

fn one(connection: &Connection, exchange: &Exchange, bindings: &mut Bindings) -> Result<Replay> {
    let target = bindings.fill(&exchange.target);
    let mut body = Vec::new();
    for piece in &exchange.body {
        body.extend(piece.bytes(|text| bindings.fill(text))?);
    }
    let request =
        RawRequest { method: &exchange.method, target: &target, headers: &exchange.headers, body: &body };
    let answer = connection.raw(&request)?;
    let differences = differences(exchange, &answer, bindings);
    Ok(Replay { request: format!("{} {target}", exchange.method), differences })
}

fn differences(exchange: &Exchange, live: &RawAnswer, bindings: &mut Bindings) -> Vec<Difference> {
    let recorded = &exchange.answer;
    let mut found = Vec::new();
    if recorded.status != live.status {
        let (was, is) = (Value::from(recorded.status), Value::from(live.status));
        found.push(Difference::new("status", Some(&was), Some(&is)));
    }
    if recorded.content_type != live.content_type {
        let [was, is] = [&recorded.content_type, &live.content_type].map(|t| t.clone().map(Value::from));
        found.push(Difference::new("content-type", was.as_ref(), is.as_ref()));
    }
    let live = members(live);
    match (&recorded.json, &live) {
        (Some(recorded), Some(live)) => found.extend(compare(recorded, live, bindings)),
        (None, None) => {}
        (recorded, live) => found.push(Difference::new("body", recorded.as_ref(), live.as_ref())),
    }
    found
}

/// What an answer says, in JSON or in protobuf; `None` if it has no such body.
fn members(answer: &RawAnswer) -> Option<Value> {
    if answer.content_type.as_deref() == Some(protobuf::MEDIA_TYPE) {
        protobuf::members(&answer.body)
    } else {
        serde_json::from_slice(&answer.body).ok()
    }
}

/// Streams and apps with the recording's names; most are gone already.
fn clean_up(connection: &Connection, recording: &Recording, bindings: &Bindings) {
    let made_up = recording.names.keys().map(|name| format!("{{{{{name}}}}}"));
    for name in made_up.chain(recording.kept_names.iter().cloned()) {
        for kind in ["streams", "apps"] {
            let target = bindings.fill(&format!("/v2/{{{{project}}}}/{kind}/{name}"));
            let headers = Default::default();
            let request = RawRequest { method: "DELETE", target: &target, headers: &headers, body: &[] };
            // Nothing to do if it fails: the name may never have been a stream's.
            let _ = connection.raw(&request);
        }
    }
}
