use super::*;
use bytes::Bytes;
use futures::{executor::block_on, stream};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tidemill_bucket::{Location, Scheme};
use tidemill_model::limits::MANIFEST_LINE_BYTES_MAX;

/// The examples of the behaviour document, section 4, and those of the outputs of processing, section 2.1.
const EXAMPLES: &str = r#"{"source":"s3://b/a.jpg","usage":"train","id":"0f..","annotation":[{"type":"modelarts/image_classification","name":"cat","property":{"fur":"white"},"annotated-by":"human","creation-time":"2024-01-02 03:04:05"},{"type":"modelarts/image_classification","name":"pet","confidence":0.7}]}
{"source":"s3://b/s.jpg","sample-type":0,"annotation":[{"type":"modelarts/image_segmentation","annotation-loc":"s3://b/s.xml","annotation-format":"PASCAL VOC"}]}
{"source":"content://fine","annotation":[{"type":"modelarts/text_classification","name":"good"}]}
{"source":"content://Ann lives in Oslo","annotation":[{"type":"modelarts/text_entity","name":"Person","id":"E1","property":{"@modelarts:start_index":0,"@modelarts:end_index":3}},{"type":"modelarts/text_entity","name":"City","id":"E2","property":{"@modelarts:start_index":13,"@modelarts:end_index":17}},{"type":"modelarts/text_triplet","name":"livesIn","id":"R1","property":{"@modelarts:from":"E1","@modelarts:to":"E2"}}]}
{"source":"s3://b/x.wav","annotation":[{"type":"modelarts/audio_classification","name":"bark"}]}
{"source":"s3://b/y.wav","annotation":[{"type":"modelarts/audio_content","property":{"@modelarts:content":"hello"}}]}
{"source":"s3://b/z.wav","annotation":[{"type":"modelarts/audio_segmentation","property":{"@modelarts:start_time":"00:00:01.000","@modelarts:end_time":"00:00:02.500","@modelarts:source":"Ann","@modelarts:content":"hi"}}]}
{"source":"s3://b/v_t1.5.jpg","sample-type":0,"property":{"@modelarts:parent_source":"s3://b/v.mp4","@modelarts:parent_duration":8,"@modelarts:time_in_video":1.5},"annotation":[{"type":"modelarts/object_detection","annotation-loc":"s3://b/v_t1.5.xml"}]}
{"id":"<md5>","source":"obs://b/o/VID/Data/cat/1_checked.jpg","property":{"@modelarts:data_checked":true},"usage":"train","annotation":[{"name":"cat","type":"modelarts/image_classification"}]}
{"source":"obs://b/o/VID/Data/7.jpg","annotation":[{"annotation-loc":"obs://b/o/VID/Data/7.xml","type":"modelarts/object_detection","annotation-format":"PASCAL VOC","annotated-by":"modelarts/hard_example_algo"}]}
"#;

fn at(text: &str) -> Location {
    Location::parse(text).unwrap()
}

fn read(text: &str) -> Vec<Line> {
    let chunks = text.as_bytes().chunks(5).map(|c| Ok::<_, ()>(Bytes::copy_from_slice(c)));
    let mut reader = Reader::new(stream::iter(chunks.collect::<Vec<_>>()), at("/m/dir/"));
    let mut lines = Vec::new();
    while let Some(line) = block_on(reader.next()).unwrap() {
        lines.push(line);
    }
    assert_eq!(reader.bad_lines(), lines.iter().filter(|l| l.entry.is_err()).count() as u64);
    lines
}

fn entry(text: &str) -> Entry {
    read_entry(text.as_bytes(), &at("/m/dir/")).unwrap()
}

fn refusal(text: &str) -> String {
    read_entry(text.as_bytes(), &at("/m/dir/")).unwrap_err().to_string()
}

