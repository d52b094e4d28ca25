//! The trial of a model before it may run: eight built-in images, once, again, and all at a time.

use super::{
    ContractError, ModelDirectory, Network, OpenError, RunError, bounded_model, check_graph, planes,
};
use crate::embedder::{ports_of, vector_of};
use crate::vector::Vector;
use tidemill_vision::Pixels;

/// Raised when a later trial asks for more; models are then tried again.
pub(super) const VERSION: u32 = 1;

const IMAGES: u32 = 8;
const SIDE: u32 = 96;
/// The largest difference of a number of a unit vector between batch sizes.
const BATCH_TOLERANCE: f32 = 1e-3;

/// Why a model did not pass.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The graph was refused.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The directory cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Eight different images gave the same output.
    #[error("the model is refused: its output is the same for every image")]
    Constant,
    /// The same image gave two outputs.
    #[error("the model is refused: its output is not repeatable")]
    NotRepeatable,
    /// An image gives another output when others run beside it.
    #[error("the model is refused: its output depends on the other images of a batch")]
    BatchDependent,
}

/// Runs the trial in this process; gives the number of dimensions. A model from elsewhere is tried in a child process
/// with limits, because a graph can ask for any amount of memory and time.
pub fn try_model(directory: &ModelDirectory) -> Result<usize, TrialError> {
    let model = bounded_model(directory.onnx())?;
    let ports = ports_of(&check_graph(&model)?, directory.description())?;
    let description = directory.description();
    let (height, width) = (description.height as usize, description.width as usize);
    let inputs: Vec<Vec<f32>> = (0..IMAGES)
        .filter_map(built_in)
        .map(|image| planes(&image, description))
        .collect::<Result<_, _>>()?;
    let single = Network::load(&model, &[1, 3, height, width])?;
    let once = run_each(&single, &inputs)?;
    if once.iter().all(|vector| *vector == once[0]) {
        return Err(TrialError::Constant);
    }
    if run_each(&single, &inputs)? != once {
        return Err(TrialError::NotRepeatable);
    }
    if ports.batch.is_none() {
        let batch = Network::load(&model, &[inputs.len(), 3, height, width])?;
        compare_batch(&once, &batch.run(&inputs.concat())?.data)?;
    }
    Ok(once[0].dimensions())
}

fn run_each(network: &Network, inputs: &[Vec<f32>]) -> Result<Vec<Vector>, RunError> {
    inputs.iter().map(|input| vector_of(&network.run(input)?)).collect()
}

fn compare_batch(single: &[Vector], batch: &[f32]) -> Result<(), TrialError> {
    let dimensions = single[0].dimensions();
    if batch.len() != dimensions * single.len() {
        return Err(TrialError::BatchDependent);
    }
    for (alone, numbers) in single.iter().zip(batch.chunks_exact(dimensions)) {
        let beside = Vector::normalised(numbers).ok_or(RunError::NotFinite)?;
        let differs = |(a, b): (&half::f16, &half::f16)| (a.to_f32() - b.to_f32()).abs() > BATCH_TOLERANCE;
        if alone.numbers().iter().zip(beside.numbers()).any(differs) {
            return Err(TrialError::BatchDependent);
        }
    }
    Ok(())
}

/// Images that no model takes for the same: stripes, checks, ramps, rings, blocks and noise.
fn built_in(kind: u32) -> Option<Pixels> {
    let mut rgb = Vec::with_capacity((3 * SIDE * SIDE) as usize);
    let mut noise = 1_u32;
    for y in 0..SIDE {
        for x in 0..SIDE {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            rgb.extend(built_in_pixel(kind, x, y, noise));
        }
    }
    Pixels::new(SIDE, SIDE, rgb)
}

fn built_in_pixel(kind: u32, x: u32, y: u32, noise: u32) -> [u8; 3] {
    let level = |value: u32| value.min(255) as u8;
    let (dx, dy) = (x.abs_diff(SIDE / 2), y.abs_diff(SIDE / 2));
    match kind {
        0 => [level(x * 255 / SIDE), 60, 120],
        1 => [30, level(y * 255 / SIDE), 200],
        2 => [if (x / 8 + y / 8).is_multiple_of(2) { 230 } else { 20 }; 3],
        3 => [if (x / 4).is_multiple_of(2) { 250 } else { 90 }, 40, 40],
        4 => [40, if (y / 12).is_multiple_of(2) { 220 } else { 10 }, 60],
        5 => [level((dx * dx + dy * dy) / 10), 100, level(255 - (dx * dx + dy * dy).min(2550) / 10)],
        6 => [(noise >> 24) as u8, (noise >> 16) as u8, (noise >> 8) as u8],
        _ => {
            if dx < 20 && dy < 30 {
                [250, 210, 20]
            } else {
                [20, 30, 90]
            }
        }
    }
}
