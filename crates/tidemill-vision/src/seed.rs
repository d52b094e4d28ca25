//! Random numbers that depend on nothing but the task, the operator, its parameters and the sample: not on the
//! shard, the thread, the order, a retry or the machine.
//!
//! ```text
//! sample key = BLAKE3(path in the dataset, 0, content digest)
//! seed       = BLAKE3 keyed with the task seed (operator, canonical parameters, sample key, copy)
//! ```
//!
//! The seed feeds ChaCha8. Every method of [`Draws`] says how many 64-bit words it takes, so the length of the
//! stream does not depend on the values drawn.

use std::fmt;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::distribution::{self, STEPS};

/// What a sample is known by in a run: the place it is read from and its bytes. Set operators sort by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleKey(pub [u8; 32]);

impl SampleKey {
    /// The key of the sample at `path`, relative to the dataset, whose bytes have this BLAKE3 digest.
    pub fn new(path: &str, content: &[u8; 32]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(path.as_bytes()).update(&[0]).update(content);
        Self(*hasher.finalize().as_bytes())
    }

    /// The key of the sample at `path` with these bytes.
    pub fn of_bytes(path: &str, bytes: &[u8]) -> Self {
        Self::new(path, blake3::hash(bytes).as_bytes())
    }
}

/// What all random numbers of a task start from; stored with the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskSeed(pub [u8; 32]);

impl TaskSeed {
    /// The seed a task has if none was given.
    pub fn of_task(task_id: &str) -> Self {
        Self(*blake3::hash(task_id.as_bytes()).as_bytes())
    }

    /// The random numbers for one copy of one sample.
    ///
    /// `parameters` is the canonical JSON of the values in force ([`crate::parameters::Values::canonical`]).
    pub fn draws_of_sample(&self, operator: &str, parameters: &str, sample: &SampleKey, copy: u32) -> Draws {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(operator.as_bytes()).update(parameters.as_bytes());
        hasher.update(&sample.0).update(&copy.to_le_bytes());
        Draws::from_seed(*hasher.finalize().as_bytes())
    }

    /// The random numbers of an operator that works on the whole set, such as k-means.
    pub fn draws_of_set(&self, operator: &str, parameters: &str) -> Draws {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(operator.as_bytes()).update(parameters.as_bytes());
        Draws::from_seed(*hasher.finalize().as_bytes())
    }
}

/// A place in a stream of random numbers, to be recorded and played again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The seed, 64 hexadecimal digits.
    pub seed: String,
    /// How many 32-bit words came before.
    pub word: u64,
}

/// A stream of random numbers.
#[derive(Clone)]
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha8Rng::from_seed(seed))
    }

    /// The stream from this place on; `None` if the seed is not 64 hexadecimal digits.
    pub fn at(position: &Position) -> Option<Self> {
        let seed = blake3::Hash::from_hex(&position.seed).ok()?;
        let mut stream = ChaCha8Rng::from_seed(*seed.as_bytes());
        stream.set_word_pos(u128::from(position.word));
        Some(Self(stream))
    }

    /// The place of the next number.
    pub fn position(&self) -> Position {
        let seed = blake3::Hash::from_bytes(self.0.get_seed());
        Position { seed: seed.to_hex().to_string(), word: self.0.get_word_pos() as u64 }
    }

    /// 64 random bits. One word.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// One of `2^53` steps. One word.
    fn step(&mut self) -> u64 {
        self.bits() >> 11
    }

    /// Fills `words`; the same numbers as one [`Self::bits`] each, much faster.
    pub(crate) fn fill(&mut self, words: &mut [u64]) {
        let mut bytes = [0; 4096];
        for part in words.chunks_mut(bytes.len() / 8) {
            let bytes = &mut bytes[..part.len() * 8];
            self.0.fill_bytes(bytes);
            for (word, bytes) in part.iter_mut().zip(bytes.as_chunks().0) {
                *word = u64::from_le_bytes(*bytes);
            }
        }
    }

    /// Uniform in `[0, 1)`. One word.
    pub fn unit(&mut self) -> f64 {
        self.step() as f64 / STEPS as f64
    }

    /// Uniform from `low` up to `high`. One word.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `bound`, 0 if the bound is 0. One word.
    pub fn below(&mut self, bound: usize) -> usize {
        let drawn = (self.unit() * bound as f64) as usize;
        drawn.min(bound.saturating_sub(1))
    }

    /// True with this probability. One word.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Normal with the mean 0 and the deviation 1. One word.
    pub fn normal(&mut self) -> f64 {
        distribution::normal(self.step())
    }

    /// Laplace with the mean 0 and the deviation 1. One word.
    pub fn laplace(&mut self) -> f64 {
        distribution::laplace(self.step())
    }

    /// The numbers below `count` in random order (Fisher and Yates, from the back). `count - 1` words.
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }

    /// An index, each as likely as its weight says; `None` if no weight is above 0. One word.
    ///
    /// Weights below 0 and those that are no number count as 0.
    pub fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let positive = |weight: f64| if weight > 0.0 { weight } else { 0.0 };
        let mut left = self.unit() * weights.iter().copied().map(positive).sum::<f64>();
        let mut found = None;
        for (index, weight) in weights.iter().copied().enumerate().filter(|(_, weight)| *weight > 0.0) {
            found = Some(index);
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        found
    }
}