fn written(entry: &Entry, scheme: Scheme) -> Value {
    let mut out = Vec::new();
    write_entry(entry, scheme, &mut out);
    assert_eq!(out.pop(), Some(b'\n'));
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn every_documented_example_is_read_and_written_as_it_was() {
    for (line, text) in read(EXAMPLES).iter().zip(EXAMPLES.lines()) {
        let scheme = if text.contains("obs://") { Scheme::Obs } else { Scheme::S3 };
        let mut expected: Value = serde_json::from_str(text).unwrap();
        for annotation in expected["annotation"].as_array_mut().unwrap() {
            if annotation.get("annotation-loc").is_some() {
                annotation["annotation-format"] = json!("PASCAL VOC");
            }
        }
        assert_eq!(written(line.entry.as_ref().unwrap(), scheme), expected);
    }
    assert_eq!(read(EXAMPLES).len(), 10);
}

#[test]
fn what_the_examples_say_is_understood() {
    let lines: Vec<Entry> = read(EXAMPLES).into_iter().map(|l| l.entry.unwrap()).collect();
    let first = &lines[0];
    assert_eq!((&first.source, first.usage), (&Source::Object(at("/b/a.jpg")), Some(Usage::Train)));
    assert_eq!(first.annotations[0].property["fur"], "white");
    assert_eq!(first.annotations[1].confidence, Some(0.7));
    assert_eq!(lines[1].annotations[0].annotation_loc, Some(at("/b/s.xml")));
    assert_eq!(lines[2].source, Source::Content("fine".into()));
    assert_eq!(lines[3].annotations[2].kind, AnnotationKind::TextTriplet);
    assert_eq!(lines[7].property["@modelarts:time_in_video"], 1.5);
}

#[test]
fn spellings_of_older_files_are_read() {
    let entry = entry(
        r#"{"source":"s3a://b/a.jpg","usage":"TeSt","hard":true,"hard_coefficient":"0.5","sample_type":"0","inference_loc":"r/a.json",
        "annotation":[{"type":"x/sound_classification","name":"bark","property":"{\"k\":1}","annotated_by":"human","creation_time":"t"},
        {"type":"object_detection","annotation_loc":"./a.xml","annotation_format":"pascal voc","hard":"False","property":""}],
        "source_type":"CarbonData","id":null,"unknown":[1]}"#,
    );
    assert_eq!((entry.source.clone(), entry.usage), (Source::Object(at("/b/a.jpg")), Some(Usage::Test)));
    assert_eq!((entry.hard, entry.hard_coefficient, entry.sample_type), (Some(true), Some(0.5), Some(0)));
    assert_eq!(entry.inference_loc, Some(at("/m/dir/r/a.json")));
    assert_eq!((entry.source_type.as_deref(), entry.id), (Some("CarbonData"), None));
    let [sound, shapes] = &entry.annotations[..] else { panic!("two annotations") };
    assert_eq!((sound.kind, &sound.property["k"]), (AnnotationKind::AudioClassification, &json!(1)));
    assert_eq!((sound.annotated_by.as_deref(), sound.creation_time.as_deref()), (Some("human"), Some("t")));
    assert_eq!((shapes.annotation_loc.clone(), shapes.hard), (Some(at("/m/dir/a.xml")), Some(false)));
}

#[test]
fn a_bad_line_is_told_by_its_number_and_the_others_are_read() {
    let long = format!("{{\"source\":\"content://{}\"}}", "x".repeat(MANIFEST_LINE_BYTES_MAX));
    let text = format!(
        "\u{feff}{{\"source\":\"s3://b/a\"}}\r\n\n  \n{{\"source\":\n{long}\n{{\"source\":\"s3://b/z\"}}"
    );
    let lines = read(&text);
    let told: Vec<_> = lines.iter().map(|l| (l.number, l.entry.is_ok())).collect();
    assert_eq!(told, [(1, true), (4, false), (5, false), (6, true)]);
    assert_eq!(lines[2].entry, Err(InvalidLine::TooLong));
}

