//! Why a sample was changed or dropped, in words for people and codes for programs.

use crate::voc::{Finding, VocError};
use crate::{DecodeError, DecodeWarning, ImageFormat};

/// Something that was found in a sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The image gives no pixels: dropped.
    Undecodable(DecodeError),
    /// The changed image cannot be written, for this reason: dropped.
    Unencodable(String),
    /// The image is sound but odd: no change.
    Warning(DecodeWarning),
    /// Grey, palette, alpha, print colours or more than 8 bits became RGB.
    ConvertedToRgb,
    /// Written anew as JPEG, because samples cannot have this format.
    Reencoded(ImageFormat),
    /// The extension did not name this format.
    ExtensionCorrected(ImageFormat),
    /// Scaled down.
    Scaled {
        /// Width and height before.
        from: (u32, u32),
        /// Width and height now.
        to: (u32, u32),
    },
    /// Turned as its orientation mark says.
    Turned,
    /// The label file cannot be read: left out.
    LabelsUnparsable(VocError),
    /// The label file is of no use: left out. One of `no_object`, `no_bndbox`, `no_object_left`.
    LabelsDropped(&'static str),
    /// Something in the label file was repaired.
    Label(Finding),
    /// A label file without an image: dropped.
    Orphan,
}

impl Reason {
    /// A stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Undecodable(_) => "undecodable",
            Self::Unencodable(_) => "unencodable",
            Self::Warning(DecodeWarning::TrailingBytes(_)) => "trailing_bytes",
            Self::ConvertedToRgb => "converted_to_rgb",
            Self::Reencoded(_) => "reencoded",
            Self::ExtensionCorrected(_) => "extension_corrected",
            Self::Scaled { .. } => "scaled_down",
            Self::Turned => "turned",
            Self::LabelsUnparsable(_) => "unparsable",
            Self::LabelsDropped(code) => code,
            Self::Label(finding) => finding.code(),
            Self::Orphan => "orphan",
        }
    }

    /// A sentence in English.
    pub fn english(&self) -> String {
        match self {
            Self::Undecodable(error) => format!("the image cannot be decoded: {error}"),
            Self::Unencodable(error) => format!("the changed image cannot be written: {error}"),
            Self::Warning(DecodeWarning::TrailingBytes(count)) => format!("{count} bytes follow the image"),
            Self::ConvertedToRgb => "converted to 3 channels of 8 bits".to_owned(),
            Self::Reencoded(format) => format!("converted from {format:?} to JPEG"),
            Self::ExtensionCorrected(format) => {
                format!("the file is {format:?}, its extension was corrected")
            }
            Self::Scaled { from, to } => {
                format!("scaled from {} x {} to {} x {}", from.0, from.1, to.0, to.1)
            }
            Self::Turned => "turned upright as its orientation mark says".to_owned(),
            Self::LabelsUnparsable(error) => format!("the label file cannot be read: {error}"),
            Self::LabelsDropped(code) => format!("the label file was left out: {}", english_part(code)),
            Self::Label(finding) => english_finding(finding),
            Self::Orphan => "the label file has no image".to_owned(),
        }
    }

    /// A sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Undecodable(error) => format!("图片无法解码：{error}"),
            Self::Unencodable(error) => format!("修改后的图片无法写入：{error}"),
            Self::Warning(DecodeWarning::TrailingBytes(count)) => format!("图片之后还有{count}个字节"),
            Self::ConvertedToRgb => "已转换为8位三通道".to_owned(),
            Self::Reencoded(format) => format!("已由{format:?}格式转换为JPEG格式"),
            Self::ExtensionCorrected(format) => format!("文件实际为{format:?}格式，后缀已更正"),
            Self::Scaled { from, to } => format!("尺寸由{}x{}缩小为{}x{}", from.0, from.1, to.0, to.1),
            Self::Turned => "已按方向标记旋转".to_owned(),
            Self::LabelsUnparsable(error) => format!("标注文件无法解析：{error}"),
            Self::LabelsDropped(code) => format!("标注文件已丢弃：{}", chinese_part(code)),
            Self::Label(finding) => chinese_finding(finding),
            Self::Orphan => "标注文件没有对应的图片".to_owned(),
        }
    }
}

fn english_finding(finding: &Finding) -> String {
    match finding {
        Finding::Removed { object, code } => {
            format!("object \"{object}\" was removed: {}", english_part(code))
        }
        Finding::Clipped { object } => format!("the box of \"{object}\" was clipped to the image"),
        Finding::SizeFixed => "the size in the label file was corrected".to_owned(),
        Finding::Scaled => "the boxes were scaled with the image".to_owned(),
    }
}

fn chinese_finding(finding: &Finding) -> String {
    match finding {
        Finding::Removed { object, code } => format!("目标“{object}”已移除：{}", chinese_part(code)),
        Finding::Clipped { object } => format!("目标“{object}”的标注框已裁剪到图片范围内"),
        Finding::SizeFixed => "标注文件中的尺寸已更正".to_owned(),
        Finding::Scaled => "标注框已随图片缩放".to_owned(),
    }
}

fn english_part(code: &str) -> &str {
    match code {
        "no_object" => "it has no object",
        "no_bndbox" => "there is no bounding box",
        "no_object_left" => "no object is left",
        "bad_name" => "it has no name",
        "bad_number" => "a coordinate is missing or no number",
        "min_gt_max" => "a lower bound is above the upper one",
        "too_thin" => "its box is narrower or lower than 2 pixels",
        "mostly_outside" => "more than half of its box is outside of the image",
        other => other,
    }
}

fn chinese_part(code: &str) -> &str {
    match code {
        "no_object" => "没有目标",
        "no_bndbox" => "没有标注框",
        "no_object_left" => "没有剩余目标",
        "bad_name" => "没有名称",
        "bad_number" => "坐标缺失或不是数字",
        "min_gt_max" => "最小坐标大于最大坐标",
        "too_thin" => "标注框的宽或高小于2像素",
        "mostly_outside" => "标注框超过一半在图片之外",
        other => other,
    }
}
