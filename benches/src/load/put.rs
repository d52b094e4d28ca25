//! Durable puts from a number of producers, each with one request under way.

use super::bodies::{self, Body};
use super::caller::Caller;
use super::connection::{Answer, Connection};
use crate::process;
use crate::server::Server;
use crate::statistics::quantile_ms;
use anyhow::{Result, bail};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the producers do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) producers: usize,
    pub(crate) batch: usize,
    pub(crate) partitions: u32,
    pub(crate) signed: bool,
}

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// Acknowledged records a second.
    pub(crate) records_s: f64,
    /// Median time to the answer.
    pub(crate) p50_ms: f64,
    /// The server's processor seconds for a million records.
    pub(crate) cpu_s_million: f64,
}

/// Puts for `seconds` after a short warm-up and returns what was seen meanwhile.
pub(crate) async fn measure(server: &Server, stream: &str, shape: Shape, seconds: f64) -> Result<Figure> {
    let pool = Arc::new(bodies::pool(stream, shape.batch)?);
    let connections = connect(server, shape.producers).await?;
    let warm = Duration::from_secs_f64(seconds.min(1.0) / 4.0);
    let (connections, _) = drive(server, connections, &pool, shape.signed, warm).await?;
    let (started, cpu) = (Instant::now(), process::cpu_seconds(server.pid())?);
    let span = Duration::from_secs_f64(seconds);
    let (_connections, mut times) = drive(server, connections, &pool, shape.signed, span).await?;
    let elapsed = started.elapsed().as_secs_f64();
    let records = (times.len() * shape.batch) as f64;
    let cpu = process::cpu_seconds(server.pid())? - cpu;
    let p50_ms = quantile_ms(&mut times, 0.5);
    Ok(Figure { records_s: records / elapsed, p50_ms, cpu_s_million: cpu / records * 1e6 })
}

/// Puts at least `records` as fast as it goes; returns how many were acknowledged.
pub(crate) async fn fill(server: &Server, stream: &str, shape: Shape, records: u64) -> Result<u64> {
    let pool = Arc::new(bodies::pool(stream, shape.batch)?);
    let mut connections = connect(server, shape.producers).await?;
    let mut filled = 0;
    while filled < records {
        let span = Duration::from_millis(200);
        let (same, times) = drive(server, connections, &pool, shape.signed, span).await?;
        connections = same;
        filled += (times.len() * shape.batch) as u64;
    }
    Ok(filled)
}

async fn connect(server: &Server, count: usize) -> Result<Vec<Connection>> {
    let mut connections = Vec::new();
    for _ in 0..count {
        connections.push(Connection::open(&server.caller.address).await?);
    }
    Ok(connections)
}

type Driven = (Vec<Connection>, Vec<Duration>);

/// Runs one task a connection for `span`; returns the connections and the time of every put.
async fn drive(
    server: &Server,
    connections: Vec<Connection>,
    pool: &Arc<Vec<Body>>,
    signed: bool,
    span: Duration,
) -> Result<Driven> {
    let end = Instant::now() + span;
    let step = connections.len();
    let mut tasks = Vec::new();
    for (i, connection) in connections.into_iter().enumerate() {
        let producer = Producer { caller: server.caller.clone(), pool: pool.clone(), signed, connection };
        tasks.push(tokio::spawn(producer.run(i, step, end)));
    }
    let mut all: Driven = Default::default();
    for task in tasks {
        let (connection, times) = task.await??;
        all.0.push(connection);
        all.1.extend(times);
    }
    Ok(all)
}

struct Producer {
    caller: Caller,
    pool: Arc<Vec<Body>>,
    signed: bool,
    connection: Connection,
}

impl Producer {
    async fn run(mut self, mut i: usize, step: usize, end: Instant) -> Result<(Connection, Vec<Duration>)> {
        let mut times = Vec::new();
        let pool = self.pool.clone();
        while Instant::now() < end {
            let body = &pool[i % pool.len()];
            let started = Instant::now();
            let head = match self.signed {
                true => self.caller.signed_put_head(&body.sha256, body.json.len())?,
                false => self.caller.token_head("POST", "/records", body.json.len()),
            };
            check(&self.connection.call(&head, &body.json).await?)?;
            times.push(started.elapsed());
            i += step;
        }
        Ok((self.connection, times))
    }
}

/// A put in which a record failed is a failed run: the figure would count what was not stored.
pub(crate) fn check(answer: &Answer<'_>) -> Result<()> {
    answer.expect_success("put")?;
    let none_failed = b"\"failed_record_count\":0";
    let edge = answer.body.len().min(64);
    let near = [&answer.body[..edge], &answer.body[answer.body.len() - edge..]];
    if !near.iter().any(|part| part.windows(none_failed.len()).any(|w| w == none_failed)) {
        let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(300)]);
        bail!("put: records failed: {text}");
    }
    Ok(())
}
