//! Real files with some bytes changed, through the bodies of the fuzz targets. `PROPTEST_CASES` says how many.

use proptest::collection::vec;
use proptest::prelude::*;
use tidemill_dataset::manifest::fuzz_manifest;
use tidemill_dataset::{fuzz_csv, fuzz_yolo};

const MANIFESTS: [&str; 4] = [
    r#"{"source":"s3://b/a.jpg","usage":"train","id":"0f..","annotation":[{"type":"modelarts/image_classification","name":"cat","property":{"fur":"white"},"annotated-by":"human","creation-time":"2024-01-02 03:04:05"},{"type":"modelarts/image_classification","name":"pet","confidence":0.7}]}"#,
    r#"{"source":"content://Ann lives in Oslo","annotation":[{"type":"modelarts/text_entity","name":"Person","id":"E1","property":{"@modelarts:start_index":0,"@modelarts:end_index":3}},{"type":"modelarts/text_triplet","name":"livesIn","id":"R1","property":{"@modelarts:from":"E1","@modelarts:to":"E2"}}]}"#,
    r#"{"source":"obs://b/o/V/Data/7.jpg","annotation":[{"annotation-loc":"obs://b/o/V/Data/7.xml","type":"modelarts/object_detection","annotation-format":"PASCAL VOC","annotated-by":"modelarts/hard_example_algo"}]}"#,
    "{\"source\":\"s3://b/x.wav\",\"annotation\":[{\"type\":\"modelarts/audio_classification\",\"name\":\"bark\"}]}\n\n{\"source\":\"s3://b/v_t1.5.jpg\",\"sample-type\":0,\"property\":{\"@modelarts:parent_source\":\"s3://b/v.mp4\",\"@modelarts:parent_duration\":8,\"@modelarts:time_in_video\":1.5},\"hard\":\"true\",\"hard-coefficient\":0.5}\r\n",
];
const YOLO: [&str; 3] = [
    "classes = 2\ntrain  = data/train.txt\nvalid  = data/valid.txt\nnames = data/obj.names\nbackup = backup/\n",
    "0 0.5 0.5 0.25 0.25\r\n1 0.716797 0.395833 0.216406 0.147222\n2 1e-1 .9 +0.1 0.05\n",
    "person\ntraffic light\n\nÅngström\n",
];
const TABLES: [&str; 3] = [
    "name,age,born\r\nAnn,31,1990-01-02\r\n\"Smith, \"\"J.\"\"\",,2001-12-31\r\n",
    "a\tpositive,glad\nb c\tnegative\n\n\"x\ny\",1.5e300,true\n",
    "-32768,2147483647,9223372036854775807,NaN,1970-01-01 00:00:00,\u{feff}\"\"\n",
];

/// Where (as a share of the file), what is done there, and with which byte.
type Change = (f64, u8, u8);

fn changed(file: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = file.as_bytes().to_vec();
    for &(share, kind, byte) in changes {
        let at = (share * bytes.len() as f64) as usize;
        let end = (at + usize::from(byte)).min(bytes.len());
        match kind {
            0 if at < bytes.len() => bytes[at] = byte,
            1 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
            2 => bytes.insert(at, byte),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.truncate(at),
            // What is there once more.
            _ => bytes.splice(at..at, bytes[at..end].to_vec()).for_each(drop),
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    vec((0.0..1.0, 0u8..6, any::<u8>()), 0..8)
}

proptest! {
    #[test]
    fn manifests(file in prop::sample::select(&MANIFESTS[..]), changes in changes()) {
        fuzz_manifest(&changed(file, &changes));
    }

    #[test]
    fn yolo_files(file in prop::sample::select(&YOLO[..]), changes in changes()) {
        fuzz_yolo(&changed(file, &changes));
    }

    #[test]
    fn tables(file in prop::sample::select(&TABLES[..]), changes in changes()) {
        fuzz_csv(&changed(file, &changes));
    }
}
