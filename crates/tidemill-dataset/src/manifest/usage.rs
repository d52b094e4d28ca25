//! What a sample is for.

/// The part of a split that a sample belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// Training.
    Train,
    /// Evaluation.
    Eval,
    /// Testing.
    Test,
    /// Inference.
    Inference,
}

impl Usage {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::Train, Self::Eval, Self::Test, Self::Inference];

    /// Reads the name in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|usage| usage.as_lower().eq_ignore_ascii_case(text))
    }

    /// The name in lower case, as version manifests have it.
    pub const fn as_lower(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Eval => "eval",
            Self::Test => "test",
            Self::Inference => "inference",
        }
    }
}
