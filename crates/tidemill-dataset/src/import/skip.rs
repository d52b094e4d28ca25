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
    /// This sample is left out.
    Sample(Skip),
    /// The task cannot go on.
    Task(TaskFailure),
}

impl From<Skip> for Hindrance {
    fn from(skip: Skip) -> Self {
        Self::Sample(skip)
    }
}

impl From<TaskFailure> for Hindrance {
    fn from(failure: TaskFailure) -> Self {
        Self::Task(failure)
    }
}

/// How often each reason came up, with one example of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Skips(BTreeMap<Skip, (u64, String)>);

impl Skips {
    /// Counts one; `example` says where.
    pub(crate) fn add(&mut self, reason: Skip, example: impl Into<String>) {
        self.0.entry(reason).or_insert_with(|| (0, example.into())).0 += 1;
    }
}

impl fmt::Display for Skips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (reason, (count, example))) in self.0.iter().enumerate() {
            let comma = if n > 0 { "; " } else { "" };
            write!(f, "{comma}{count} x {} (first: {example})", reason.text())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_with_the_first_example() {
        let mut skips = Skips::default();
        skips.add(Skip::Encoding, "a.txt");
        skips.add(Skip::Encoding, "b.txt");
        skips.add(Skip::FileSize, "c.jpg");
        assert_eq!(
            skips.to_string(),
            "1 x file too large (first: c.jpg); 2 x neither UTF-8 nor GBK (first: a.txt)"
        );
    }
}
