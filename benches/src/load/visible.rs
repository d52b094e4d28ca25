//! From before a put until a reader sees its record, one record at a time at a steady pace.

use super::bodies;
use super::connection::Connection;
use super::put;
use super::read::Reader;
use crate::server::Server;
use crate::statistics::quantile_ms;
use anyhow::Result;
use std::time::{Duration, Instant};

/// Pause between two puts: 50 a second.
const PACE_MS: i64 = 20;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// Put to answer: the only thing that the reference can show too.
pub(crate) async fn put_to_answer(server: &Server, stream: &str, seconds: f64) -> Result<Figure> {
    Ok(figure(&mut put_at_pace(server, stream, puts(seconds), Instant::now()).await?))
}

/// Put to visible: the reader asks again as soon as it has its answer.
pub(crate) async fn put_to_visible(server: &Server, stream: &str, seconds: f64) -> Result<Figure> {
    let (count, base) = (puts(seconds), Instant::now());
    let mut reader = Reader::open(server, stream).await?;
    let watch = async {
        let mut times = Vec::new();
        while times.len() < count {
            reader.page(server, |payload| times.push(since_stamp(base, payload))).await?;
        }
        anyhow::Ok(times)
    };
    let (mut times, _) = tokio::try_join!(watch, put_at_pace(server, stream, count, base))?;
    Ok(figure(&mut times))
}

fn puts(seconds: f64) -> usize {
    (seconds * 1000.0 / PACE_MS as f64) as usize
}

fn figure(times: &mut [Duration]) -> Figure {
    Figure { p50_ms: quantile_ms(times, 0.5), p99_ms: quantile_ms(times, 0.99) }
}

fn since_stamp(base: Instant, payload: &[u8]) -> Duration {
    let stamp = payload.first_chunk().map_or(0, |b| u64::from_le_bytes(*b));
    base.elapsed().saturating_sub(Duration::from_nanos(stamp))
}

async fn put_at_pace(server: &Server, stream: &str, count: usize, base: Instant) -> Result<Vec<Duration>> {
    let clock = &server.caller.clock;
    let mut connection = Connection::open(&server.caller.address).await?;
    let (first_ms, mut times) = (clock.now_ms(), Vec::new());
    for i in 0..count {
        clock.sleep_until(first_ms + i as i64 * PACE_MS).await;
        let stamp = base.elapsed();
        let body = bodies::stamped(stream, stamp.as_nanos() as u64)?;
        let head = server.caller.token_head("POST", "/records", body.len());
        put::check(&connection.call(&head, &body).await?)?;
        times.push(base.elapsed() - stamp);
    }
    Ok(times)
}
