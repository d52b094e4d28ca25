//! What samples are used for.

/// What a sample is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageGroup {
    /// To train.
    Train,
    /// To evaluate.
    Eval,
    /// To infer from.
    Inference,
}

impl UsageGroup {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Eval, Self::Inference];

    /// The group of a usage as manifests write it, in any case; `TEST` has none.
    pub fn of_usage(usage: &str) -> Option<Self> {
        match usage.to_ascii_lowercase().as_str() {
            "train" => Some(Self::Train),
            "eval" => Some(Self::Eval),
            "inference" => Some(Self::Inference),
            _ => None,
        }
    }
}
