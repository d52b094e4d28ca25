//! Augmentation: a new picture beside each that is read, its boxes carried along.

use super::Reason;
use super::step::{MapStep, PictureError, Verdict, Work};
use serde_json::{Map, Value};
use tidemill_vision::augment::{Augmentation, Discard, Drawn};
use tidemill_vision::voc::Document;

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
    let mut draws = of.seed.draws_of_sample(operator.name(), operator.canonical(), &of.key, of.copy);
    let drawn = operator.draw(&mut draws, pixels.width(), pixels.height());
    let labels = labels(work);
    let (product, labels) = match drawn.augment(pixels, labels) {
        Ok(product) => product,
        Err(why) => return Ok(discard(operator.name(), &why, work)),
    };
    if let Some(mut labels) = labels {
        labels.set_text("filename", &work.name);
        work.label_file = Some(labels.write().into());
        work.label_file_changed = true;
    }
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

/// The labels of a picture; `None` without a label file, or if nobody can read it.
fn labels(work: &mut Work) -> Option<Document> {
    let parsed = Document::parse(work.label_file.as_ref()?);
    let unreadable = |why| {
        Reason::new(
            "unparsable",
            format!("the label file cannot be read and is carried along as it is: {why}"),
            format!("标注文件无法解析，原样保留：{why}"),
        )
    };
    parsed.map_err(|why| work.reasons.push(unreadable(why))).ok()
}

/// What becomes of a sample that has no product. That boxes leave, or that it would be too large, may only be drawn so
/// for one of several copies: the sample itself is sound.
fn discard(operator: &str, why: &Discard, work: &mut Work) -> Verdict {
    let (code, english) = (why.code(), format!("{operator}: {why}"));
    match why {
        Discard::TooLarge { .. } => work.withdraw_for(Reason::new(code, english, "增强后的图片过大")),
        Discard::UnsupportedShape { .. } => {
            let chinese = format!("{operator} 会移动像素，仅支持矩形框，而标注包含其他形状");
            work.drop_for(Reason::new(code, english, chinese))
        }
        Discard::BoxLeaves { object } => {
            let chinese = format!("{operator}：{object}的矩形框会超出图片，丢弃该增强结果");
            work.withdraw_for(Reason::new(code, english, chinese))
        }
        Discard::NoBoxLeft => {
            let chinese = format!("{operator}：没有剩余的矩形框，丢弃该增强结果");
            work.withdraw_for(Reason::new(code, english, chinese))
        }
    }
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
