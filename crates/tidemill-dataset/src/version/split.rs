//! Splitting labeled samples into training and evaluation.
//!
//! Every label gets its share. Labels are taken from the rarest to the most common; the samples of a label that
//! no rarer label has placed are put in the order of a digest of their ids, so that the same samples are split
//! alike in every version, and the first go to training. Memory: some 30 bytes a sample.

use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Why there is no such split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A label is on one sample only.
    #[error(
        "The dataset cannot be split: label {0} is on one sample only. Each label needs at least 2 samples when train_evaluate_sample_ratio is between 0 and 1."
    )]
    TooFew(String),
    /// The labels of samples with several labels contradict each other.
    #[error(
        "The dataset cannot be split so that label {0} is in both parts. Add samples of it, or set train_evaluate_sample_ratio to 0 or 1."
    )]
    OneSided(String),
}

/// Collects labeled samples, then splits them.
#[derive(Default)]
pub(crate) struct Split {
    /// Labels by number, and their samples.
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    members: Vec<Vec<u32>>,
    /// One digest a sample.
    digests: Vec<u64>,
}

/// The samples that go to training, by the digest of their ids.
pub(crate) struct Parts {
    ratio: f64,
    train: Vec<u64>,
}

impl Split {
    /// Adds a labeled sample with the names of its labels.
    pub(crate) fn add<'a>(&mut self, sample_id: &str, labels: impl IntoIterator<Item = &'a str>) {
        let sample = u32::try_from(self.digests.len()).unwrap_or(u32::MAX);
        self.digests.push(digest(sample_id));
        for label in labels {
            let number = self.number(label);
            if let Some(members) = self.members.get_mut(number)
                && members.last() != Some(&sample)
            {
                members.push(sample);
            }
        }
    }

    fn number(&mut self, label: &str) -> usize {
        if let Some(number) = self.numbers.get(label) {
            return *number as usize;
        }
        let number = self.names.len();
        self.names.push(label.to_owned());
        self.members.push(Vec::new());
        self.numbers.insert(label.to_owned(), u32::try_from(number).unwrap_or(u32::MAX));
        number
    }

    /// Splits: the share `ratio` of each label goes to training. A ratio of 0 or 1 always succeeds.
    pub(crate) fn parts(self, ratio: f64) -> Result<Parts, SplitError> {
        if ratio <= 0.0 || ratio >= 1.0 {
            return Ok(Parts { ratio, train: Vec::new() });
        }
        let mut placed: Vec<Option<bool>> = vec![None; self.digests.len()];
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by_key(|label| (self.members[*label].len(), &self.names[*label]));
        for label in &order {
            self.place(*label, ratio, &mut placed)?;
        }
        for label in order {
            let trains = self.members[label].iter().filter(|s| placed[**s as usize] == Some(true)).count();
            if trains == 0 || trains == self.members[label].len() {
                return Err(SplitError::OneSided(self.names[label].clone()));
            }
        }
        let chosen = self.digests.iter().zip(placed).filter(|(_, train)| *train == Some(true));
        let mut train: Vec<u64> = chosen.map(|(digest, _)| *digest).collect();
        train.sort_unstable();
        Ok(Parts { ratio, train })
    }

    fn place(&self, label: usize, ratio: f64, placed: &mut [Option<bool>]) -> Result<(), SplitError> {
        let members = &self.members[label];
        if members.len() < 2 {
            return Err(SplitError::TooFew(self.names[label].clone()));
        }
        let wanted = ((members.len() as f64 * ratio).round() as usize).clamp(1, members.len() - 1);
        let have = members.iter().filter(|s| placed[**s as usize] == Some(true)).count();
        let mut free: Vec<u32> = members.iter().copied().filter(|s| placed[*s as usize].is_none()).collect();
        free.sort_unstable_by_key(|sample| self.digests[*sample as usize]);
        let missing = wanted.saturating_sub(have);
        for (at, sample) in free.into_iter().enumerate() {
            placed[sample as usize] = Some(at < missing);
        }
        Ok(())
    }
}

impl Parts {
    /// Whether a labeled sample goes to training; else to evaluation.
    pub(crate) fn is_train(&self, sample_id: &str) -> bool {
        match self.ratio {
            ratio if ratio >= 1.0 => true,
            ratio if ratio <= 0.0 => false,
            _ => self.train.binary_search(&digest(sample_id)).is_ok(),
        }
    }
}

fn digest(sample_id: &str) -> u64 {
    let digest = Sha256::digest(sample_id.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(samples: &[(&str, &[&str])], ratio: f64) -> Result<Parts, SplitError> {
        let mut split = Split::default();
        for (id, labels) in samples {
            split.add(id, labels.iter().copied());
        }
        split.parts(ratio)
    }

    #[test]
    fn a_label_on_one_sample_cannot_be_split_unless_all_goes_one_way() {
        let samples: &[(&str, &[&str])] = &[("1", &["cat"]), ("2", &["cat"]), ("3", &["dog"])];
        assert_eq!(split(samples, 0.5).err(), Some(SplitError::TooFew("dog".into())));
        assert!(split(samples, 1.0).unwrap().is_train("3"));
        assert!(!split(samples, 0.0).unwrap().is_train("3"));
    }

    #[test]
    fn labels_that_contradict_each_other_cannot_be_split() {
        let samples: &[(&str, &[&str])] = &[("1", &["a", "c"]), ("2", &["a", "b"]), ("3", &["b", "c"])];
        assert!(matches!(split(samples, 0.5).err(), Some(SplitError::OneSided(_))));
    }

    proptest! {
        #[test]
        fn every_label_gets_its_share_in_any_order(
            counts in proptest::collection::vec(2usize..40, 1..5), percent in 1u32..100, turn in any::<usize>()
        ) {
            let ratio = f64::from(percent) / 100.0;
            let samples: Vec<(String, String)> = counts
                .iter()
                .enumerate()
                .flat_map(|(label, n)| (0..*n).map(move |at| (format!("{label}/{at}"), format!("l{label}"))))
                .collect();
            let (mut one, mut other) = (Split::default(), Split::default());
            for at in 0..samples.len() {
                let (id, label) = &samples[at];
                one.add(id, [label.as_str()]);
                let (id, label) = &samples[(at + turn % samples.len()) % samples.len()];
                other.add(id, [label.as_str()]);
            }
            let (one, other) = (one.parts(ratio).unwrap(), other.parts(ratio).unwrap());
            for (label, n) in counts.iter().enumerate() {
                let of_label = || samples.iter().filter(move |(_, l)| *l == format!("l{label}"));
                let trains = of_label().filter(|(id, _)| one.is_train(id)).count();
                let wanted = ((*n as f64 * ratio).round() as usize).clamp(1, n - 1);
                prop_assert_eq!(trains, wanted);
                prop_assert!(of_label().all(|(id, _)| one.is_train(id) == other.is_train(id)));
            }
        }
    }
}
