//! Importing many small objects: samples a second, and the most memory it took.

use super::objects::{self, BUCKET};
use super::{Options, fresh, work};
use crate::{process, report};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use tidemill_vision::{Pixels, encode_jpeg};

/// Directories, each of which is a label.
const LABELS: usize = 10;

pub(super) async fn run(options: &Options) -> Result<()> {
    let count = options.objects();
    let server = Arc::new(fresh(options, "import").await?);
    let picture = tiny()?;
    objects::put_all(&server, count, move |number| {
        (format!("in/label-{}/{number:06}.jpg", number % LABELS), picture.clone())
    })
    .await?;
    process::forget_peak(server.pid())?;
    let before = process::peak_bytes(server.pid())?;
    let started = Instant::now();
    // A dataset begins with an import of its input.
    let body = json!({
        "dataset_name": "imported", "dataset_type": 0, "work_path": format!("/{BUCKET}/made/"),
        "data_sources": [{"data_type": 0, "data_path": format!("/{BUCKET}/in/")}],
    });
    let made = work::call(&server, "POST", "/datasets", &body).await?;
    let (dataset, task) = (work::text(&made, "dataset_id")?, work::text(&made, "import_task_id")?);
    let path = format!("/datasets/{dataset}/import-tasks");
    let place = format!("{path}/{task}");
    let ended = work::wait(&server, &place, |task| {
        let status = task.get("status").and_then(Value::as_str)?;
        matches!(status, "COMPLETED" | "FAILED").then(|| task.clone())
    })
    .await?;
    let seconds = started.elapsed().as_secs_f64();
    if work::text(&ended, "status")? != "COMPLETED" {
        bail!("the import failed: {ended}");
    }
    let mb = |bytes: u64| bytes as f64 / 1e6;
    let peak = process::peak_bytes(server.pid())?;
    let rate = count as f64 / seconds;
    report::line(
        &format!("import of {count} objects with labels"),
        format!("{rate:.0} samples/s, peak {:.0} MB ({:.0} before)", mb(peak), mb(before)),
        "> 1000 samples/s",
    );
    match Arc::into_inner(server) {
        Some(server) => server.kill().await,
        None => Ok(()),
    }
}

/// A small picture.
fn tiny() -> Result<Arc<[u8]>> {
    let rgb = (0..16 * 16 * 3).map(|n| (n * 7) as u8).collect();
    let pixels = Pixels::new(16, 16, rgb).ok_or_else(|| anyhow::anyhow!("no picture"))?;
    Ok(encode_jpeg(&pixels, 80)?.into())
}
