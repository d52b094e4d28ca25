//! Near-duplicates among pictures by their embeddings, beside fastdup if there is an interpreter that has it: decode,
//! embed, compare. Processor time of all threads.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;
use tidemill_embedding::{Control, Embedder, Picture, Samples, deduplicate};
use tidemill_vision::seed::{SampleKey, TaskSeed};
use tidemill_vision::{DecodeLimits, decode};

use crate::process::cpu_seconds;
use crate::report::line;

/// The similarity above which two pictures are duplicates, as in a task that does not set it.
const THRESHOLD: f64 = 0.9;

#[derive(Args)]
pub(crate) struct Options {
    /// The folder of the test images: `scripts/test_images.sh` prints it.
    #[arg(long)]
    images: PathBuf,
    /// The directory of the embedding model: `scripts/embedding_model.sh` prints it.
    #[arg(long)]
    model: PathBuf,
    /// A Python that has what benches/peers/duplicates.txt names; without it there is nothing beside.
    #[arg(long)]
    python: Option<PathBuf>,
    /// How many pictures.
    #[arg(long, default_value_t = 300)]
    count: usize,
    /// Only shows that everything runs; the figures mean nothing.
    #[arg(long)]
    smoke: bool,
}

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = options.images.join("photos");
    let count = if options.smoke { 4 } else { options.count };
    let embedder = Embedder::open(&options.model)?;
    let paths = pictures(&folder, count)?;
    ours(&embedder, &paths[..1])?;
    let before = cpu_seconds(std::process::id())?;
    let removed = ours(&embedder, &paths)?;
    let seconds = cpu_seconds(std::process::id())? - before;
    println!("\nNear-duplicates among {} pictures by their embeddings; processor time", paths.len());
    let rate = |seconds: f64| paths.len() as f64 / seconds;
    line("tidemill", format!("{:.1} images/s, {removed} removed", rate(seconds)), "");
    let Some(python) = &options.python else {
        println!("fastdup left out, no interpreter was given");
        return Ok(());
    };
    let theirs = fastdup(python, &paths)?;
    let ratio = format!("{:.1} images/s; tidemill's rate is {:.2} times it", rate(theirs), theirs / seconds);
    line("fastdup", ratio, "goal 1.5 times");
    Ok(())
}

/// The first JPEG files of a folder, by name.
fn pictures(folder: &Path, count: usize) -> Result<Vec<PathBuf>> {
    let listing = std::fs::read_dir(folder).with_context(|| format!("no images in {}", folder.display()))?;
    let mut paths = listing.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    paths.sort();
    paths.truncate(count);
    ensure!(!paths.is_empty(), "no pictures in {}", folder.display());
    Ok(paths)
}

/// How many pictures would be removed.
fn ours(embedder: &Embedder, paths: &[PathBuf]) -> Result<usize> {
    let (mut samples, mut known) = (None, Vec::new());
    for path in paths {
        let file = std::fs::read(path)?;
        let pixels = decode(&file, &DecodeLimits::default())?.pixels;
        let vector = embedder.embed(&pixels)?;
        let samples = samples.get_or_insert_with(|| Samples::new(vector.dimensions()));
        ensure!(samples.push(SampleKey::of_bytes(&path.to_string_lossy(), &file), &vector), "another length");
        known.push(Picture {
            pixel_digest: *blake3::hash(pixels.rgb()).as_bytes(),
            pixels: u64::from(pixels.width()) * u64::from(pixels.height()),
            bytes: file.len() as u64,
            labels: "".into(),
        });
    }
    let samples = samples.context("no pictures")?;
    let mut draws = TaskSeed::of_task("bench").draws_of_set("SimDeduplication", "{}");
    let decided = (embedder.scale(), THRESHOLD);
    let verdicts = deduplicate(&samples, &known, decided, &mut draws, &Control::none())?;
    Ok(verdicts.iter().filter(|verdict| !verdict.kept).count())
}

/// Processor seconds of fastdup on the same pictures.
fn fastdup(python: &Path, paths: &[PathBuf]) -> Result<f64> {
    let output = Command::new(python).arg("benches/peers/duplicates.py").args(paths).output()?;
    ensure!(output.status.success(), "duplicates.py: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    text.trim_end().lines().last().context("duplicates.py is silent")?.parse().context("no figure of fastdup")
}
