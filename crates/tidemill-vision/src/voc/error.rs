//! Why a label file cannot be read.

use super::{ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX, FILE_BYTES_MAX};

/// Why a label file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VocError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("the label file has {0} bytes, at most {FILE_BYTES_MAX} are allowed")]
    TooLarge(usize),
    /// The bytes are no text in the encoding that the file declares.
    #[error("the label file is not text in {0}")]
    Encoding(String),
    /// It declares a document type, which is never needed and could make the text grow without end.
    #[error("the label file declares a document type, which is not allowed")]
    DocumentType,
    /// More than [`DEPTH_MAX`] levels.
    #[error("elements are nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// More than [`ELEMENTS_MAX`] elements.
    #[error("there are more than {ELEMENTS_MAX} elements")]
    TooManyElements,
    /// More than [`ATTRIBUTES_MAX`] attributes.
    #[error("an element has more than {ATTRIBUTES_MAX} attributes")]
    TooManyAttributes,
    /// No XML.
    #[error("not well-formed: {0}")]
    NotWellFormed(String),
    /// The outermost element is another one.
    #[error("the outermost element is {0}, it has to be annotation")]
    WrongRoot(String),
}
