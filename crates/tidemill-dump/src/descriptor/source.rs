//! What of a stream decides how its records become files.

use crate::encode::Columns;
use serde::{Deserialize, Serialize};
use tidemill_stream::{CompressionFormat, Stream};

/// The stream's side of a task, as it was when the task was made or last changed. It is stored with the
/// task's configuration, so that what was announced can be encoded again, and not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// How each payload is packed: `snappy`, `gzip` or `zip`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) compression_format: Option<String>,
    /// The Avro schema, if the files have columns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) data_schema: Option<String>,
}

impl Source {
    /// `columns`: whether the files have some.
    pub(super) fn of(stream: &Stream, columns: bool) -> Self {
        Self {
            compression_format: stream.compression_format.map(|format| format.as_str().to_owned()),
            data_schema: stream.data_schema.clone().filter(|_| columns),
        }
    }

    /// The columns of the files, if they have some; the error says what of the schema cannot be one.
    pub(crate) fn columns(&self) -> Result<Option<Columns>, String> {
        self.data_schema.as_deref().map(Columns::parse).transpose()
    }

    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// How each payload is packed, if it is; the error says what is wrong with what was stored.
    pub(crate) fn packed(&self) -> Result<Option<CompressionFormat>, String> {
        let known =
            |text: &String| CompressionFormat::parse(text).ok_or(format!("compression_format {text}"));
        self.compression_format.as_ref().map(known).transpose()
    }
}