impl fmt::Debug for Draws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draws({:?})", self.position())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws() -> Draws {
        let key = SampleKey::of_bytes("cat/1.jpg", b"pixels");
        TaskSeed::of_task("task").draws_of_sample("Rotate", "{}", &key, 1)
    }

    #[test]
    fn the_stream_is_the_same_for_ever() {
        let mut stream = draws();
        let words: Vec<u64> = (0..3).map(|_| stream.bits()).collect();
        assert_eq!(words, [1_865_389_066_126_415_766, 16_982_246_608_641_503_433, 5_826_455_478_186_497_099]);
    }

    #[test]
    fn every_part_of_the_seed_counts() {
        let task = TaskSeed::of_task("task");
        let key = SampleKey::of_bytes("cat/1.jpg", b"pixels");
        let first = draws().bits();
        assert_ne!(first, TaskSeed::of_task("other").draws_of_sample("Rotate", "{}", &key, 1).bits());
        assert_ne!(first, task.draws_of_sample("Shear", "{}", &key, 1).bits());
        assert_ne!(first, task.draws_of_sample("Rotate", "{\"a\":1}", &key, 1).bits());
        assert_ne!(first, task.draws_of_sample("Rotate", "{}", &key, 2).bits());
        for other in [SampleKey::of_bytes("cat/2.jpg", b"pixels"), SampleKey::of_bytes("cat/1.jpg", b"other")]
        {
            assert_ne!(first, task.draws_of_sample("Rotate", "{}", &other, 1).bits());
        }
    }

    #[test]
    fn a_recorded_place_plays_on() {
        let mut stream = draws();
        stream.uniform(1.0, 2.0);
        let mut again = Draws::at(&stream.position()).unwrap();
        assert_eq!(again.bits(), stream.bits());
        assert!(Draws::at(&Position { seed: "no".to_owned(), word: 0 }).is_none());
    }

    #[test]
    fn many_words_are_the_same_as_one_by_one() {
        let (mut one, mut many) = (draws(), draws());
        let mut words = vec![0; 1500];
        many.fill(&mut words);
        assert!(words.iter().all(|word| *word == one.bits()));
    }

    #[test]
    fn normal_and_laplace_have_the_deviation_one() {
        let mut stream = draws();
        for draw in [Draws::normal, Draws::laplace] {
            let values: Vec<f64> = (0..20_000).map(|_| draw(&mut stream)).collect();
            let mean = values.iter().sum::<f64>() / 20_000.0;
            let variance = values.iter().map(|value| value * value).sum::<f64>() / 20_000.0;
            assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.06, "{mean} {variance}");
        }
    }

    #[test]
    fn permutations_hold_every_number_and_weights_are_kept() {
        let mut order = draws().permutation(100);
        assert!(!order.is_sorted());
        order.sort_unstable();
        assert!(order.into_iter().eq(0..100));
        let mut stream = draws();
        let mut hits = [0; 4];
        for _ in 0..4000 {
            hits[stream.weighted(&[1.0, 0.0, 3.0, f64::NAN]).unwrap()] += 1;
        }
        assert!(hits[1] == 0 && hits[3] == 0 && (900..1100).contains(&hits[0]), "{hits:?}");
        assert_eq!(stream.weighted(&[0.0, -1.0]), None);
        assert_eq!(stream.below(0), 0);
    }
}
