//! The trial of a generator before it may run: some inputs, each twice.

use super::{Generator, GeneratorError};
use tidemill_vision::Pixels;
use tidemill_vision::seed::TaskSeed;

const INPUTS: u32 = 2;

/// Why a generator did not pass.
#[derive(Debug, thiserror::Error)]
pub enum GeneratorTrialError {
    /// It was refused, or cannot be run.
    #[error(transparent)]
    Generator(#[from] GeneratorError),
    /// The same input gave two outputs.
    #[error("the generator is refused: its output is not repeatable")]
    NotRepeatable,
}

/// Runs a generator on two inputs, twice each, in this process; arguments as for [`Generator::open`]. One from
/// elsewhere is tried in a child process with limits, because a graph can ask for any amount of memory and time.
pub fn try_generator(name: &str, bytes: &[u8], size: (u32, u32)) -> Result<(), GeneratorTrialError> {
    let generator = Generator::open(name, bytes, size)?;
    for number in 0..INPUTS {
        if run(&generator, number)? != run(&generator, number)? {
            return Err(GeneratorTrialError::NotRepeatable);
        }
    }
    Ok(())
}

fn run(generator: &Generator, number: u32) -> Result<Pixels, GeneratorError> {
    if !generator.takes_images() {
        return generator
            .generate(&mut TaskSeed::of_task("trial").draws_of_set("trial", &number.to_string()));
    }
    let rgb = (0..64 * 64 * 3u32).map(|n| (n.wrapping_mul(37 + number) >> 3) as u8).collect();
    let image = Pixels::new(64, 64, rgb).ok_or(GeneratorError::OtherInput("images"))?;
    generator.translate(&image)
}
