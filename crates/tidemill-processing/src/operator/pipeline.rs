//! A list of operators as the stages of a run.

use super::generation::{self, Generation};
use super::set::{self, SetOperator};
use super::step::{MapStep, Verdict, Work};
use super::validation::{self, Validation};
use super::{analysis, augmentation};
use crate::error::ProcessingError;
use crate::run::{COPIES_MAX, Measure};
use crate::task::Template;
use std::sync::Arc;
use tidemill_api::modelarts::processing::OperatorParam;
use tidemill_bucket::Location;
use tidemill_dataset::DatasetType;
use tidemill_vision::augment::Augmentation;
use tidemill_vision::parameters::{ParameterError, Values};

/// What the outputs of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// The samples that were kept, in directories by label.
    Selection,
    /// New samples beside the ones that were read, flat.
    Addition,
}

/// What the samples are labeled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskType {
    /// Names.
    Classification,
    /// Boxes.
    Detection,
    /// Whatever is found beside each picture.
    Either,
}

impl TaskType {
    /// The type of datasets that such samples belong to; `None` if that is not told.
    pub(crate) fn kind(self) -> Option<DatasetType> {
        match self {
            Self::Classification => Some(DatasetType::ImageClassification),
            Self::Detection => Some(DatasetType::ObjectDetection),
            Self::Either => None,
        }
    }

    /// What the samples of such a dataset are labeled with.
    pub(crate) fn of_kind(kind: DatasetType) -> Self {
        match kind {
            DatasetType::ImageClassification => Self::Classification,
            DatasetType::ObjectDetection => Self::Detection,
            _ => Self::Either,
        }
    }
}

/// One pass over the samples.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// Operators that look at one sample alone.
    Map(MapSteps),
    /// What an operator on all samples has to know of each.
    Embed,
    /// Its decisions.
    Decide(SetOperator),
    /// A generator makes images.
    Generate(Arc<Generation>),
    /// Feature analysis.
    Measure(Measure),
    /// Products go to their places.
    Publish,
}

impl Stage {
    /// What it is called in the progress of a run.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Map(_) => "processing",
            Self::Embed => "embedding",
            Self::Decide(_) => "comparing",
            Self::Generate(_) => "generating",
            Self::Measure(_) => "analysing",
            Self::Publish => "publishing",
        }
    }
}

/// Operators that look at one sample alone, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct MapSteps {
    steps: Arc<Vec<Box<dyn MapStep>>>,
    /// How many products one picture has.
    pub(crate) copies: u32,
}

impl MapSteps {
    /// Takes a sample through all of them, unless one drops it.
    pub(crate) fn apply(&self, work: &mut Work) -> Verdict {
        let mut verdicts = self.steps.iter().map(|step| step.apply(work));
        verdicts.find(|verdict| *verdict != Verdict::Kept).unwrap_or(Verdict::Kept)
    }

