//! What a schema asks of a record: a tree whose leaves are the columns.

use super::scalar::Scalar;
use std::collections::HashMap;
use std::ops::Range;

/// A type in its place. Levels are those of Dremel: how many of the optional and repeated ancestors are there.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Whether null is a value of it.
    pub(super) optional: bool,
    /// The definition level of a value that is not null.
    pub(super) def: i16,
    /// The repetition level of a value that follows another one of the same list.
    pub(super) rep: i16,
    pub(super) kind: Kind,
    /// The columns in it.
    pub(super) leaves: Range<usize>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// One value; its column is the node's only one.
    Scalar(Scalar),
    Record(Record),
    List(Box<Node>),
    /// Texts to values. The keys are the first column.
    Map(Box<Node>),
}

/// Named values.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) fields: Vec<(String, Node)>,
    /// By name.
    pub(super) places: HashMap<String, usize>,
}

impl Kind {
    /// What a value of it is in JSON, for people.
    pub(super) fn wanted(&self) -> String {
        match self {
            Self::Scalar(scalar) => scalar.wanted(),
            Self::Record(_) | Self::Map(_) => "an object".to_owned(),
            Self::List(_) => "a list".to_owned(),
        }
    }
}
