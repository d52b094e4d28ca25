//! Why a file gives no pixels.

use std::io::ErrorKind;

/// Why a file gives no pixels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The first bytes belong to no format that is known here.
    #[error("not a JPEG, PNG, BMP, GIF, WebP or TIFF file")]
    UnknownFormat,
    /// The file ends before the image does.
    #[error("the file ends before the image does")]
    Truncated,
    /// Width or height is 0.
    #[error("width or height is 0")]
    ZeroSize,
    /// More pixels than allowed.
    #[error("{width} x {height} pixels, at most {pixels_max} in all are allowed")]
    TooLarge {
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
        /// The limit.
        pixels_max: u64,
    },
    /// It takes more work or memory to decode than an image of this size should.
    #[error("too costly to decode: {0}")]
    TooCostly(String),
    /// The decoder refused it, for this reason.
    #[error("{0}")]
    Damaged(String),
}

impl DecodeError {
    /// A stable word for the kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat => "unknown_format",
            Self::Truncated => "truncated",
            Self::ZeroSize => "zero_size",
            Self::TooLarge { .. } => "too_large",
            Self::TooCostly(_) => "too_costly",
            Self::Damaged(_) => "undecodable",
        }
    }
}

impl From<image::ImageError> for DecodeError {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => Self::Truncated,
            image::ImageError::Limits(error) => Self::TooCostly(error.to_string()),
            error => Self::Damaged(error.to_string()),
        }
    }
}

impl From<turbojpeg::Error> for DecodeError {
    fn from(error: turbojpeg::Error) -> Self {
        Self::Damaged(match error {
            turbojpeg::Error::TurboJpegError(message) => message,
            error => error.to_string(),
        })
    }
}
