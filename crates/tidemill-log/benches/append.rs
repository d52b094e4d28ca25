//! How fast the disk log takes records, beside the least work that makes them durable: one aligned write a
//! group into a pre-written ring. Prints records/s of both and their ratio.
//!
//! `cargo bench -p tidemill-log --bench append [-- SECONDS [DIR]]`
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tidemill_log::disk::{Access, Disk, SystemDisk};
use tidemill_log::{Append, Chunk, ChunkBuilder, DiskLog, DiskLogConfig, LogStore, Outcome};
use tidemill_model::{Clock, Incarnation};
use tokio::sync::oneshot;

const RING_BYTES: u64 = 512 << 20;
const GROUP_MAX: usize = 16 << 20;

type Job = (Chunk, oneshot::Sender<()>);

fn main() {
    let mut args = std::env::args().skip(1).filter(|a| a != "--bench");
    let seconds = args.next().and_then(|s| s.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    let root = args.next().map_or_else(std::env::temp_dir, Into::into);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for (producers, records, partitions) in
        [(16, 500, 1), (16, 100, 1), (16, 500, 16), (1, 500, 1), (1, 100, 1)]
    {
        let dir = tempfile::tempdir_in(&root).unwrap();
        let ring = runtime.block_on(ring(dir.path(), producers, records, time));
        let dir = tempfile::tempdir_in(&root).unwrap();
        let log = runtime.block_on(log(dir.path(), producers, records, partitions, time));
        println!(
            "{producers:>2} producers x {records} x 1 KiB, {partitions:>2} partitions: ring {ring:>9.0}/s, log {log:>9.0}/s, ratio {:.2}",
            log / ring
        );
    }
}

fn chunk(records: usize) -> Chunk {
    let mut builder = ChunkBuilder::with_capacity(records * 1100);
    for i in 0..records {
        let payload: Vec<u8> = (0..1024usize).map(|b| (b * 31 + i * 7) as u8).collect();
        builder.push(Some(b"key"), None, &payload);
    }
    builder.finish().unwrap()
}

/// Every producer builds its own copy of the records, as requests do.
fn own(chunk: &Chunk) -> Chunk {
    Chunk { body: chunk.body.to_vec().into(), ..chunk.clone() }
}

async fn produce<F, Fut>(producers: usize, records: usize, time: Duration, put: F) -> f64
where
    F: Fn(usize, Chunk) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let (total, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let started = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|producer| {
            let (total, stop, put) = (Arc::clone(&total), Arc::clone(&stop), put.clone());
            tokio::spawn(async move {
                let template = chunk(records);
                while !stop.load(Ordering::Relaxed) {
                    put(producer, own(&template)).await;
                    total.fetch_add(records as u64, Ordering::Relaxed);
                    if started.elapsed() > time {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    total.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

async fn log(dir: &Path, producers: usize, records: usize, partitions: u32, time: Duration) -> f64 {
    let log = Arc::new(DiskLog::open(dir, DiskLogConfig::default(), Clock::system()).unwrap());
    let incarnation = Incarnation::random();
    log.create_stream(incarnation, partitions).await.unwrap();
    wait_for_ring(dir).await;
    let target = Arc::clone(&log);
    let rate = produce(producers, records, time, move |producer, chunk| {
        let log = Arc::clone(&target);
        async move {
            let chunks = vec![(producer as u32 % partitions, chunk)];
            let outcomes = log.append(Append { incarnation, chunks }).await;
            assert!(matches!(outcomes[..], [Outcome::Assigned { .. }]), "{outcomes:?}");
        }
    })
    .await;
    log.shutdown().await;
    rate
}

/// A new ring is written in the background; the measurement is about a running server.
async fn wait_for_ring(dir: &Path) {
    let files = DiskLogConfig::default().ring_files as usize;
    let done = || {
        std::fs::read_dir(dir.join("journal"))
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().ends_with(".ring"))
            .count()
            == files
    };
    while !done() {
        Clock::system().sleep(Duration::from_millis(20)).await;
    }
}

async fn ring(dir: &Path, producers: usize, records: usize, time: Duration) -> f64 {
    let (sender, receiver) = mpsc::channel::<Job>();
    let path = dir.join("ring");
    let writer = std::thread::spawn(move || write_ring(&path, &receiver));
    let (ready, is_ready) = oneshot::channel();
    sender.send((chunk(1), ready)).unwrap();
    is_ready.await.unwrap();
    let rate = produce(producers, records, time, move |_, chunk| {
        let (done, answer) = oneshot::channel();
        sender.send((chunk, done)).unwrap();
        async move { answer.await.unwrap() }
    })
    .await;
    writer.join().unwrap();
    rate
}

fn write_ring(path: &Path, jobs: &mpsc::Receiver<Job>) {
    let mut raw = vec![1u8; GROUP_MAX + 4096];
    let start = raw.as_ptr().align_offset(4096);
    let buf = &mut raw[start..start + GROUP_MAX];
    let file = SystemDisk.open(path, Access::Direct).unwrap();
    (0..RING_BYTES).step_by(1 << 20).for_each(|at| file.write_at(&buf[..1 << 20], at).unwrap());
    file.sync().unwrap();
    let file = SystemDisk.open(path, Access::Journal).unwrap();
    let mut at = 0;
    while let Ok(job) = jobs.recv() {
        let (mut waiting, mut length, mut next) = (Vec::new(), 0, Some(job));
        while let Some((chunk, done)) = next {
            buf[length..length + chunk.body.len()].copy_from_slice(&chunk.body);
            length += chunk.body.len();
            waiting.push(done);
            next = if length < GROUP_MAX / 2 { jobs.try_recv().ok() } else { None };
        }
        let padded = length.next_multiple_of(4096);
        if at + padded as u64 > RING_BYTES {
            at = 0;
        }
        file.write_at(&buf[..padded], at).unwrap();
        at += padded as u64;
        waiting.into_iter().for_each(|done| done.send(()).unwrap());
    }
}
