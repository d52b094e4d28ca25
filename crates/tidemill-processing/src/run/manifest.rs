//! `output.manifest`: one line for each sample that is in the output.

use super::place::{Layout, has_boxes};
use super::publish::beside;
use super::record::Record;
use super::said::{complete, inherited, said_of};
use crate::operator::Family;
use md5::{Digest, Md5};
use serde_json::Value;
use tidemill_bucket::{Location, Scheme};
use tidemill_dataset::manifest::{Annotation, AnnotationKind, Entry, Source, Usage, write_entry};

/// Who made the boxes of an added sample.
const ADDED_BY: &str = "modelarts/hard_example_algo";

/// Where the lines of a shard are kept, beside the table of what became of it.
pub(crate) fn part_key(table: &str) -> String {
    format!("{}.manifest", table.trim_end_matches(".arrow"))
}

/// Adds the line of a record if it is in the output.
pub(crate) fn write_line(
    record: &Record,
    output: &Location,
    layout: Layout,
    checked: bool,
    out: &mut Vec<u8>,
) {
    if let Some(entry) = entry(record, output, layout, checked) {
        write_entry(&entry, Scheme::Obs, out);
    }
}

fn entry(record: &Record, output: &Location, layout: Layout, checked: bool) -> Option<Entry> {
    let key = record.product.clone()?;
    let place = Location { bucket: output.bucket.clone(), key };
    let mut entry = Entry::new(Source::Object(place.clone()));
    entry.id = Some(sample_id(&place));
    entry.usage = record.usage.as_deref().and_then(Usage::parse);
    entry.property = record.property.clone();
    if checked {
        entry.property.insert("@modelarts:data_checked".to_owned(), Value::Bool(true));
    }
    entry.annotations = annotations(record, &place, layout);
    Some(entry)
}

fn annotations(record: &Record, place: &Location, layout: Layout) -> Vec<Annotation> {
    let is_new = layout.family == Family::Addition;
    let said = said_of(record);
    let said = if is_new { inherited(&said).into() } else { said };
    let named = |name: &String| {
        let mut annotation = Annotation::new(AnnotationKind::ImageClassification);
        annotation.name = Some(name.clone());
        complete(&mut annotation, &said);
        annotation
    };
    let mut all: Vec<Annotation> = record.labels.iter().map(named).collect();
    if has_boxes(record) {
        let mut boxes = Annotation::new(AnnotationKind::ObjectDetection);
        complete(&mut boxes, &said);
        boxes.annotation_loc = Some(beside(place, "xml"));
        if is_new {
            boxes.annotated_by = Some(ADDED_BY.to_owned());
        }
        all.push(boxes);
    }
    all
}

/// The id of the sample at a place.
pub fn sample_id(place: &Location) -> String {
    hex::encode(Md5::digest(place.plain()))
}
