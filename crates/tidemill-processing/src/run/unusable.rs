//! Objects that cannot be used, and what is said of their samples.

use super::record::Record;
use crate::operator::Reason;

/// Why an object that was listed cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is gone.
    Gone,
    /// It is another than it was.
    Changed,
    /// It is larger than any sample may be.
    TooLarge,
    /// Work on it takes more memory than there is.
    TooMuch {
        /// Columns and rows, if they are known.
        size: Option<(u32, u32)>,
        /// The memory that it takes, in bytes.
        bytes: u64,
        /// The memory that there is.
        most: u64,
    },
    /// The store does not give it.
    Unreadable(String),
}

/// A sample whose object cannot be used.
pub(crate) fn dropped(mut record: Record, why: &Unusable) -> Record {
    record.fate = record.fate.left_out();
    let reason = if record.entry.is_some() { of_version(why) } else { None };
    record.reasons.push(reason.unwrap_or_else(|| of_listing(why)));
    record
}

/// Why an object cannot be used that a dataset version names; `None` where that does not matter.
fn of_version(why: &Unusable) -> Option<Reason> {
    match why {
        Unusable::Gone => Some(Reason::new(
            "source_missing",
            "the object that the dataset version names was deleted",
            "数据集版本中的对象已被删除",
        )),
        Unusable::Changed => Some(Reason::new(
            "source_changed",
            "the object is no longer what the dataset version says: it was changed since",
            "该对象已被修改，与数据集版本的记录不一致",
        )),
        Unusable::TooLarge | Unusable::TooMuch { .. } | Unusable::Unreadable(_) => None,
    }
}

/// Why an object cannot be used that was listed.
fn of_listing(why: &Unusable) -> Reason {
    match why {
        Unusable::Gone => Reason::new(
            "source_missing",
            "the object was deleted after the run had listed it",
            "任务列出该对象后，该对象已被删除",
        ),
        Unusable::Changed => Reason::new(
            "source_changed",
            "the object was changed after the run had listed it",
            "任务列出该对象后，该对象已被修改",
        ),
        Unusable::TooLarge => {
            Reason::new("too_large", "the object is larger than a sample may be", "对象超过样本大小上限")
        }
        Unusable::TooMuch { size, bytes, most } => too_much(*size, *bytes, *most),
        Unusable::Unreadable(error) => Reason::new(
            "unreadable",
            format!("the object cannot be read: {error}"),
            format!("无法读取对象：{error}"),
        ),
    }
}

/// Work on a picture takes more memory than there is.
fn too_much(size: Option<(u32, u32)>, bytes: u64, most: u64) -> Reason {
    let (english, chinese) = match size {
        Some((width, height)) => {
            (format!("the picture of {width} x {height} pixels"), format!("{width} x {height} 像素的图片"))
        }
        None => ("the picture".to_owned(), "图片".to_owned()),
    };
    Reason::new(
        "too_large",
        format!("{english} takes {bytes} bytes of memory, more than processing.memory-bytes allows, {most}"),
        format!("处理{chinese}需要 {bytes} 字节内存，超过 processing.memory-bytes 允许的 {most} 字节"),
    )
}
