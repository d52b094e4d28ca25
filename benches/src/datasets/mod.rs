//! Datasets and processing: how fast many small objects are imported, and whether the memory of a run grows with its
//! images.

mod import;
mod memory;
mod objects;
mod work;

use crate::server::Server;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Options {
    /// The built server.
    #[arg(long)]
    server: PathBuf,
    /// The folder of the test images: `scripts/test_images.sh` prints it.
    #[arg(long)]
    images: PathBuf,
    /// A folder on the disk to measure; everything in it may be overwritten.
    #[arg(long)]
    folder: PathBuf,
    /// Objects to import.
    #[arg(long)]
    objects: Option<usize>,
    /// Images of the smaller run; the larger one has four times as many.
    #[arg(long)]
    run_images: Option<usize>,
    /// Only shows that everything runs; the figures mean nothing.
    #[arg(long)]
    smoke: bool,
}

impl Options {
    fn objects(&self) -> usize {
        self.objects.unwrap_or(if self.smoke { 300 } else { 100_000 })
    }

    fn run_images(&self) -> usize {
        self.run_images.unwrap_or(if self.smoke { 8 } else { 500 })
    }
}

/// Measures and prints.
pub(crate) async fn run(options: &Options) -> Result<()> {
    import::run(options).await?;
    memory::run(options).await
}

/// A server of its own for one measurement, with a bucket.
async fn fresh(options: &Options, name: &str) -> Result<Server> {
    let server = Server::start_tidemill(&options.server, &options.folder.join(name)).await?;
    objects::make_bucket(&server).await?;
    Ok(server)
}
