//! Why something that was found did not become a sample, or became one without labels.

use crate::task::TaskFailure;
use std::collections::BTreeMap;
use std::fmt;

/// One reason; each is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Skip {
    /// The sample's file is larger than its kind may be.
    FileSize,
    /// The label file is larger than 100 MB.
    LabelFileSize,
    /// A line is longer than 100 KB.
    LineLength,
    /// Neither UTF-8 nor GBK.
    Encoding,
    /// A label file without a sample.
    Orphan,
    /// The label file cannot be read as what it should be.
    LabelFile,
    /// A label's name is empty or too long.
    LabelName,
    /// More labels than one sample may have.
    TooManyLabels,
    /// The object vanished or changed while it was read.
    Changed,
    /// The object is not there.
    Missing,
    /// The object could not be read or copied.
    Unreadable,
    /// The image's size could not be found out.
    ImageSize,
    /// A row has another number of columns than the schema.
    Columns,
    /// A line of the manifest that is none.
    ManifestLine,
    /// Only labels are imported, and the dataset has no such sample.
    NoSample,
}

impl Skip {
    /// For a person, after the count.
    fn text(self) -> &'static str {
        match self {
            Self::FileSize => "file too large",
            Self::LabelFileSize => "label file larger than 100 MB",
            Self::LineLength => "line longer than 100 KB",
            Self::Encoding => "neither UTF-8 nor GBK",
            Self::Orphan => "label file without a sample",
            Self::LabelFile => "label file cannot be read",
            Self::LabelName => "label name empty or too long",
            Self::TooManyLabels => "too many labels in one sample",
            Self::Changed => "changed while it was read",
            Self::Missing => "object not found",
            Self::Unreadable => "object cannot be read or copied",
            Self::ImageSize => "image size unknown",
            Self::Columns => "row with another number of columns",
            Self::ManifestLine => "line of the manifest cannot be read",
            Self::NoSample => "no sample of the dataset to be labeled",
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// What stands in the way of one sample, or of all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hindrance {
    /// This sample is left out, for a cause that is told if it is known.
    Sample(Skip, Option<String>),
    /// The task cannot go on.
    Task(TaskFailure),
}

impl From<Skip> for Hindrance {
    fn from(skip: Skip) -> Self {
        Self::Sample(skip, None)
    }
}

impl Hindrance {
    /// The sample is left out for a cause.
    pub(crate) fn because(skip: Skip, cause: impl fmt::Display) -> Self {
        Self::Sample(skip, Some(cause.to_string()))
    }
}

/// The place of what is left out, and the cause if it is known.
pub(crate) fn told(place: impl fmt::Display, cause: Option<String>) -> String {
    match cause {
        Some(cause) => format!("{place}: {}", cause.chars().take(CAUSE_CHARS_MAX).collect::<String>()),
        None => place.to_string(),
    }
}

impl From<TaskFailure> for Hindrance {
    fn from(failure: TaskFailure) -> Self {
        Self::Task(failure)
    }
}

/// Examples that are told of a reason.
const EXAMPLES_MAX: usize = 10;

/// Characters of a cause that are told.
const CAUSE_CHARS_MAX: usize = 200;

/// How often each reason came up, with some examples of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Skips(BTreeMap<Skip, (u64, Vec<String>)>);

impl Skips {
    /// Counts one; `example` says where.
    pub(crate) fn add(&mut self, reason: Skip, example: impl Into<String>) {
        let (count, examples) = self.0.entry(reason).or_default();
        *count += 1;
        if examples.len() < EXAMPLES_MAX {
            examples.push(example.into());
        }
    }
}

impl fmt::Display for Skips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (reason, (count, examples))) in self.0.iter().enumerate() {
            let comma = if n > 0 { "; " } else { "" };
            let more = if *count > examples.len() as u64 { ", …" } else { "" };
            write!(f, "{comma}{count} x {} ({}{more})", reason.text(), examples.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_with_some_examples() {
        let mut skips = Skips::default();
        skips.add(Skip::Encoding, "a.txt");
        skips.add(Skip::Encoding, "b.txt");
        skips.add(Skip::FileSize, "c.jpg");
        assert_eq!(skips.to_string(), "1 x file too large (c.jpg); 2 x neither UTF-8 nor GBK (a.txt, b.txt)");
        for n in 0..20 {
            skips.add(Skip::Missing, n.to_string());
        }
        assert!(skips.to_string().ends_with("; 20 x object not found (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …)"));
        assert_eq!(told("a.xml", Some("x".repeat(999))).len(), 7 + 200);
    }
}
