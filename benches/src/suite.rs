//! The order of a run: for every shape reference, tidemill, reference, tidemill, ...

use crate::load::put::{self, Shape};
use crate::load::{bodies, idle, read, restart, stream, visible};
use crate::process::machine_busy_seconds;
use crate::report::{self, PutRounds};
use crate::server::Server;
use crate::statistics::median;
use crate::{Options, Part};
use anyhow::Result;
use std::path::Path;
use std::time::Instant;

/// Runs the chosen parts and prints their tables.
pub(crate) async fn run(options: &Options, folder: &Path) -> Result<()> {
    let (started, busy) = (Instant::now(), machine_busy_seconds()?);
    if options.wants(Part::Put) || options.wants(Part::Read) || options.wants(Part::Visible) {
        side_by_side(options, folder).await?;
    }
    if options.wants(Part::Restart) {
        restarts(options, folder).await?;
    }
    if options.wants(Part::Idle) {
        idles(options, folder).await?;
    }
    let cores = (machine_busy_seconds()? - busy) / started.elapsed().as_secs_f64();
    let all = std::thread::available_parallelism()?;
    println!("\n{:.0} s; {cores:.2} of {all} cores busy on average", started.elapsed().as_secs_f64());
    Ok(())
}

/// The two servers of one run. At most one of them is awake.
struct Pair {
    reference: Server,
    tidemill: Server,
}

async fn side_by_side(options: &Options, folder: &Path) -> Result<()> {
    let reference = Server::start_reference(&folder.join("reference")).await?;
    reference.pause()?;
    let tidemill = Server::start_tidemill(&options.server, &folder.join("tidemill")).await?;
    tidemill.pause()?;
    let pair = Pair { reference, tidemill };
    if options.wants(Part::Put) {
        puts(options, &pair).await?;
    }
    if options.wants(Part::Visible) {
        visibles(options, &pair).await?;
    }
    if options.wants(Part::Read) {
        reads(options, &pair.tidemill).await?;
    }
    pair.tidemill.kill().await?;
    pair.reference.kill().await
}

fn put_shapes() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for (partitions, signed) in [(1, false), (16, false), (1, true)] {
        for producers in [1, 16] {
            for batch in [100, 500] {
                shapes.push(Shape { producers, batch, partitions, signed });
            }
        }
    }
    shapes
}

async fn puts(options: &Options, pair: &Pair) -> Result<()> {
    report::put_heading();
    for shape in put_shapes() {
        if !shape.label().contains(&options.shape) {
            continue;
        }
        let mut rounds = Vec::new();
        for round in 0..options.rounds() {
            let name = format!("put-{round}");
            let ring = put_round(&pair.reference, &name, shape, options.seconds()).await?;
            rounds.push((ring, put_round(&pair.tidemill, &name, shape, options.seconds()).await?));
        }
        PutRounds { shape, rounds }.print();
    }
    Ok(())
}

async fn put_round(server: &Server, name: &str, shape: Shape, seconds: f64) -> Result<put::Figure> {
    server.resume()?;
    stream::create(server, name, shape.partitions).await?;
    let figure = put::measure(server, name, shape, seconds).await?;
    stream::delete(server, name).await?;
    server.pause()?;
    Ok(figure)
}

async fn visibles(options: &Options, pair: &Pair) -> Result<()> {
    let seconds = options.seconds() * 2.0;
    let (mut ring, mut answered, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds() {
        pair.reference.resume()?;
        ring.push(visible::put_to_answer(&pair.reference, "visible", seconds).await?);
        pair.reference.pause()?;
        let tidemill = &pair.tidemill;
        tidemill.resume()?;
        stream::create(tidemill, "visible", 1).await?;
        // First: its reader begins with the oldest record of the stream.
        seen.push(visible::put_to_visible(tidemill, "visible", seconds).await?);
        answered.push(visible::put_to_answer(tidemill, "visible", seconds).await?);
        stream::delete(tidemill, "visible").await?;
        tidemill.pause()?;
    }
    println!("\nOne record at a time, 50 a second");
    report::times("ring, put to answer", &ring, "none");
    report::times("tidemill, put to answer", &answered, "none");
    report::times("tidemill, put to visible, reader asks at once", &seen, "p50 <= 0.6 ms, p99 <= 1.5 ms");
    println!();
    Ok(())
}

async fn reads(options: &Options, tidemill: &Server) -> Result<()> {
    tidemill.resume()?;
    stream::create(tidemill, "read", 1).await?;
    let shape = Shape { producers: 16, batch: 500, partitions: 1, signed: false };
    let filled = put::fill(tidemill, "read", shape, options.read_records()).await?;
    let (mut rates, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds() {
        let figure = read::measure(tidemill, "read", filled, bodies::RECORD_BYTES as u64).await?;
        rates.push(figure.records_s);
        cpu.push(figure.cpu_s_million);
    }
    stream::delete(tidemill, "read").await?;
    tidemill.pause()?;
    let text = format!("{:.0} k records/s, server {:.2} s/M", median(&rates) / 1e3, median(&cpu));
    report::line("read everything, one reader, JSON", text, ">= 400 k records/s");
    Ok(())
}

async fn restarts(options: &Options, folder: &Path) -> Result<()> {
    let folder = folder.join("restart");
    let mut server = Server::start_tidemill(&options.server, &folder).await?;
    let filled = restart::fill(&server, options.restart_records()).await?;
    let mut times = Vec::new();
    for _ in 0..options.rounds() {
        let (again, seconds) = restart::kill_and_read(server, &options.server, &folder).await?;
        times.push(seconds);
        server = again;
    }
    server.kill().await?;
    let gigabytes = (filled * bodies::RECORD_BYTES as u64) as f64 / 1e9;
    let what = format!("kill -9 to first read, {gigabytes:.2} GB");
    report::line(&what, format!("{:.2} s", median(&times)), "< 1 s at 5 GB");
    Ok(())
}

async fn idles(options: &Options, folder: &Path) -> Result<()> {
    for what in ["fresh directory", "same directory again"] {
        let figure = idle::measure(&options.server, &folder.join("idle")).await?;
        let memory = figure.resident_bytes as f64 / 1e6;
        let text = format!("ready in {:.2} s, {memory:.0} MB resident", figure.ready_s);
        report::line(&format!("idle, {what}"), text, "< 0.5 s, < 50 MB plus preallocated");
    }
    Ok(())
}
