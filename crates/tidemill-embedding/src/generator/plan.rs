//! What a task of a generator has to do, from its parameters.

use super::{CYCLE_GAN, STYLE_GAN};
use serde_json::{Map, Value as Json};
use tidemill_vision::parameters::{ParameterError, Values};

/// A task of a generator whose parameters were checked.
#[derive(Clone, Debug)]
pub struct GanTask {
    /// `StyleGAN` or `CycleGAN`.
    pub operator: &'static str,
    /// What it has to do.
    pub plan: GanPlan,
    /// The parameters in force.
    pub values: Values,
}

/// What a task has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum GanPlan {
    /// Run a generator the user brings.
    Predict {
        /// Where it is: `obs://bucket/key.onnx`.
        model: String,
        /// Columns and rows of the images, unless the generator fixes them.
        size: (u32, u32),
        /// How many images to make for each class; of no meaning where images are made of images.
        count: u32,
    },
    /// Train one first.
    Train(Training),
}

/// A training that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    operator: &'static str,
}

impl Training {
    /// Why it cannot be done here, for the task's `error_msg`.
    pub fn missing_trainer(&self) -> String {
        format!(
            "{} cannot be trained: this server has no trainer configured. Train elsewhere, export the generator to ONNX \
             and run the task with predict=True and resume=obs://bucket/generator.onnx.",
            self.operator
        )
    }
}

/// Why parameters cannot be used; found before any image is read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A name, type or range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A side that no generator has, or a number of channels.
    #[error("The value {value} of parameter {name} of {operator} is invalid. Allowed: {allowed}.")]
    Value {
        /// The operator.
        operator: &'static str,
        /// The parameter.
        name: &'static str,
        /// As given.
        value: i64,
        /// What it may be.
        allowed: &'static str,
    },
    /// `predict` without a model.
    #[error("The parameter resume of {0} is needed with predict=True. Allowed: obs://bucket/generator.onnx.")]
    NoModel(&'static str),
    /// A model in another format: `unsupported_model_format`.
    #[error(
        "The value {value} of parameter resume of {operator} is invalid. Allowed: an .onnx model; other formats are not \
         run (unsupported_model_format), export the generator to ONNX."
    )]
    Format {
        /// The operator.
        operator: &'static str,
        /// As given.
        value: String,
    },
}

/// The plan of a StyleGAN task.
pub fn plan_style_gan(given: &Map<String, Json>) -> Result<GanTask, PlanError> {
    let values = STYLE_GAN.read(given)?;
    let side = power_of_two(STYLE_GAN.operator, &values, "resolution")?;
    plan(STYLE_GAN.operator, values, (side, side))
}

/// The plan of a CycleGAN task.
pub fn plan_cycle_gan(given: &Map<String, Json>) -> Result<GanTask, PlanError> {
    let values = CYCLE_GAN.read(given)?;
    let channels = values.integer("image_channel");
    if channels == 2 {
        let (operator, name) = (CYCLE_GAN.operator, "image_channel");
        return Err(PlanError::Value { operator, name, value: channels, allowed: "1 or 3" });
    }
    let width = power_of_two(CYCLE_GAN.operator, &values, "image_width")?;
    let height = power_of_two(CYCLE_GAN.operator, &values, "image_height")?;
    plan(CYCLE_GAN.operator, values, (width, height))
}

fn power_of_two(operator: &'static str, values: &Values, name: &'static str) -> Result<u32, PlanError> {
    let value = values.integer(name);
    let side = u32::try_from(value).ok().filter(|side| side.is_power_of_two());
    side.ok_or(PlanError::Value { operator, name, value, allowed: "a power of two from 4 to 1024" })
}

fn plan(operator: &'static str, values: Values, size: (u32, u32)) -> Result<GanTask, PlanError> {
    let resume = values.text("resume");
    if !resume.is_empty() && !is_onnx(resume) {
        return Err(PlanError::Format { operator, value: resume.chars().take(200).collect() });
    }
    let plan = match (values.boolean("predict"), resume) {
        (false, _) => GanPlan::Train(Training { operator }),
        (true, "") => return Err(PlanError::NoModel(operator)),
        (true, model) => {
            let count = u32::try_from(values.integer("generate_num")).unwrap_or_default();
            GanPlan::Predict { model: model.to_owned(), size, count }
        }
    };
    Ok(GanTask { operator, plan, values })
}

fn is_onnx(name: &str) -> bool {
    name.get(name.len().saturating_sub(5)..).is_some_and(|end| end.eq_ignore_ascii_case(".onnx"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn style(given: Json) -> Result<GanPlan, PlanError> {
        plan_style_gan(given.as_object().unwrap()).map(|task| task.plan)
    }

    fn cycle(given: Json) -> Result<GanPlan, PlanError> {
        plan_cycle_gan(given.as_object().unwrap()).map(|task| task.plan)
    }

    #[test]
    fn training_says_what_is_missing() {
        let Ok(GanPlan::Train(training)) = style(json!({"batch-size": "4", "total-kimg": 10})) else {
            panic!()
        };
        assert!(
            training.missing_trainer().starts_with("StyleGAN cannot be trained: this server has no trainer")
        );
        assert!(matches!(cycle(json!({})), Ok(GanPlan::Train(_))));
    }

    #[test]
    fn predicting_needs_an_onnx_model() {
        let asked =
            json!({"predict": "True", "resume": "obs://b/g.onnx", "generate_num": "7", "resolution": 64});
        let model = "obs://b/g.onnx".to_owned();
        assert_eq!(style(asked), Ok(GanPlan::Predict { model, size: (64, 64), count: 7 }));
        assert_eq!(style(json!({"predict": true})), Err(PlanError::NoModel("StyleGAN")));
        let error = cycle(json!({"predict": true, "resume": "obs://b/m/CYcleGan_epoch_9.pb"})).unwrap_err();
        assert!(error.to_string().contains("unsupported_model_format"), "{error}");
    }

    #[test]
    fn sides_are_powers_of_two_and_unknown_names_are_told() {
        let error = style(json!({"resolution": 100})).unwrap_err().to_string();
        assert!(error.contains("The value 100 of parameter resolution of StyleGAN"), "{error}");
        assert!(cycle(json!({"image_width": 96})).is_err() && cycle(json!({"image_channel": 2})).is_err());
        assert!(style(json!({"batch_size": 4})).unwrap_err().to_string().contains("batch_size"));
        assert!(cycle(json!({"g_learning_rate": 2})).is_err());
    }
}
