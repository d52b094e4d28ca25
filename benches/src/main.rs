//! Benchmarks: the built server beside the ring reference, image operators beside other libraries, each in the same run. See `docs/benchmarks.md`.

mod augment;
mod datasets;
mod duplicates;
mod features;
mod load;
mod process;
mod processor;
mod reference;
mod report;
mod server;
mod statistics;
mod suite;

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Parser)]
#[command(about = "Measures tidemill beside a minimal reference server.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure and print tables.
    Run(Options),
    /// Measure augmentation beside albumentations.
    Augment(augment::Options),
    /// Measure validation, metrics and hashes beside the bare decoder.
    Features(features::Options),
    /// Measure imports, and the memory of processing runs.
    Datasets(datasets::Options),
    /// Measure the search for near-duplicates beside fastdup.
    Duplicates(duplicates::Options),
    /// The reference server itself; `run` starts it.
    RingReference {
        /// The ring file; it is overwritten.
        file: PathBuf,
    },
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Part {
    Put,
    Visible,
    Read,
    Restart,
    Idle,
}

#[derive(Args)]
struct Options {
    /// The built server.
    #[arg(long)]
    server: PathBuf,
    /// A folder on the disk to measure; everything in it may be overwritten.
    #[arg(long)]
    folder: PathBuf,
    /// Only these parts (all by default).
    #[arg(long)]
    only: Vec<Part>,
    /// Only put shapes whose label contains this text, for example `16 x 500, 1 part, token`.
    #[arg(long, default_value = "")]
    shape: String,
    /// Rounds a figure.
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds a put measurement lasts.
    #[arg(long)]
    seconds: Option<f64>,
    /// Gigabytes in the log that is restarted.
    #[arg(long)]
    restart_gb: Option<f64>,
    /// Only shows that everything runs; the figures mean nothing.
    #[arg(long)]
    smoke: bool,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.smoke { 1 } else { 3 })
    }

    fn seconds(&self) -> f64 {
        self.seconds.unwrap_or(if self.smoke { 0.15 } else { 3.0 })
    }

    fn read_records(&self) -> u64 {
        if self.smoke { 20_000 } else { 1_000_000 }
    }

    fn restart_records(&self) -> u64 {
        let gigabytes = self.restart_gb.unwrap_or(if self.smoke { 0.02 } else { 5.0 });
        (gigabytes * 1e9) as u64 / load::bodies::RECORD_BYTES as u64
    }
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match Cli::parse().command {
        Command::Run(options) => runtime.block_on(suite::run(&options, &options.folder)),
        Command::Augment(options) => augment::run(&options),
        Command::Features(options) => features::run(&options),
        Command::Datasets(options) => runtime.block_on(datasets::run(&options)),
        Command::Duplicates(options) => duplicates::run(&options),
        Command::RingReference { file } => runtime.block_on(reference::serve(&file)),
    }
}
