//! Generation and domain transfer: a generator of the user's own makes images of noise or of other images.

use serde_json::{Map, Value};
use tidemill_bucket::Location;
use tidemill_embedding::{CYCLE_GAN, GanPlan, GanTask, STYLE_GAN, plan_cycle_gan, plan_style_gan};
use tidemill_vision::parameters::Values;

/// The names of all of them.
pub(super) const NAMES: [&str; 2] = [STYLE_GAN.operator, CYCLE_GAN.operator];

/// What a generator is to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Makes {
    /// So many images for each class, of noise.
    OfNoise(u32),
    /// One image of each image.
    OfImages,
}

/// Running a generator.
#[derive(Clone, Debug)]
pub(crate) struct Generation {
    /// `StyleGAN` or `CycleGAN`.
    pub(crate) operator: &'static str,
    /// Its parameters in force, which random numbers depend on.
    pub(crate) canonical: String,
    /// Where the generator is.
    pub(crate) model: Location,
    /// Columns and rows of images, unless the generator fixes them.
    pub(crate) size: (u32, u32),
    /// What it makes.
    pub(crate) makes: Makes,
}

/// What a task of a generator does.
pub(super) enum Task {
    /// Run it.
    Predict(Generation),
    /// Nothing.
    Fails {
        /// Why.
        why: String,
        /// Whether it would learn to make one domain of another, of an input each.
        of_domains: bool,
    },
}

/// The inputs of a training that makes one domain of another: the source and the target.
pub(super) const DOMAINS: usize = 2;

/// Reads the parameters of the operator `name`; `None` if there is none of that name.
pub(super) fn read(name: &str, given: &Map<String, Value>) -> Option<Result<(Task, Values), String>> {
    let planned = match name {
        _ if name == STYLE_GAN.operator => plan_style_gan(given),
        _ if name == CYCLE_GAN.operator => plan_cycle_gan(given),
        _ => return None,
    };
    Some(planned.map_err(|error| error.to_string()).and_then(|task| Ok((task_of(&task)?, task.values))))
}

fn task_of(task: &GanTask) -> Result<Task, String> {
    let operator = task.operator;
    match &task.plan {
        GanPlan::Train(training) => {
            let of_domains = operator == CYCLE_GAN.operator;
            Ok(Task::Fails { why: training.missing_trainer(), of_domains })
        }
        GanPlan::Predict { model, size, count } => {
            let place = Location::parse(model).map_err(|error| {
                format!(
                    "The value {model:?} of parameter resume of {operator} is invalid: {error}. Allowed: obs://bucket/generator.onnx."
                )
            })?;
            let is_of_noise = operator == STYLE_GAN.operator;
            let makes = if is_of_noise { Makes::OfNoise(*count) } else { Makes::OfImages };
            let canonical = task.values.canonical();
            Ok(Task::Predict(Generation { operator, canonical, model: place, size: *size, makes }))
        }
    }
}
