//! Writing manifests, in one spelling.

use super::annotation::{Annotation, PASCAL_VOC};
use super::entry::Entry;
use serde::Serialize;
use serde_json::{Map, Value};
use tidemill_bucket::Scheme;

/// Appends the line of `entry`, its line end included, with locations written with `scheme`.
pub fn write_entry(entry: &Entry, scheme: Scheme, out: &mut Vec<u8>) {
    let line = WrittenEntry {
        id: entry.id.as_deref(),
        source: entry.source.written(scheme),
        source_type: entry.source_type.as_deref(),
        sample_type: entry.sample_type,
        usage: entry.usage.map(|usage| usage.as_lower()),
        property: &entry.property,
        hard: entry.hard.map(truth),
        hard_coefficient: entry.hard_coefficient,
        inference_loc: entry.inference_loc.as_ref().map(|loc| loc.written(scheme)),
        annotation: entry.annotations.iter().map(|a| written(a, scheme)).collect(),
    };
    let start = out.len();
    // Writing text and numbers into memory cannot fail; a line that did would be left out whole.
    if serde_json::to_writer(&mut *out, &line).is_err() {
        out.truncate(start);
        return;
    }
    out.push(b'\n');
}

const fn truth(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}

fn written(annotation: &Annotation, scheme: Scheme) -> WrittenAnnotation<'_> {
    WrittenAnnotation {
        kind: format!("modelarts/{}", annotation.kind.suffix()),
        name: annotation.name.as_deref(),
        id: annotation.id.as_deref(),
        property: &annotation.property,
        annotation_loc: annotation.annotation_loc.as_ref().map(|loc| loc.written(scheme)),
        annotation_format: annotation.annotation_loc.as_ref().map(|_| PASCAL_VOC),
        annotated_by: annotation.annotated_by.as_deref(),
        confidence: annotation.confidence,
        creation_time: annotation.creation_time.as_deref(),
        hard: annotation.hard.map(truth),
        hard_coefficient: annotation.hard_coefficient,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct WrittenEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample_type: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'static str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    property: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard_coefficient: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inference_loc: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotation: Vec<WrittenAnnotation<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct WrittenAnnotation<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    property: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation_loc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation_format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotated_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_time: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard_coefficient: Option<f64>,
}
