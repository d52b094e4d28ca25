//! The reference outcomes of the repair rules, made independently by counting on a raster.

use serde_json::Value;
use tidemill_vision::voc::{Document, Finding, ImageSize, Repair, repair};

const CASES: &str = include_str!("../data/voc_cases.json");

#[test]
fn every_document_is_judged_like_the_reference() {
    let cases: Value = serde_json::from_str(CASES).unwrap();
    let documents = cases["voc"].as_array().unwrap();
    assert_eq!(documents.len(), 44);
    for case in documents {
        assert_eq!(outcome(case), expected(case), "{}", case["name"]);
    }
}

/// What became of a document: why it was dropped, else its size and objects; and what was removed.
type Outcome = (Option<String>, Option<(ImageSize, Vec<Value>)>, Vec<(String, String)>);

fn outcome(case: &Value) -> Outcome {
    let Ok(mut document) = Document::parse(case["xml"].as_str().unwrap().as_bytes()) else {
        return (Some("unparsable".to_owned()), None, Vec::new());
    };
    let from = size(&case["image"]);
    let scale = case["scale"].as_f64().unwrap();
    let scaled = |side: u32| (f64::from(side) * scale).round() as u32;
    let to = ImageSize { width: scaled(from.width), height: scaled(from.height) };
    let found = repair(&mut document, from, to);
    let removed = removed(&found);
    if let Some(code) = found.dropped {
        return (Some(code.to_owned()), None, removed);
    }
    // What counts is what a reader of the repaired file sees.
    let unrounded = objects(&document, &found);
    let written = Document::parse(&document.write()).unwrap();
    assert_eq!(written.objects.len(), document.objects.len());
    (None, Some((written.size().unwrap(), unrounded)), removed)
}

fn objects(document: &Document, found: &Repair) -> Vec<Value> {
    let entry = |object: &tidemill_vision::voc::Object| {
        let rect = object.rect().unwrap();
        let sides = [rect.xmin, rect.ymin, rect.xmax, rect.ymax].map(|side| (side * 1e4).round() / 1e4);
        let mut entry = vec![Value::from(object.name.clone())];
        entry.extend(sides.map(Value::from));
        if found.findings.contains(&Finding::Clipped { object: object.name.clone() }) {
            entry.push(Value::from("clipped"));
        }
        Value::from(entry)
    };
    document.objects.iter().map(entry).collect()
}

fn removed(found: &Repair) -> Vec<(String, String)> {
    let removed = |finding: &Finding| match finding {
        Finding::Removed { object, code } => Some((object.clone(), (*code).to_owned())),
        _ => None,
    };
    found.findings.iter().filter_map(removed).collect()
}

fn expected(case: &Value) -> Outcome {
    let expect = &case["expect"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let removed = expect["removed"]
        .as_array()
        .map_or(Vec::new(), |removed| removed.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect());
    if expect["xml"] == "drop" {
        return (Some(text(&expect["reason"])), None, removed);
    }
    let numbers = |entry: &Value| {
        let part = |value: &Value| value.as_f64().map_or(value.clone(), Value::from);
        Value::from(entry.as_array().unwrap().iter().map(part).collect::<Vec<_>>())
    };
    let objects = expect["objects"].as_array().unwrap().iter().map(numbers).collect();
    let size = ImageSize {
        width: expect["width"].as_u64().unwrap() as u32,
        height: expect["height"].as_u64().unwrap() as u32,
    };
    (None, Some((size, objects)), removed)
}

fn size(value: &Value) -> ImageSize {
    ImageSize { width: value[0].as_u64().unwrap() as u32, height: value[1].as_u64().unwrap() as u32 }
}
