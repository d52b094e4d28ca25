//! The body of a request: decoded from its framing, piece after piece.

use super::aws_chunked::AwsChunked;
use super::error::ObsError;
use super::request::Call;
use axum::body::Body;
use bytes::Bytes;
use http::{StatusCode, Version, header};
use http_body_util::BodyExt;
use std::collections::VecDeque;
use std::time::Duration;
use tidemill_iam::object_signature::PayloadRule;
use tidemill_model::Clock;

/// Longest silence of a client in the middle of its body.
const IDLE_TIME_MAX: Duration = Duration::from_secs(60);

/// A body not read yet: reading begins with [`Payload::open`], after all that can be refused without it.
#[derive(Debug)]
pub(crate) struct Payload<'b> {
    pub(crate) body: &'b mut Body,
    pub(crate) clock: &'b Clock,
    pub(crate) rule: PayloadRule,
}

/// A body being read.
#[derive(Debug)]
pub(crate) struct PayloadStream<'b> {
    body: &'b mut Body,
    clock: &'b Clock,
    framing: Option<AwsChunked>,
    ready: VecDeque<Bytes>,
    /// The SHA-256 the whole body must have.
    pub(crate) sha256: Option<[u8; 32]>,
}

fn too_large() -> ObsError {
    ObsError::bad("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
}

fn length(call: &Call<'_>, name: &str) -> Result<Option<u64>, ObsError> {
    let Some(value) = call.headers().get(name) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.map(Some).ok_or_else(|| ObsError::invalid_argument(format!("{name} must be a number of bytes.")))
}

impl<'b> Payload<'b> {
    /// Begins to read a body of at most `max` bytes. `needs_length`: 411 for a body whose end cannot be told.
    pub(crate) fn open(
        self,
        call: &Call<'_>,
        max: u64,
        needs_length: bool,
    ) -> Result<PayloadStream<'b>, ObsError> {
        let declared = length(call, "content-length")?;
        let framed = call.headers().contains_key(header::TRANSFER_ENCODING);
        let http1 = call.parts.version <= Version::HTTP_11;
        if needs_length && http1 && declared.is_none() && !framed {
            let message = "You must provide the Content-Length HTTP header.";
            return Err(ObsError::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message));
        }
        let (framing, sha256, size) = match self.rule {
            PayloadRule::AwsChunked { signed, trailer } => {
                let missing = || {
                    let message = "You must provide the x-amz-decoded-content-length HTTP header.";
                    ObsError::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message)
                };
                let decoded = length(call, "x-amz-decoded-content-length")?.ok_or_else(missing)?;
                (Some(AwsChunked::new(signed, trailer, decoded)), None, Some(decoded))
            }
            PayloadRule::Sha256(hash) => (None, Some(hash), declared),
            PayloadRule::Plain | PayloadRule::Unsigned => (None, None, declared),
        };
        if size.is_some_and(|size| size > max) {
            return Err(too_large());
        }
        Ok(PayloadStream { body: self.body, clock: self.clock, framing, ready: VecDeque::new(), sha256 })
    }
}

impl PayloadStream<'_> {
    /// The next bytes of data; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ObsError> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Ok(Some(bytes));
            }
            let frame = tokio::select! {
                frame = self.body.frame() => frame,
                () = self.clock.sleep(IDLE_TIME_MAX) => {
                    let message = "Your socket connection was not read from or written to in time.";
                    return Err(ObsError::bad("RequestTimeout", message));
                }
            };
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| {
                tracing::debug!(%error, "a body ended early");
                ObsError::bad("IncompleteBody", "The body ended before the number of bytes it declared.")
            })?;
            let Ok(bytes) = frame.into_data() else { continue };
            match &mut self.framing {
                None => return Ok(Some(bytes)),
                Some(framing) => {
                    let mut data = Vec::new();
                    framing.feed(bytes, &mut data)?;
                    self.ready.extend(data);
                }
            }
        }
    }

    /// Checks that the body came to its end; the trailer's lines, names in lower case.
    pub(crate) fn finish(self) -> Result<Vec<(String, String)>, ObsError> {
        self.framing.map_or(Ok(Vec::new()), AwsChunked::finish)
    }
}