#[test]
fn what_a_line_lacks_is_said() {
    for (line, why) in [
        ("[]", "the line is no JSON object"),
        ("{}", "source is missing"),
        (r#"{"source":"a.jpg"}"#, "source: a path begins with"),
        (r#"{"source":"s3://b/d/"}"#, "source names no object"),
        (r#"{"source":"s3://b/../x"}"#, "source: the path contains a part"),
        (r#"{"source":"s3://b/x","usage":"fun"}"#, "usage must be TRAIN, EVAL, TEST or INFERENCE"),
        (r#"{"source":"s3://b/x","hard":"perhaps"}"#, "hard must be \"true\" or \"false\""),
        (r#"{"source":"s3://b/x","hard-coefficient":1.5}"#, "hard-coefficient must be a number from 0 to 1"),
        (r#"{"source":"s3://b/x","annotation":{}}"#, "annotation must be a list"),
        (r#"{"source":"s3://b/x","annotation":[7]}"#, "annotation must be a list of objects"),
        (r#"{"source":"s3://b/x","annotation":[{"name":"a"}]}"#, "annotation.type is missing"),
        (r#"{"source":"s3://b/x","annotation":[{"type":"modelarts/smell"}]}"#, "annotation.type must end in"),
        (
            r#"{"source":"s3://b/x","annotation":[{"type":"modelarts/image_classification"}]}"#,
            "annotation.name is missing",
        ),
        (
            r#"{"source":"s3://b/x","annotation":[{"type":"modelarts/object_detection"}]}"#,
            "annotation.annotation-loc is missing",
        ),
        (
            r#"{"source":"s3://b/x","annotation":[{"type":"object_detection","annotation-loc":"../a.xml"}]}"#,
            "annotation-loc: the path contains a part",
        ),
        (
            r#"{"source":"s3://b/x","annotation":[{"type":"object_detection","annotation-loc":"a","annotation-format":"COCO"}]}"#,
            "annotation.annotation-format must be PASCAL VOC",
        ),
        (r#"{"source":"s3://b/x","property":"{"}"#, "property must be an object"),
    ] {
        let said = refusal(line);
        assert!(said.starts_with(why), "{line}: {said}");
    }
}

fn location() -> impl Strategy<Value = Location> {
    "[a-z]{1,4}/[a-zA-Z0-9 é_-]{1,6}(/[a-z.]{3,6}x)?".prop_map(|plain| at(&format!("/{plain}")))
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![location().prop_map(Source::Object), any::<String>().prop_map(Source::Content)]
}

fn property() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::Null),
        proptest::collection::vec((0i64..999).prop_map(Value::from), 0..3).prop_map(Value::from),
    ];
    proptest::collection::vec((any::<String>(), value), 0..3).prop_map(|pairs| pairs.into_iter().collect())
}

fn share() -> impl Strategy<Value = Option<f64>> {
    proptest::option::of((0u32..=1000).prop_map(|n| f64::from(n) / 1000.0))
}

prop_compose! {
    fn annotation()(
        kind in 0..AnnotationKind::ALL.len(),
        name in "[a-zé]{1,5}",
        id in proptest::option::of("E[0-9]"),
        property in property(),
        loc in location(),
        by in proptest::option::of(".{0,9}"),
        confidence in share(),
        hard in any::<Option<bool>>(),
        hard_coefficient in share(),
    ) -> Annotation {
        let kind = AnnotationKind::ALL[kind];
        Annotation {
            kind,
            name: kind.is_classification().then_some(name),
            id,
            property,
            annotation_loc: kind.has_file().then_some(loc),
            annotated_by: by,
            confidence,
            creation_time: None,
            hard,
            hard_coefficient,
        }
    }
}

prop_compose! {
    fn any_entry()(
        source in source(),
        usage in proptest::option::of(0..4usize),
        id in proptest::option::of("[0-9a-f]{32}"),
        annotations in proptest::collection::vec(annotation(), 0..3),
        hard in any::<Option<bool>>(),
        hard_coefficient in share(),
        property in property(),
        sample_type in any::<Option<i64>>(),
        inference_loc in proptest::option::of(location()),
        source_type in proptest::option::of("csv|CarbonData"),
    ) -> Entry {
        let usage = usage.map(|at| Usage::ALL[at]);
        Entry { source, usage, id, annotations, hard, hard_coefficient, property, sample_type, inference_loc, source_type }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(entry in any_entry()) {
        for scheme in [Scheme::Slash, Scheme::Obs, Scheme::S3] {
            let mut line = Vec::new();
            write_entry(&entry, scheme, &mut line);
            prop_assert_eq!(line.iter().filter(|b| **b == b'\n').count(), 1);
            let again = read_entry(&line, &at("/m/dir/"));
            prop_assert_eq!(again.as_ref(), Ok(&entry));
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzz_manifest(&bytes);
    }

    #[test]
    fn any_change_of_an_example_is_read(at in 0..EXAMPLES.len(), byte in any::<u8>()) {
        let mut bytes = EXAMPLES.as_bytes().to_vec();
        bytes[at] = byte;
        fuzz_manifest(&bytes);
    }
}
