//! The same files through Python libraries, by `benches/peers/features.py`.

use super::measure::Figure;
use crate::report::line;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// Processor seconds for all files.
#[derive(Deserialize)]
struct Peers {
    opencv_decode: f64,
    opencv: f64,
    cleanvision: f64,
}

/// One line a peer, each beside Tidemill's figure.
pub(crate) fn print(python: &Path, folder: &Path, count: usize, size: &str, ours: &Figure) -> Result<()> {
    let output =
        Command::new(python).arg("benches/peers/features.py").arg(folder).arg(count.to_string()).output()?;
    ensure!(output.status.success(), "features.py: {}", String::from_utf8_lossy(&output.stderr));
    let last = output
        .stdout
        .trim_ascii_end()
        .rsplit(|&byte| byte == b'\n')
        .next()
        .context("features.py is silent")?;
    let peers: Peers = serde_json::from_slice(last)?;
    let told = [
        ("OpenCV, decode alone", peers.opencv_decode),
        ("OpenCV, decode and the six metrics", peers.opencv),
        ("cleanvision, its default issues", peers.cleanvision),
    ];
    for (what, seconds) in told {
        let rate = ours.per_second(seconds);
        let times = seconds / ours.all;
        line(
            &format!("{size}: {what}"),
            format!("{rate:.0} images/s; everything of ours is {times:.2} times as fast"),
            "",
        );
    }
    Ok(())
}
