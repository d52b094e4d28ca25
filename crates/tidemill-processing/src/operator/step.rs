//! One operator that looks at one sample alone.

use super::Reason;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::fmt;
use tidemill_vision::seed::{SampleKey, TaskSeed};
use tidemill_vision::{DecodeError, DecodeLimits, EncodeError, ImageFormat, Pixels, decode, encode};
use tokio_util::sync::CancellationToken;

/// A sample on its way through the operators.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// The name of the picture's file, without directories.
    pub(crate) name: String,
    picture: Bytes,
    /// Pixels that differ from the picture's file, or that were decoded from it.
    pixels: Option<Decoded>,
    /// Its label file, if it has one.
    pub(crate) label_file: Option<Bytes>,
    /// Whether the picture is another than it was.
    pub(crate) picture_changed: bool,
    /// Whether the label file is another than it was, or gone.
    pub(crate) label_file_changed: bool,
    /// Whether it is a new sample beside its origin.
    pub(crate) added: bool,
    /// What random numbers depend on.
    pub(crate) draws: DrawsOf,
    /// Nobody wants it any more: between two long steps is a good moment to look.
    stop: CancellationToken,
    /// Why it is as it is.
    pub(crate) reasons: Vec<Reason>,
    /// Measured values.
    pub(crate) scores: Map<String, Value>,
    /// Properties for the manifest.
    pub(crate) property: Map<String, Value>,
}

/// What the random numbers of a sample depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DrawsOf {
    pub(crate) seed: TaskSeed,
    pub(crate) key: SampleKey,
    /// Which of several products of one picture, from 0 on.
    pub(crate) copy: u32,
}

#[derive(Clone, Debug)]
struct Decoded {
    pixels: Pixels,
    format: ImageFormat,
    /// Whether the file has still to be made of them.
    is_new: bool,
}

/// Why the file of a product could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// It cannot be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It cannot be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The run was stopped; nobody reads this.
    #[error("the run was stopped")]
    Stopped,
}

impl Work {
    pub(crate) fn new(
        name: String,
        picture: Bytes,
        label_file: Option<Bytes>,
        (draws, stop): (DrawsOf, CancellationToken),
    ) -> Self {
        Self {
            name,
            picture,
            pixels: None,
            label_file,
            picture_changed: false,
            label_file_changed: false,
            added: false,
            draws,
            stop,
            reasons: Vec::new(),
            scores: Map::new(),
            property: Map::new(),
        }
    }

    /// The picture's file as it is now.
    pub(crate) fn file(&mut self) -> Result<Bytes, PictureError> {
        self.go_on()?;
        if let Some(decoded) = self.pixels.as_mut().filter(|decoded| decoded.is_new) {
            self.picture = encode(&decoded.pixels, decoded.format)?.into();
            decoded.is_new = false;
        }
        Ok(self.picture.clone())
    }

    /// Another file for the picture.
    pub(crate) fn set_file(&mut self, picture: Bytes) {
        (self.picture, self.pixels, self.picture_changed) = (picture, None, true);
    }

    /// The pixels, taken out to be changed.
    pub(crate) fn take_pixels(&mut self) -> Result<(Pixels, ImageFormat), PictureError> {
        self.go_on()?;
        if let Some(decoded) = self.pixels.take() {
            return Ok((decoded.pixels, decoded.format));
        }
        let decoded = decode(&self.picture, &DecodeLimits::default())?;
        self.go_on()?;
        Ok((decoded.pixels, decoded.format))
    }

    fn go_on(&self) -> Result<(), PictureError> {
        if self.stop.is_cancelled() { Err(PictureError::Stopped) } else { Ok(()) }
    }

    /// Other pixels for the picture.
    pub(crate) fn set_pixels(&mut self, pixels: Pixels, format: ImageFormat) {
        self.pixels = Some(Decoded { pixels, format, is_new: true });
        self.picture_changed = true;
    }

    /// Drops the sample for a reason.
    pub(crate) fn drop_for(&mut self, reason: Reason) -> Verdict {
        self.reasons.push(reason);
        Verdict::Dropped
    }

    /// Makes nothing of the sample for a reason that is not its own.
    pub(crate) fn withdraw_for(&mut self, reason: Reason) -> Verdict {
        self.reasons.push(reason);
        Verdict::Withdrawn
    }
}

/// What becomes of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes on.
    Kept,
    /// It does not; the reason was added.
    Dropped,
    /// Nothing comes of it, and it stays as it was; the reason was added.
    Withdrawn,
}

/// An operator that looks at one sample alone. The same sample always gives the same.
pub(crate) trait MapStep: fmt::Debug + Send + Sync {
    /// Changes the sample or drops it.
    fn apply(&self, work: &mut Work) -> Verdict;

    /// The largest size of the picture afterwards, if it had at most this size before.
    fn largest(&self, (width, height): (u32, u32)) -> (u32, u32) {
        (width, height)
    }
}
