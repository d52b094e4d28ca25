//! What a run does, as its request asks for it.

use super::analysis;
use super::building::Building;
use super::generation::{self, Generation};
use super::named::operator;
use super::stage::Stage;
use super::task_type::TaskType;
use crate::error::ProcessingError;
use crate::run::COPIES_MAX;
use crate::task::Template;
use std::sync::Arc;
use tidemill_api::modelarts::processing::OperatorParam;
use tidemill_bucket::Location;

/// What the outputs of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// The samples that were kept, in directories by label.
    Selection,
    /// New samples beside the ones that were read, flat.
    Addition,
}

/// The stages of a run.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    pub(crate) task_type: TaskType,
    pub(crate) family: Family,
    pub(crate) stages: Vec<Stage>,
    /// Whether every line of the manifest says that the data was checked.
    pub(crate) checked: bool,
    /// Whether samples are validated before an operator that asks for it.
    pub(crate) validates: bool,
    /// Whether what validation before an operator changed counts as kept.
    pub(crate) hides_changes: bool,
    /// Why it cannot run on this server, however it is asked for.
    pub(crate) fails: Option<String>,
    /// Whether it learns of two domains, each an input.
    pub(super) of_domains: bool,
}

impl Pipeline {
    /// Reads the operators of a request.
    pub(crate) fn read(template: Template, params: &[OperatorParam]) -> Result<Self, ProcessingError> {
        if template.has_versions() && params.is_empty() {
            return Err(ProcessingError::Invalid(
                "The template.operator_params is empty. Allowed: at least one operator.".into(),
            ));
        }
        if !template.has_versions() {
            return analysis::pipeline(params).map_err(ProcessingError::Invalid);
        }
        let mut building = Building::new();
        for param in params {
            let (operator, values) = operator(param)?;
            building.add(operator, &values);
        }
        let copies = building.copies_in_all;
        if copies > COPIES_MAX {
            return Err(ProcessingError::Invalid(format!(
                "The operators make {copies} copies of one picture. Allowed: {COPIES_MAX} at most."
            )));
        }
        if building.generations > 1 {
            return Err(ProcessingError::Invalid(format!(
                "The operators name {} generators. Allowed: one of {} in a task.",
                building.generations,
                generation::NAMES.join(", ")
            )));
        }
        Ok(building.finish())
    }

    /// The generator that the run needs.
    pub(crate) fn generation(&self) -> Option<&Arc<Generation>> {
        self.stages.iter().find_map(|stage| match stage {
            Stage::Generate(generation) => Some(generation),
            _ => None,
        })
    }

    /// The directories of pictures that operators compare with.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &Location> {
        self.stages.iter().flat_map(|stage| match stage {
            Stage::Decide(operator) => operator.directories(),
            _ => Vec::new(),
        })
    }

    /// Refuses another number of inputs than the operators need.
    pub(crate) fn check_inputs(&self, inputs: usize) -> Result<(), String> {
        if !self.of_domains || inputs == generation::DOMAINS {
            return Ok(());
        }
        Err(format!(
            "The number of inputs {inputs} is invalid for the training of CycleGAN. Allowed: {}, the source and the \
             target; one is enough with predict.",
            generation::DOMAINS
        ))
    }

    /// Refuses numbers of groups that so many samples cannot make.
    pub(crate) fn check_samples(&self, samples: u64) -> Result<(), String> {
        let mut most = samples;
        for stage in &self.stages {
            match stage {
                Stage::Map(steps) => most = most.saturating_mul(u64::from(steps.copies)),
                Stage::Decide(operator) => operator.check_samples(most)?,
                // How many images it makes is not known here.
                Stage::Generate(_) => return Ok(()),
                Stage::Embed | Stage::Measure(_) | Stage::Publish => {}
            }
        }
        Ok(())
    }

    /// The name of the output's manifest.
    pub(crate) fn manifest(&self) -> &'static str {
        if self.generation().is_some() { "output_0.manifest" } else { "output.manifest" }
    }
}
