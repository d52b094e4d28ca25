//! The way of an append to the writer: what fits, memory for it, the queue, the answer.

use super::frame::{FRAME_HEADER, GROUP_HEADER};
use super::queue::Pending;
use super::shared::Shared;
use crate::chunk::Chunk;
use crate::store::{Append, Outcome, Refusal};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// Memory a chunk takes beside its records.
const CHUNK_OVERHEAD: usize = 256;

/// Chunks that go into one group, with their places in the append.
#[derive(Default)]
struct Batch {
    places: Vec<usize>,
    chunks: Vec<(u32, Chunk)>,
    bytes: usize,
}

/// Appends; one outcome a chunk, in order.
pub(crate) async fn append(shared: &Shared, append: Append) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::Refused(Refusal::TooLarge); append.chunks.len()];
    if shared.refuses_for_space() {
        outcomes.fill(Outcome::Refused(Refusal::DiskFull));
        return outcomes;
    }
    let mut waiting = Vec::new();
    for batch in batches(append.chunks, shared.config.group_bytes_max - GROUP_HEADER) {
        let count = batch.chunks.len();
        let answer = enqueue(shared, append.incarnation, batch.chunks, batch.bytes).await;
        waiting.push((batch.places, count, answer));
    }
    for (places, count, answer) in waiting {
        let answers = match answer {
            // A writer that went away without an answer may have written.
            Ok(answer) => answer.await.unwrap_or_else(|_| vec![Outcome::Unknown; count]),
            Err(refusal) => vec![Outcome::Refused(refusal); count],
        };
        for (place, outcome) in places.into_iter().zip(answers) {
            outcomes[place] = outcome;
        }
    }
    outcomes
}

/// Splits an append into parts that each fit into a group. Chunks that never fit are left out, and so are
/// those without records, which no builder makes.
fn batches(chunks: Vec<(u32, Chunk)>, room: usize) -> Vec<Batch> {
    let mut batches = vec![Batch::default()];
    for (place, (partition, chunk)) in chunks.into_iter().enumerate() {
        let bytes = FRAME_HEADER + chunk.body.len();
        if bytes > room || chunk.count == 0 {
            continue;
        }
        if batches.last().is_some_and(|b| b.bytes + bytes > room) {
            batches.push(Batch::default());
        }
        if let Some(batch) = batches.last_mut() {
            batch.bytes += bytes;
            batch.places.push(place);
            batch.chunks.push((partition, chunk));
        }
    }
    batches.retain(|b| !b.chunks.is_empty());
    batches
}

async fn enqueue(
    shared: &Shared,
    incarnation: tidemill_model::Incarnation,
    chunks: Vec<(u32, Chunk)>,
    bytes: usize,
) -> Result<oneshot::Receiver<Vec<Outcome>>, Refusal> {
    let cost: usize = chunks.iter().map(|(_, c)| c.body.len() + CHUNK_OVERHEAD).sum();
    let mut permit = memory(shared, cost).await?;
    let share = |(partition, chunk): (u32, Chunk)| {
        let part = permit.split((chunk.body.len() + CHUNK_OVERHEAD).min(permit.num_permits()));
        (partition, chunk, part)
    };
    let chunks = chunks.into_iter().map(share).collect();
    let (done, answer) = oneshot::channel();
    let pending = Pending { incarnation, chunks, bytes, done };
    shared.queue.push(pending).map_err(|_| Refusal::Stopped)?;
    Ok(answer)
}

/// Waits until there is memory for `cost` bytes of records.
async fn memory(shared: &Shared, cost: usize) -> Result<OwnedSemaphorePermit, Refusal> {
    let mut disk_full = std::pin::pin!(shared.full_notice.notified());
    disk_full.as_mut().enable();
    if shared.space.is_full() {
        return Err(Refusal::DiskFull);
    }
    let cost = cost.min(shared.config.memory_bytes) as u32;
    tokio::select! {
        permit = Arc::clone(&shared.budget).acquire_many_owned(cost) => permit.map_err(|_| Refusal::Stopped),
        () = disk_full => Err(Refusal::DiskFull),
    }
}