    /// The most pixels a picture of this size has on its way, and the most it has at the end.
    pub(crate) fn most_pixels(&self, size: (u32, u32)) -> (u64, u64) {
        let pixels = |(width, height)| u64::from(width) * u64::from(height);
        let (mut now, mut most) = (size, pixels(size));
        for step in self.steps.iter() {
            let next = step.largest(now);
            // Stretched in one direction before the other.
            most = most.max(pixels(next)).max(pixels((next.0, now.1)));
            now = next;
        }
        (most, pixels(now))
    }
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

/// One operator with its checked parameters.
enum Operator {
    Validation(Box<dyn MapStep>),
    Augmentation(Augmentation),
    Set(SetOperator),
    Generation(generation::Task),
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

fn invalid(error: ParameterError) -> ProcessingError {
    ProcessingError::Invalid(error.to_string())
}

/// The names of all operators.
fn names() -> String {
    let augmentations = tidemill_vision::augment::operators().iter().map(|operator| operator.table.operator);
    let all = [validation::TABLE.operator]
        .into_iter()
        .chain(set::NAMES)
        .chain(generation::NAMES)
        .chain(augmentations);
    all.collect::<Vec<_>>().join(", ")
}

fn operator(param: &OperatorParam) -> Result<(Operator, Values), ProcessingError> {
    let name = param.name.as_deref().or(param.id.as_deref()).unwrap_or_default();
    let given = param.params.clone().unwrap_or_default();
    if name == validation::TABLE.operator {
        let (step, values) = Validation::read(&given).map_err(invalid)?;
        return Ok((Operator::Validation(step), values));
    }
    if let Some(read) = augmentation::read(name, &given) {
        let augmentation = read.map_err(invalid)?;
        let values = augmentation.values().clone();
        return Ok((Operator::Augmentation(augmentation), values));
    }
    if let Some(read) = set::read(name, &given) {
        let (operator, values) = read.map_err(ProcessingError::Invalid)?;
        return Ok((Operator::Set(operator), values));
    }
    if let Some(read) = generation::read(name, &given) {
        let (task, values) = read.map_err(ProcessingError::Invalid)?;
        return Ok((Operator::Generation(task), values));
    }
    let names = names();
    Err(ProcessingError::Invalid(format!("The operator {name:?} is unknown. Allowed: {names}.")))
}

/// Whether a `total_status` lists results, and changed samples (1) are not among them.
fn knows_no_changes(total_status: &str) -> bool {
    let listed = serde_json::from_str::<Vec<i64>>(total_status).unwrap_or_default();
    !listed.is_empty() && !listed.contains(&1)
}

struct Building {
    task_type: TaskType,
    family: Family,
    stages: Vec<Stage>,
    steps: Vec<Box<dyn MapStep>>,
    /// Of the operators since the last one on all samples.
    copies: u32,
    copies_in_all: u32,
    /// Samples were validated and nothing was read since.
    validated: bool,
    checked: bool,
    validates: bool,
    /// An operator's `total_status` has no changed samples.
    knows_no_changes: bool,
    fails: Option<String>,
    of_domains: bool,
    /// Operators that run or train a generator.
    generations: u32,
}

impl Building {
    fn new() -> Self {
        Self {
            task_type: TaskType::Either,
            family: Family::Selection,
            stages: Vec::new(),
            steps: Vec::new(),
            copies: 1,
            copies_in_all: 1,
            validated: false,
            checked: false,
            validates: false,
            knows_no_changes: false,
            fails: None,
            of_domains: false,
            generations: 0,
        }
    }

    fn add(&mut self, operator: Operator, values: &Values) {
        match values.text("task_type") {
            "image_classification" => self.task_type = TaskType::Classification,
            "object_detection" => self.task_type = TaskType::Detection,
            _ => {}
        }
        let is_validation = matches!(operator, Operator::Validation(_));
        if !is_validation && !self.validated && values.boolean("do_validation") {
            self.steps.push(Validation::without_limits());
            self.validates = true;
        }
        self.validated = true;
        self.checked |= is_validation;
        self.knows_no_changes |= knows_no_changes(values.text("total_status"));
        match operator {
            Operator::Validation(step) => self.steps.push(step),
            Operator::Augmentation(augmentation) => {
                self.family = Family::Addition;
                self.copies = self.copies.saturating_mul(augmentation.copies());
                self.copies_in_all = self.copies_in_all.saturating_mul(augmentation.copies());
                self.steps.push(Box::new(augmentation));
            }
            Operator::Generation(task) => self.generate(task),
            Operator::Set(operator) => {
                self.end_map();
                self.stages.extend([Stage::Embed, Stage::Decide(operator)]);
            }
        }
    }

    fn generate(&mut self, task: generation::Task) {
        self.family = Family::Addition;
        self.generations += 1;
        match task {
            generation::Task::Fails { why, of_domains } => {
                (self.fails, self.of_domains) = (Some(why), of_domains)
            }
            generation::Task::Predict(generation) => {
                self.end_map();
                self.stages.push(Stage::Generate(Arc::new(generation)));
            }
        }
    }

    fn end_map(&mut self) {
        if !self.steps.is_empty() {
            let steps = Arc::new(std::mem::take(&mut self.steps));
            let copies = std::mem::replace(&mut self.copies, 1);
            self.stages.push(Stage::Map(MapSteps { steps, copies }));
        }
    }

    fn finish(mut self) -> Pipeline {
        self.end_map();
        self.stages.push(Stage::Publish);
        Pipeline {
            task_type: self.task_type,
            family: self.family,
            stages: self.stages,
            checked: self.checked,
            validates: self.validates,
            hides_changes: self.knows_no_changes && !self.checked,
            fails: self.fails,
            of_domains: self.of_domains,
        }
    }
}
