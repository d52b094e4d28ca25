//! Sets of vectors for tests.

use crate::control::Control;
use crate::samples::Samples;
use crate::vector::Vector;
use tidemill_vision::seed::{Draws, SampleKey, TaskSeed};

pub(crate) const DIMENSIONS: usize = 24;

/// Random numbers for a test.
pub(crate) fn draws(seed: u64) -> Draws {
    TaskSeed::of_task("test").draws_of_set("test", &seed.to_string())
}

/// A vector around `centre`, the nearer the smaller `spread` is.
pub(crate) fn near(centre: &[f32], spread: f64, draws: &mut Draws) -> Vector {
    let numbers: Vec<f32> =
        centre.iter().map(|number| (f64::from(*number) + spread * draws.normal()) as f32).collect();
    Vector::normalised(&numbers).unwrap()
}

/// `count` directions.
pub(crate) fn directions(count: usize, draws: &mut Draws) -> Vec<Vec<f32>> {
    (0..count).map(|_| (0..DIMENSIONS).map(|_| draws.normal() as f32).collect()).collect()
}

/// Samples in groups: sample `n` lies around direction `n % groups`.
pub(crate) fn grouped(count: usize, groups: usize, spread: f64, seed: u64) -> Samples {
    let mut draws = draws(seed);
    let centres = directions(groups, &mut draws);
    let mut samples = Samples::new(DIMENSIONS);
    for n in 0..count {
        let vector = near(&centres[n % groups], spread, &mut draws);
        assert!(samples.push(key(n), &vector));
    }
    samples
}

/// The key of sample `n`: keys do not rise with `n`.
pub(crate) fn key(n: usize) -> SampleKey {
    SampleKey::of_bytes(&format!("{n}.jpg"), b"")
}

/// The same samples the other way round.
pub(crate) fn reversed(samples: &Samples) -> Samples {
    let mut reversed = Samples::new(samples.vectors().dimensions());
    for index in (0..samples.len() as u32).rev() {
        let wide = samples.vectors().selected(&[index]);
        assert!(reversed.push(*samples.key(index), &wide.vector(0).unwrap()));
    }
    reversed
}

/// What `work` gives with one thread, which has to be what it gives with three.
pub(crate) fn on_any_threads<T: PartialEq + std::fmt::Debug + Send>(work: impl Fn() -> T + Sync) -> T {
    let run = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(&work);
    let one = run(1);
    assert_eq!(one, run(3));
    one
}

/// Cancelled from the beginning.
pub(crate) fn cancelled() -> Control<'static> {
    Control::new(&always, &|_, _| {})
}

fn always() -> bool {
    true
}
