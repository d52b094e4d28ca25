//! `index xc yc w h`, one box a line, centre and size as shares of the image.

use crate::import::LABELS_PER_SAMPLE_MAX;
use crate::import::encoding;
use crate::import::skip::Skip;
use tidemill_vision::Rect;

/// A box in pixels and the index of its class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct YoloBox {
    pub(crate) class: usize,
    pub(crate) rect: Rect,
}

/// The boxes of an image of `width` by `height` whose classes are below `classes`. One broken line breaks the file.
pub(crate) fn read_label_file(
    bytes: &[u8],
    classes: usize,
    width: u32,
    height: u32,
) -> Result<Vec<YoloBox>, Skip> {
    let text = encoding::decode(bytes).ok_or(Skip::Encoding)?;
    let mut boxes = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if boxes.len() >= LABELS_PER_SAMPLE_MAX {
            return Err(Skip::TooManyLabels);
        }
        boxes.push(read_line(line, classes, f64::from(width), f64::from(height)).ok_or(Skip::LabelFile)?);
    }
    Ok(boxes)
}

fn read_line(line: &str, classes: usize, width: f64, height: f64) -> Option<YoloBox> {
    let mut words = line.split_ascii_whitespace();
    let class: usize = words.next()?.parse().ok().filter(|class| *class < classes)?;
    let mut share = || words.next()?.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    let (xc, yc, w, h) = (share()?, share()?, share()?, share()?);
    if words.next().is_some() || w <= 0.0 || h <= 0.0 {
        return None;
    }
    let rect = Rect {
        xmin: pixel((xc - w / 2.0) * width, width),
        ymin: pixel((yc - h / 2.0) * height, height),
        xmax: pixel((xc + w / 2.0) * width, width),
        ymax: pixel((yc + h / 2.0) * height, height),
    };
    (rect.xmin < rect.xmax && rect.ymin < rect.ymax).then_some(YoloBox { class, rect })
}

/// The nearest whole pixel inside.
fn pixel(at: f64, side: f64) -> f64 {
    at.round().clamp(0.0, side)
}

/// The file that [`read_label_file`] reads; whole pixels come back as they were.
pub(crate) fn write_label_file(boxes: &[YoloBox], width: u32, height: u32) -> String {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let line = |b: &YoloBox| {
        let r = b.rect.clipped(width, height);
        let (xc, yc) = ((r.xmin + r.xmax) / 2.0 / width, (r.ymin + r.ymax) / 2.0 / height);
        format!("{} {xc:.8} {yc:.8} {:.8} {:.8}\n", b.class, r.width() / width, r.height() / height)
    };
    boxes.iter().map(line).collect()
}

/// The fuzz body of the readers: nothing may panic, and what is read lies in the image.
pub fn fuzz_yolo(bytes: &[u8]) {
    let _ = super::DataFile::read(bytes);
    let _ = super::read_names(bytes);
    for found in read_label_file(bytes, 3, 640, 480).into_iter().flatten() {
        let r = found.rect;
        assert!(found.class < 3 && r.clipped(640.0, 480.0) == r && r.area() > 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_a_box() {
        let read = read_label_file(b"1 0.5 0.5 0.5 1\r\n\n", 2, 100, 50).unwrap();
        let rect = Rect { xmin: 25.0, ymin: 0.0, xmax: 75.0, ymax: 50.0 };
        assert_eq!(read, [YoloBox { class: 1, rect }]);
    }

    #[test]
    fn a_broken_line_breaks_the_file() {
        for line in
            ["2 0.5 0.5 0.5 1", "0 0.5 0.5 0.5", "0 0.5 0.5 0.5 1 7", "0 NaN 0 1 1", "0 0.5 0.5 0 1", "x"]
        {
            let text = format!("0 0.5 0.5 0.5 0.5\n{line}\n");
            assert_eq!(read_label_file(text.as_bytes(), 2, 100, 50), Err(Skip::LabelFile), "{line}");
        }
    }

    proptest! {
        #[test]
        fn whole_pixels_survive(w in 2u32..5000, h in 2u32..5000, x in 0.0f64..1.0, y in 0.0f64..1.0, u in 0.0f64..1.0, v in 0.0f64..1.0) {
            let cut = |a: f64, b: f64, side: u32| {
                let low = (a.min(b) * f64::from(side - 1)).floor();
                (low, (a.max(b) * f64::from(side)).ceil().max(low + 1.0))
            };
            let ((xmin, xmax), (ymin, ymax)) = (cut(x, u, w), cut(y, v, h));
            let boxes = [YoloBox { class: 0, rect: Rect { xmin, ymin, xmax, ymax } }];
            let text = write_label_file(&boxes, w, h);
            prop_assert_eq!(read_label_file(text.as_bytes(), 1, w, h), Ok(boxes.to_vec()));
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            fuzz_yolo(&bytes);
        }

        #[test]
        fn anything_like_a_label_file_is_survived(text in "([0-9. \\-eE=]{0,24}\n){0,6}") {
            fuzz_yolo(text.as_bytes());
        }
    }
}
