//! Memory of a processing run over N and over four times as many images: it is flat.

use super::objects::{self, BUCKET};
use super::{Options, fresh, work};
use crate::{process, report};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub(super) async fn run(options: &Options) -> Result<()> {
    let images = pictures(options)?;
    let few = measure(options, &images, options.run_images()).await?;
    let many = measure(options, &images, 4 * options.run_images()).await?;
    report::line(
        "memory of 4N images beside N",
        format!("{:.0} MB, {:.0} MB, ratio {:.2}", few / 1e6, many / 1e6, many / few),
        "flat: about 1",
    );
    Ok(())
}

/// Validation with smaller pictures, then removal of duplicates, over `count` images; the most memory it took.
async fn measure(options: &Options, images: &[Arc<[u8]>], count: usize) -> Result<f64> {
    let server = Arc::new(fresh(options, &format!("memory-{count}")).await?);
    let all = images.to_vec();
    objects::put_all(&server, count, move |number| {
        (format!("in/{number:06}.jpg"), all[number % all.len()].clone())
    })
    .await?;
    process::forget_peak(server.pid())?;
    let started = Instant::now();
    let body = json!({
        "name": "memory", "create_version": true,
        "inputs": [{"type": "OBS", "source": format!("/{BUCKET}/in/")}],
        "work_path": {"type": "OBS", "path": format!("/{BUCKET}/out/")},
        "template": {"id": "sys_data_selection", "operator_params": [
            {"name": "MetaValidation", "params": {"image_max_width": "400"}},
            {"name": "SimDeduplication", "params": {"simlarity_threshold": "1"}},
        ]},
    });
    let task = work::text(&work::call(&server, "POST", "/processor-tasks", &body).await?, "task_id")?;
    let place = format!("/processor-tasks/{task}");
    let ended = work::wait(&server, &place, |task| {
        let status = task.get("status").and_then(Value::as_i64)?;
        (status > 1).then(|| task.clone())
    })
    .await?;
    if ended.get("status") != Some(&json!(2)) {
        bail!("the run failed: {ended}");
    }
    let peak = process::peak_bytes(server.pid())? as f64;
    let rate = count as f64 / started.elapsed().as_secs_f64();
    let what = format!("validate and compare {count} images");
    report::line(&what, format!("{rate:.0} images/s, peak {:.0} MB", peak / 1e6), "none");
    if let Some(server) = Arc::into_inner(server) {
        server.kill().await?;
    }
    Ok(peak)
}

/// Real photographs of different sizes.
fn pictures(options: &Options) -> Result<Vec<Arc<[u8]>>> {
    let folder = options.images.join("whole");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|suffix| suffix == "jpg"));
    paths.sort();
    let most = if options.smoke { 4 } else { 50 };
    let read = paths.iter().take(most).map(|path| Ok(std::fs::read(path)?.into()));
    let pictures: Vec<Arc<[u8]>> = read.collect::<Result<_>>()?;
    if pictures.is_empty() {
        bail!("no pictures in {}", folder.display());
    }
    Ok(pictures)
}
