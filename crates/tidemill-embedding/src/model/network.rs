//! A network, loaded and ready to run on one thread.

use super::ContractError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{
    Framework, InferenceModelExt, IntoRunnable, Tensor, TractResult, TypedModel, TypedRunnableModel, tvec,
};
use tract_onnx::tract_core::prelude::DatumExt;

/// The largest value inside a network, in numbers: 256 MiB.
const VALUE_LENGTH_MAX: usize = 64 << 20;

/// Why a network gave no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The runtime cannot run it, or not on this input.
    #[error("the model cannot be run: {0}")]
    Failed(String),
    /// A value inside it would take too much memory.
    #[error("the model makes values of more than 256 MiB")]
    TooLarge,
    /// A number of the output is infinite or not a number.
    #[error("the model's output is not finite")]
    NotFinite,
}

/// Numbers and their shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Output {
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<f32>,
}

/// A network for inputs of one shape.
pub(crate) struct Network {
    plan: Plan,
    input: Vec<usize>,
    value_bytes: u64,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Network({:?})", self.input)
    }
}

impl Network {
    /// Prepares `model` for inputs of shape `input`.
    pub(crate) fn load(model: &ModelProto, input: &[usize]) -> Result<Self, RunError> {
        let (plan, value_bytes) = guarded(|| plan(model, input))??;
        Ok(Self { plan, input: input.to_vec(), value_bytes })
    }

    /// Bytes of all values inside it together: more than one run ever holds at once.
    pub(crate) fn value_bytes(&self) -> u64 {
        self.value_bytes
    }

    /// Runs on numbers of the input's shape.
    pub(crate) fn run(&self, input: &[f32]) -> Result<Output, RunError> {
        let output = guarded(|| {
            let tensor = Tensor::from_shape(&self.input, input)?;
            let outputs = self.plan.run(tvec!(tensor.into()))?;
            let view = outputs[0].to_plain_array_view::<f32>()?;
            TractResult::Ok(Output { shape: view.shape().to_vec(), data: view.iter().copied().collect() })
        })?;
        let output = output.map_err(failed)?;
        if output.data.iter().all(|number| number.is_finite()) {
            Ok(output)
        } else {
            Err(RunError::NotFinite)
        }
    }
}

/// A network as it is run.
type Plan = std::sync::Arc<TypedRunnableModel>;

/// The network, and bytes of all its values.
fn plan(model: &ModelProto, input: &[usize]) -> Result<(Plan, u64), RunError> {
    let typed = || -> TractResult<TypedModel> {
        tract_onnx::onnx()
            .model_for_proto_model(model)?
            .with_input_fact(0, f32::fact(input).into())?
            .into_typed()
    };
    let typed = typed().map_err(failed)?;
    let mut numbers = 0_u64;
    for outlet in typed.nodes().iter().flat_map(|node| &node.outputs) {
        let length = outlet
            .fact
            .shape
            .as_concrete()
            .map(|shape| shape.iter().try_fold(1_usize, |n, size| n.checked_mul(*size)));
        let length = length.flatten().filter(|length| *length <= VALUE_LENGTH_MAX);
        numbers += length.ok_or(RunError::TooLarge)? as u64;
    }
    let plan = typed.into_optimized().and_then(IntoRunnable::into_runnable).map_err(failed)?;
    Ok((plan, numbers * size_of::<f32>() as u64))
}

fn failed(error: impl std::fmt::Debug) -> RunError {
    // The chain of causes, on one line.
    let text = format!("{error:?}");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    RunError::Failed(lines.join("; ").chars().take(500).collect())
}

/// The runtime may panic on graphs it does not expect: that is a failure of this model only.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, RunError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| RunError::Failed("the runtime gave up on it".to_owned()))
}

impl From<ContractError> for RunError {
    fn from(error: ContractError) -> Self {
        Self::Failed(error.to_string())
    }
}
