//! Samples and their rows.

use super::{Hardness, NewSample, Place, Sample, SampleLabel, SampleStatus, Usage};
use crate::{Fraction, SampleType};
use serde_json::Value;
use std::collections::HashMap;
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, SampleRow};
use tidemill_meta::{MetaError, Tx};

/// The row of a new sample.
pub(crate) fn row_of(sample: &NewSample, now_ms: i64) -> SampleRow {
    let (location, line) = match &sample.place {
        Place::Object(location) => (Some(location), 0),
        Place::Line(location, line) => (Some(location), *line),
        Place::Inline => (None, 0),
    };
    SampleRow {
        sample_id: sample.id(),
        name: location.map(|location| location.name().to_owned()).unwrap_or_default(),
        location: location.map(Location::plain).unwrap_or_default(),
        line,
        sample_type: sample.kind.code(),
        content: sample.content.clone(),
        size: sample.size,
        etag: sample.etag.clone(),
        modified_ms: sample.modified_ms,
        created_ms: now_ms,
        status: SampleStatus::of(&sample.labels).code(),
        usage: sample.usage.map(Usage::as_str).unwrap_or_default().to_owned(),
        hard: sample.hardness.hard.map(i64::from),
        coefficient: sample.hardness.coefficient.map(Fraction::millionths),
        reasons: Value::from(sample.hardness.reasons.clone()).to_string(),
        import_origin: sample.import_origin,
        metadata: Value::Object(sample.metadata.clone()).to_string(),
    }
}

/// The sample of a row and its annotations.
pub(crate) fn sample_of(row: SampleRow, labels: Vec<SampleLabel>) -> Result<Sample, MetaError> {
    let broken = |what: &str| MetaError::Unexpected(format!("{what} of sample {}", row.sample_id));
    let place = match (row.location.as_str(), row.line) {
        ("", _) => Place::Inline,
        (text, line) => {
            let location = Location::parse(&format!("/{text}")).map_err(|_| broken("the place"))?;
            if line == 0 { Place::Object(location) } else { Place::Line(location, line) }
        }
    };
    let status = match row.status {
        1 => SampleStatus::Labeled,
        2 => SampleStatus::Unconfirmed,
        _ => SampleStatus::Unlabeled,
    };
    Ok(Sample {
        place,
        kind: SampleType::from_code(row.sample_type).ok_or_else(|| broken("the type"))?,
        status,
        usage: Usage::parse(&row.usage),
        hardness: Hardness {
            hard: row.hard.map(|hard| hard != 0),
            coefficient: row.coefficient.map(Fraction::from_millionths),
            reasons: serde_json::from_str(&row.reasons).map_err(|_| broken("the reasons"))?,
        },
        metadata: serde_json::from_str(&row.metadata).map_err(|_| broken("the metadata"))?,
        id: row.sample_id,
        content: row.content,
        size: row.size,
        etag: row.etag,
        modified_ms: row.modified_ms,
        created_ms: row.created_ms,
        import_origin: row.import_origin,
        labels,
    })
}

/// The rows with their annotations, in the order of the rows.
pub(crate) async fn with_labels(
    tx: &mut dyn Tx,
    dataset: &str,
    found: Vec<SampleRow>,
) -> Result<Vec<Sample>, MetaError> {
    let ids: Vec<String> = found.iter().map(|row| row.sample_id.clone()).collect();
    let mut labels: HashMap<String, Vec<SampleLabel>> = HashMap::new();
    for (id, row) in rows::labels_of_samples(tx, dataset, &ids).await? {
        labels.entry(id).or_default().push(SampleLabel::of(row)?);
    }
    let own = |row: SampleRow| {
        let labels = labels.remove(&row.sample_id).unwrap_or_default();
        sample_of(row, labels)
    };
    found.into_iter().map(own).collect()
}
