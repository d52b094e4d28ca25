//! Operators that look at all samples together: their parameters.

use serde_json::{Map, Value};
use tidemill_bucket::Location;
use tidemill_embedding::{PccOptions, SelectionOptions};
use tidemill_vision::parameters::{Kind, Parameter, ParameterError, Table, Values};

const SHARE: Kind = Kind::Real { min: 0.0, max: 1.0 };
const CLUSTERS: Parameter = Parameter::new("n_clusters", Kind::Count { min: 1, max: i64::MAX }, "auto");
const SIMILARITY: Parameter = Parameter::new("simlarity_threshold", SHARE, "0.9").or("similarity_threshold");
const PATH: Kind = Kind::Text { max: 1100 };

const PCC: Table = Table {
    operator: "PCC",
    parameters: &[
        Parameter::required("prototype_sample_path", PATH),
        Parameter::new("criticism_sample_path", PATH, ""),
        CLUSTERS,
        SIMILARITY,
        Parameter::new("embedding_distance", SHARE, "0.2"),
        Parameter::new("allow_basic_embedding", Kind::Boolean, "False"),
    ],
    ordered: &[],
};

const SIM_DEDUPLICATION: Table =
    Table { operator: "SimDeduplication", parameters: &[SIMILARITY], ordered: &[] };

const RRD: Table = Table {
    operator: "RRD",
    parameters: &[Parameter::new("sample_ratio", SHARE, "0.9"), CLUSTERS],
    ordered: &[],
};

/// The names of all of them.
pub(super) const NAMES: [&str; 3] = [PCC.operator, SIM_DEDUPLICATION.operator, RRD.operator];

/// An operator on all samples.
#[derive(Clone, Debug)]
pub(crate) struct SetOperator {
    pub(crate) kind: SetKind,
    /// Its parameters in force, which random numbers depend on.
    pub(crate) canonical: String,
}

/// What it does.
#[derive(Clone, Debug)]
pub(crate) enum SetKind {
    /// Keeps what looks like the prototypes.
    Cleanse {
        /// Where the prototypes are.
        prototypes: Location,
        /// Where their opposites are.
        criticism: Option<Location>,
        /// How they are compared.
        options: PccOptions,
    },
    /// Removes duplicates above this similarity.
    Deduplicate(f64),
    /// Keeps the most different samples.
    Select(SelectionOptions),
}

impl SetOperator {
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            SetKind::Cleanse { .. } => PCC.operator,
            SetKind::Deduplicate(_) => SIM_DEDUPLICATION.operator,
            SetKind::Select(_) => RRD.operator,
        }
    }

    /// The directories of pictures that it compares with.
    pub(super) fn directories(&self) -> Vec<&Location> {
        match &self.kind {
            SetKind::Cleanse { prototypes, criticism, .. } => {
                [prototypes].into_iter().chain(criticism).collect()
            }
            SetKind::Deduplicate(_) | SetKind::Select(_) => Vec::new(),
        }
    }

    /// Refuses a number of groups that so many samples cannot make; without samples there is nothing to group.
    pub(super) fn check_samples(&self, samples: u64) -> Result<(), String> {
        let (clusters, most) = match &self.kind {
            SetKind::Cleanse { options, .. } => (options.clusters, samples.saturating_sub(1)),
            SetKind::Select(options) => (options.clusters, samples),
            SetKind::Deduplicate(_) => return Ok(()),
        };
        match clusters.filter(|clusters| samples > 0 && *clusters as u64 > most) {
            None => Ok(()),
            Some(given) => Err(format!(
                "The value {given} of parameter n_clusters of {} is invalid for {samples} samples. Allowed: auto, or 1 to {most}.",
                self.name()
            )),
        }
    }
}

/// Reads the parameters of the operator `name`; `None` if there is none of that name.
pub(super) fn read(name: &str, given: &Map<String, Value>) -> Option<Result<(SetOperator, Values), String>> {
    let read = match name {
        _ if name == PCC.operator => cleanse,
        _ if name == SIM_DEDUPLICATION.operator => deduplicate,
        _ if name == RRD.operator => select,
        _ => return None,
    };
    Some(read(given).map(|(kind, values)| (SetOperator { kind, canonical: values.canonical() }, values)))
}

fn clusters(values: &Values) -> Option<usize> {
    values.count(CLUSTERS.name).and_then(|count| usize::try_from(count).ok())
}

fn told(error: ParameterError) -> String {
    error.to_string()
}

fn cleanse(given: &Map<String, Value>) -> Result<(SetKind, Values), String> {
    let values = PCC.read(given).map_err(told)?;
    let prototypes = directory("prototype_sample_path", values.text("prototype_sample_path"))?;
    let criticism = values.text("criticism_sample_path");
    let criticism =
        (!criticism.is_empty()).then(|| directory("criticism_sample_path", criticism)).transpose()?;
    let options = PccOptions {
        clusters: clusters(&values),
        similarity_threshold: values.real(SIMILARITY.name),
        embedding_distance: values.real("embedding_distance"),
        allow_basic: values.boolean("allow_basic_embedding"),
    };
    Ok((SetKind::Cleanse { prototypes, criticism, options }, values))
}

fn directory(name: &str, text: &str) -> Result<Location, String> {
    let place = Location::parse(text);
    place.map(Location::as_dir).map_err(|error| {
        format!("The value {text:?} of parameter {name} of PCC is invalid: {error}. Allowed: obs://bucket/directory/.")
    })
}

fn deduplicate(given: &Map<String, Value>) -> Result<(SetKind, Values), String> {
    let values = SIM_DEDUPLICATION.read(given).map_err(told)?;
    Ok((SetKind::Deduplicate(values.real(SIMILARITY.name)), values))
}

fn select(given: &Map<String, Value>) -> Result<(SetKind, Values), String> {
    let values = RRD.read(given).map_err(told)?;
    let options = SelectionOptions { ratio: values.real("sample_ratio"), clusters: clusters(&values) };
    Ok((SetKind::Select(options), values))
}
