//! Whether a sample at hand fulfils a condition: what the catalog finds for samples of a dataset, for samples that are
//! not in it, as those of a version.

use super::{Condition, Join};
use crate::Fraction;
use crate::sample::{NewSample, SampleLabel, SampleStatus};
use serde_json::{Map, Value};
use tidemill_bucket::Location;

/// What an annotation without a score counts as, in millionths.
const SURE: i64 = 1_000_000;

/// Whether the sample fulfils the condition. When it was added is not known of it, so no period holds.
pub(crate) fn matches(condition: &Condition, sample: &NewSample) -> bool {
    let place = sample.place.location();
    match condition {
        Condition::Several(Join::And, parts) => parts.iter().all(|part| matches(part, sample)),
        Condition::Several(Join::Or, parts) => parts.iter().any(|part| matches(part, sample)),
        Condition::Status(codes) => codes.contains(&SampleStatus::of(&sample.labels).code()),
        Condition::SampleType(code) => sample.kind.code() == *code,
        Condition::Annotated { .. } => sample.labels.iter().any(|label| is_annotated(condition, label)),
        Condition::Annotator(who) => sample.labels.iter().any(|label| label.annotated_by == *who),
        Condition::Hard(hard) => sample.hardness.hard.unwrap_or(false) == *hard,
        Condition::Coefficient(low, high) => {
            let coefficient = sample.hardness.coefficient.map(Fraction::millionths);
            coefficient.is_some_and(|coefficient| (*low..=*high).contains(&coefficient))
        }
        Condition::Name(name) => place.map(Location::name).unwrap_or_default() == name,
        Condition::Directory(directory) => place.is_some_and(|place| is_in(directory, place)),
        Condition::Added(..) => false,
        Condition::ImportOrigin(code) => sample.import_origin == *code,
        Condition::Metadata(key, values) => has_member(&sample.metadata, key, values),
    }
}

/// Whether it lies in the directory `bucket/key/`, not below it.
fn is_in(directory: &str, place: &Location) -> bool {
    place.plain().strip_prefix(directory).is_some_and(|name| !name.contains('/'))
}

fn is_annotated(condition: &Condition, label: &SampleLabel) -> bool {
    let Condition::Annotated { name, label_type, confirmed, score, properties, join } = condition else {
        return false;
    };
    let sure = label.score.map_or(SURE, Fraction::millionths);
    let has = |(key, values): &(String, Vec<String>)| has_member(&label.property, key, values);
    let fits = match join {
        _ if properties.is_empty() => true,
        Join::And => properties.iter().all(has),
        Join::Or => properties.iter().any(has),
    };
    fits && name.as_ref().is_none_or(|name| label.name == *name)
        && label_type.is_none_or(|code| label.kind.code() == code)
        && confirmed.is_none_or(|confirmed| label.confirmed == confirmed)
        && score.is_none_or(|(low, high)| (low..=high).contains(&sure))
}

/// Whether a member is there, or has one of some values.
fn has_member(members: &Map<String, Value>, key: &str, values: &[String]) -> bool {
    match members.get(key) {
        None | Some(Value::Null) => false,
        Some(_) if values.is_empty() => true,
        Some(Value::String(text)) => values.contains(text),
        // Truth values are kept as 1 and 0.
        Some(Value::Bool(truth)) => {
            let words = if *truth { ["true", "1"] } else { ["false", "0"] };
            values.iter().any(|value| words.contains(&value.as_str()))
        }
        Some(other) => values.contains(&other.to_string()),
    }
}
