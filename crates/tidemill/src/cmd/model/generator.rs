//! `tidemill model try-generator`: like the trial of a model, for one that makes images. The server gives the file
//! through a pipe, so that nothing of it is left behind.

use super::trial;
use anyhow::{Context, Result};
use async_trait::async_trait;
use bytes::Bytes;
use std::io::Read;
use std::process::Stdio;
use tidemill_embedding::{MODEL_BYTES_MAX, try_generator};
use tidemill_processing::GeneratorTrial;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Tries a generator in this process, within limits that hold until its end.
pub(super) fn run(name: &str, size: (u32, u32)) -> Result<()> {
    trial::limit()?;
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(MODEL_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .context("cannot read the generator")?;
    Ok(try_generator(name, &bytes, size)?)
}

/// Tries generators in processes of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChildTrial;

#[async_trait]
impl GeneratorTrial for ChildTrial {
    async fn try_generator(&self, name: &str, model: Bytes, size: (u32, u32)) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("cannot try it: {error}");
        let program = std::env::current_exe().map_err(failed)?;
        let mut child = Command::new(program)
            .args(["model", "try-generator", "--", name, &size.0.to_string(), &size.1.to_string()])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let mut input = child.stdin.take();
        let give = async move {
            if let Some(input) = &mut input {
                // A child that refuses early reads no more, and says why.
                let _ = input.write_all(&model).await;
            }
            drop(input);
        };
        let ((), ended) = tokio::join!(give, child.wait_with_output());
        trial::refusal(&ended.map_err(failed)?).map_or(Ok(()), Err)
    }
}
