//! Augmentation: a new picture beside each that is read, its boxes carried along.

use super::Reason;
use super::step::{MapStep, PictureError, Verdict, Work};
use bytes::Bytes;
use serde_json::{Map, Value};
use tidemill_vision::Rect;
use tidemill_vision::augment::{Augmentation, Drawn, Fate, Placement};
use tidemill_vision::voc::{Document, ImageSize};

/// Where the manifest keeps what was drawn.
const DRAWN: &str = "@tidemill:aug";

/// A picture of as many pixels as any may have.
const LARGEST: (u32, u32) = (20_000, (Drawn::PIXELS_MAX / 20_000) as u32);

impl MapStep for Augmentation {
    fn apply(&self, work: &mut Work) -> Verdict {
        match augment(self, work) {
            Ok(verdict) => {
                // What is left out before anything new was made is the picture that was read.
                work.added |= verdict == Verdict::Kept;
                verdict
            }
            Err(error) => work.drop_for(Reason::new(
                "undecodable",
                format!("the picture cannot be used: {error}"),
                format!("无法处理该图片：{error}"),
            )),
        }
    }

    fn largest(&self, (width, height): (u32, u32)) -> (u32, u32) {
        let (wide, high) = Self::largest(self, width, height);
        let fits = wide.saturating_mul(high) <= Drawn::PIXELS_MAX;
        match (u32::try_from(wide), u32::try_from(high)) {
            (Ok(wide), Ok(high)) if fits => (wide, high),
            _ => LARGEST,
        }
    }
}

fn augment(operator: &Augmentation, work: &mut Work) -> Result<Verdict, PictureError> {
    let of = work.draws;
    let (pixels, format) = work.take_pixels()?;
    let (width, height) = (pixels.width(), pixels.height());
    let mut draws = of.seed.draws_of_sample(operator.name(), operator.canonical(), &of.key, of.copy);
    let drawn = operator.draw(&mut draws, width, height);
    let size = match drawn.size(width, height) {
        Ok((width, height)) => ImageSize { width, height },
        Err(error) => {
            return Ok(work.drop_for(Reason::new("too_large", error.to_string(), "增强后的图片过大")));
        }
    };
    match labels(&drawn, work, (width, height), size) {
        Labels::Carried(file) => {
            if let Some(file) = file {
                work.label_file = Some(file);
                work.label_file_changed = true;
            }
        }
        Labels::Unreadable(why) => work.reasons.push(Reason::new(
            "unparsable",
            format!("the label file cannot be read and is carried along as it is: {why}"),
            format!("标注文件无法解析，原样保留：{why}"),
        )),
        Labels::Discard => return Ok(Verdict::Passed),
        Labels::Unsupported => {
            return Ok(work.drop_for(Reason::new(
                "unsupported_shape",
                format!(
                    "{} moves pixels and carries only boxes along, and the labels hold other shapes",
                    operator.name()
                ),
                format!("{} 会移动像素，仅支持矩形框，而标注包含其他形状", operator.name()),
            )));
        }
    }
    let Ok(product) = drawn.apply(pixels) else { return Ok(Verdict::Passed) };
    work.set_pixels(product, format);
    note(&drawn, work);
    let name = operator.name();
    work.reasons.push(Reason::new(
        &format!("augmented_{}", name.to_ascii_lowercase()),
        format!("use {name} augmentation"),
        format!("使用{name}增强"),
    ));
    Ok(Verdict::Kept)
}

/// What becomes of a label file.
enum Labels {
    /// The new text; `None` without a label file.
    Carried(Option<Bytes>),
    /// The picture is not emitted.
    Discard,
    /// Nobody can read it.
    Unreadable(String),
    /// It holds shapes that cannot be carried along.
    Unsupported,
}

fn labels(drawn: &Drawn, work: &Work, (width, height): (u32, u32), size: ImageSize) -> Labels {
    let mut document = match work.label_file.as_ref().map(|file| Document::parse(file)) {
        None => return Labels::Carried(None),
        Some(Err(error)) => return Labels::Unreadable(error.to_string()),
        Some(Ok(document)) => document,
    };
    let rects: Vec<Option<Rect>> = document.objects.iter().map(|object| object.rect()).collect();
    let others = document.objects.iter().any(|object| object.shape.is_some() && object.rect().is_none());
    if others && drawn.is_geometric() {
        return Labels::Unsupported;
    }
    let boxes: Vec<Rect> = rects.iter().flatten().copied().collect();
    let Placement::Boxes(fates) = drawn.place(&boxes, width, height) else { return Labels::Discard };
    let mut fates = fates.into_iter();
    document.objects.retain_mut(|object| {
        if object.rect().is_none() {
            return true;
        }
        match fates.next() {
            Some(Fate::Kept { rect, clipped }) => {
                object.set_rect(rect);
                if clipped {
                    object.truncated = Some(true);
                }
                true
            }
            _ => false,
        }
    });
    document.set_size(size);
    document.set_text("filename", &work.name);
    Labels::Carried(Some(document.write().into()))
}

/// Records what was drawn: one operator as it is, several as a list.
fn note(drawn: &Drawn, work: &mut Work) {
    let Ok(now) = serde_json::to_value(drawn) else { return };
    let noted = match work.property.remove(DRAWN) {
        None => now,
        Some(Value::Array(mut several)) => {
            several.push(now);
            Value::Array(several)
        }
        Some(one) => Value::Array(vec![one, now]),
    };
    work.property.insert(DRAWN.to_owned(), noted);
}

/// Reads the parameters of the operator `name`; `None` if there is none of that name.
pub(super) fn read(
    name: &str,
    given: &Map<String, Value>,
) -> Option<Result<Augmentation, tidemill_vision::parameters::ParameterError>> {
    tidemill_vision::augment::find(name).map(|operator| operator.parse(given))
}
