//! Operators one after the other become the stages of a run.

use super::generation;
use super::named::Operator;
use super::pipeline::{Family, Pipeline};
use super::stage::{MapSteps, Stage};
use super::step::MapStep;
use super::task_type::TaskType;
use super::validation::Validation;
use std::sync::Arc;
use tidemill_vision::parameters::Values;

/// The stages of a run on their way: operators are added in their order.
pub(super) struct Building {
    task_type: TaskType,
    family: Family,
    stages: Vec<Stage>,
    steps: Vec<Box<dyn MapStep>>,
    /// Of the operators since the last one on all samples.
    copies: u32,
    /// How many products the operators make of one picture.
    pub(super) copies_in_all: u32,
    /// Samples were validated and nothing was read since.
    validated: bool,
    checked: bool,
    validates: bool,
    /// An operator's `total_status` has no changed samples.
    knows_no_changes: bool,
    fails: Option<String>,
    of_domains: bool,
    /// Operators that run or train a generator.
    pub(super) generations: u32,
}

impl Building {
    pub(super) fn new() -> Self {
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

    pub(super) fn add(&mut self, operator: Operator, values: &Values) {
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

    pub(super) fn finish(mut self) -> Pipeline {
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

/// Whether a `total_status` lists results, and changed samples (1) are not among them.
fn knows_no_changes(total_status: &str) -> bool {
    let listed = serde_json::from_str::<Vec<i64>>(total_status).unwrap_or_default();
    !listed.is_empty() && !listed.contains(&1)
}
