//! Validation, metrics and hashes from one decode, beside the bare decoder and, if there is an interpreter for them,
//! the Python libraries people use. One thread, and processor time of it, so that other work on the machine does not
//! count.

mod measure;
mod peers;

use crate::report::line;
use anyhow::{Context, Result};
use clap::Args;
use measure::Figure;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Options {
    /// The folder of the test images: `scripts/test_images.sh` prints it.
    #[arg(long)]
    images: PathBuf,
    /// A Python that has what benches/peers/cleanvision.txt names; without it only the bare decoder is beside.
    #[arg(long)]
    python: Option<PathBuf>,
    /// Only shows that everything runs; the figures mean nothing.
    #[arg(long)]
    smoke: bool,
}

/// Folders of pictures, their size, and how many of them are measured.
const SETS: [(&str, &str, usize); 2] = [("photos", "0.3 megapixels", 200), ("whole", "2 megapixels", 40)];

/// Measures and prints.
pub(crate) fn run(options: &Options) -> Result<()> {
    println!("\nValidation, six metrics and hashes from one decode; one thread, processor time");
    for (name, size, count) in SETS {
        let (folder, count) = (options.images.join(name), if options.smoke { 4 } else { count });
        let figure = measure::measure(&read(&folder, count)?, if options.smoke { 1 } else { 15 })?;
        print(size, &figure);
        match &options.python {
            Some(python) => peers::print(python, &folder, count, size, &figure)?,
            None => println!("{size}: OpenCV and cleanvision left out, no interpreter was given"),
        }
    }
    Ok(())
}

/// The first JPEG files of a folder, by name.
fn read(folder: &Path, count: usize) -> Result<Vec<Vec<u8>>> {
    let listing = std::fs::read_dir(folder).with_context(|| format!("no images in {}", folder.display()))?;
    let mut paths = listing.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    paths.sort();
    paths.iter().take(count).map(|path| Ok(std::fs::read(path)?)).collect()
}

fn print(size: &str, figure: &Figure) {
    let rate = |seconds| {
        format!("{:.0} images/s, {:.2} ns a pixel", figure.per_second(seconds), figure.per_pixel(seconds))
    };
    line(&format!("{size}: bare decoder"), rate(figure.bare), "");
    line(&format!("{size}: everything"), rate(figure.all), "");
    line(
        &format!("{size}: rate over the bare decoder's"),
        format!("{:.2} ({:.2} to {:.2})", figure.ratio, figure.ratio_min, figure.ratio_max),
        ">= 0.70, goal 0.80",
    );
}
