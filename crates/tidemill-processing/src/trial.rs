//! Trying a generator before it runs, where it can do no harm.

use async_trait::async_trait;
use bytes::Bytes;

/// Tries generators of users within limits of memory and time that hold for nothing else.
#[async_trait]
pub trait GeneratorTrial: Send + Sync {
    /// Runs the generator `model`, an ONNX file called `name`, on a few inputs; `size` is columns and rows of images
    /// where it leaves them open. An error is why it may not run. Dropping the future ends the trial.
    async fn try_generator(&self, name: &str, model: Bytes, size: (u32, u32)) -> Result<(), String>;
}
