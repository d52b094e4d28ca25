//! Pictures that take more memory than there is: dropped with a reason, before anything of them is decoded.

use crate::support::{World, ended, photographs, project, request, results};
use serde_json::{Value, json};
use tidemill_vision::{DecodeLimits, ImageFormat, Pixels, dimensions, encode};

/// Enough for a thumbnail, too little for a photograph.
const MEMORY_BYTES: u64 = 2 << 20;

/// A picture whose size stands behind more than its beginning.
fn with_a_late_header(jpeg: &[u8]) -> Vec<u8> {
    let segment = [&[0xff, 0xe5, 0xff, 0xff][..], &[0; 65_533]].concat();
    [&jpeg[..2], &segment.repeat(5), &jpeg[2..]].concat()
}

fn thumbnail(shade: u8) -> Vec<u8> {
    let rgb = (0..80 * 60).flat_map(|i| [shade, (i % 80) as u8, (i / 80) as u8]).collect();
    encode(&Pixels::new(80, 60, rgb).unwrap(), ImageFormat::Jpeg).unwrap()
}

fn unchecked(name: &str) -> Value {
    json!([{"name": name, "params": {"do_validation": "False"}}])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_more_memory_than_there_is_is_dropped_unread() {
    let mut world = World::new().await;
    world.config.memory_bytes = MEMORY_BYTES;
    let photograph = photographs(1).remove(0).1;
    let size = dimensions(&photograph, &DecodeLimits::default()).unwrap();
    world.put("in/a.jpg", photograph.clone()).await;
    world.put("in/b.jpg", with_a_late_header(&photograph)).await;
    world.put("in/c.jpg", thumbnail(7)).await;
    world.put("in/d.jpg", with_a_late_header(&thumbnail(200))).await;
    let processing = world.process().await;
    for (template, operators, small) in [
        ("sys_data_validation", json!([{"name": "MetaValidation"}]), [0, 0]),
        ("sys_data_augmentation", unchecked("HistogramEqual"), [3, 3]),
        // The thumbnails are nearly the same; the larger file stays.
        ("sys_data_selection", unchecked("SimDeduplication"), [2, 0]),
    ] {
        let mut body = request(template, operators);
        body.name = Some(template.to_owned());
        let task = processing.create_task(&project(), body).await.unwrap();
        let version = ended(&processing, &task).await;
        assert_eq!((version.status, version.error_msg.as_deref()), (2, None));
        let rows = results(&processing, &version).await;
        let properties: Vec<_> = rows.iter().map(|row| row.property).collect();
        assert_eq!(properties, [2, 2, small[0], small[1]], "{template}: {rows:#?}");
        for row in &rows[..2] {
            let why = row.reasons.last().unwrap();
            let told = format!("the picture of {} x {} pixels takes ", size.width, size.height);
            let limit = format!("more than processing.memory-bytes allows, {MEMORY_BYTES}");
            assert_eq!(why.code, "too_large");
            assert!(why.english.starts_with(&told) && why.english.ends_with(&limit), "{}", why.english);
        }
    }
    processing.shutdown().await;
}
