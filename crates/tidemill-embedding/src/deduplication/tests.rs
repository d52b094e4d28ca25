use super::*;
use crate::install::CALIBRATION;
use crate::testing::{cancelled, draws, grouped, key, on_any_threads, reversed};
use proptest::prelude::*;

const THRESHOLD: f64 = 0.9;

fn scale() -> Scale {
    Scale::of(Some(CALIBRATION))
}

/// Pictures of some sizes, every tenth with the pixels of another one.
fn pictures(count: usize) -> Vec<Picture> {
    let picture = |n: usize| Picture {
        pixel_digest: *blake3::hash(&(if n % 10 == 9 { n - 1 } else { n }).to_le_bytes()).as_bytes(),
        pixels: [100, 400, 900][n / 2 % 3],
        bytes: (n % 7) as u64,
        labels: if n.is_multiple_of(2) { "cat" } else { "dog" }.into(),
    };
    (0..count).map(picture).collect()
}

/// Sets in which equal pixels have equal vectors.
fn set(count: usize, groups: usize, spread: f64, seed: u64) -> (Samples, Vec<Picture>) {
    let all = grouped(count, groups, spread, seed);
    let mut samples = Samples::new(all.vectors().dimensions());
    for n in 0..count {
        let of = if n % 10 == 9 { n - 1 } else { n };
        assert!(samples.push(key(n), &all.vectors().vector(of as u32).unwrap()));
    }
    (samples, pictures(count))
}

fn run(samples: &Samples, pictures: &[Picture], exact_max: usize) -> Vec<DedupVerdict> {
    let (scale, mut draws) = ((scale(), THRESHOLD), draws(7));
    deduplicate_exactly_up_to(exact_max, samples, pictures, scale, &mut draws, &Control::none()).unwrap()
}

fn similarity(samples: &Samples, one: u32, other: u32) -> f64 {
    scale()
        .similarity(samples.vectors().vector(one).unwrap().cosine(&samples.vectors().vector(other).unwrap()))
}

/// What is kept, by comparing every pair in order.
fn brute_force(samples: &Samples, pictures: &[Picture]) -> Vec<bool> {
    let mut order: Vec<u32> = (0..samples.len() as u32).collect();
    order.sort_by_key(|index| {
        let picture = &pictures[*index as usize];
        (u64::MAX - picture.pixels, u64::MAX - picture.bytes, *samples.key(*index))
    });
    let mut kept: Vec<u32> = Vec::new();
    for index in order {
        let equal =
            |other: &u32| pictures[*other as usize].pixel_digest == pictures[index as usize].pixel_digest;
        if !kept.iter().any(|other| equal(other) || similarity(samples, *other, index) > THRESHOLD) {
            kept.push(index);
        }
    }
    (0..samples.len() as u32).map(|index| kept.contains(&index)).collect()
}

#[test]
fn it_keeps_what_brute_force_keeps_on_any_number_of_threads() {
    for (groups, spread) in [(40, 0.25), (300, 0.5), (5, 0.05)] {
        let (samples, pictures) = set(500, groups, spread, 4);
        let verdicts = on_any_threads(|| run(&samples, &pictures, usize::MAX));
        let kept: Vec<bool> = verdicts.iter().map(|verdict| verdict.kept).collect();
        assert_eq!(kept, brute_force(&samples, &pictures));
        assert!(kept.contains(&false) && kept.contains(&true));
    }
}

#[test]
fn several_steps_give_what_one_gives() {
    let (samples, pictures) = set(5000, 700, 0.3, 5);
    let kept: Vec<bool> = run(&samples, &pictures, usize::MAX).iter().map(|verdict| verdict.kept).collect();
    assert_eq!(kept, brute_force(&samples, &pictures));
}

#[test]
fn cells_lose_almost_no_pair() {
    let (samples, pictures) = set(3000, 150, 0.2, 6);
    let exact = run(&samples, &pictures, usize::MAX);
    let in_cells = on_any_threads(|| run(&samples, &pictures, 0));
    let removed = |verdicts: &[DedupVerdict]| verdicts.iter().filter(|verdict| !verdict.kept).count();
    assert!(removed(&in_cells) as f64 >= 0.99 * removed(&exact) as f64);
    assert!(in_cells.iter().all(|verdict| verdict.kept || verdict.similarity > THRESHOLD));
}

#[test]
fn equal_pixels_go_with_the_best_one_and_labels_are_noted() {
    let (samples, pictures) = set(20, 20, 0.0, 8);
    let verdicts = run(&samples, &pictures, usize::MAX);
    let (of_nine, of_eight) = (verdicts[9], verdicts[8]);
    assert!(of_nine.kept != of_eight.kept);
    let (gone, stays) = if of_nine.kept { (of_eight, 9) } else { (of_nine, 8) };
    assert!(gone.identical && gone.label_conflict && gone.similarity == 1.0);
    assert_eq!(gone.compared_with, Some(stays));
}

#[test]
fn no_threshold_keeps_pixels_that_are_equal() {
    let (samples, pictures) = set(20, 20, 0.0, 8);
    let verdicts = deduplicate(&samples, &pictures, (scale(), 1.0), &mut draws(1), &Control::none()).unwrap();
    assert_eq!(verdicts.iter().filter(|verdict| !verdict.kept).count(), 2);
}

#[test]
fn progress_ends_with_all_and_cancelling_ends_it() {
    let (samples, pictures) = set(100, 10, 0.2, 9);
    let last = last_progress(&samples, &pictures);
    assert_eq!(last, (90, 90));
    assert_eq!(deduplicate(&samples, &pictures, (scale(), 0.9), &mut draws(1), &cancelled()), Err(Cancelled));
}

fn last_progress(samples: &Samples, pictures: &[Picture]) -> (u64, u64) {
    let last = std::sync::Mutex::new((0, 0));
    let tell = |done, total| *last.lock().unwrap() = (done, total);
    let control = Control::new(&never, &tell);
    deduplicate(samples, pictures, (scale(), 0.9), &mut draws(1), &control).unwrap();
    last.into_inner().unwrap()
}

fn never() -> bool {
    false
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_kept_holds_together(count in 1_usize..120, groups in 1_usize..40, spread in 0.0..0.8, seed in 0_u64..1000) {
        let (samples, pictures) = set(count, groups, spread, seed);
        let verdicts = run(&samples, &pictures, usize::MAX);
        let kept: Vec<u32> = (0..count as u32).filter(|index| verdicts[*index as usize].kept).collect();
        for (place, one) in kept.iter().enumerate() {
            for other in &kept[..place] {
                prop_assert!(similarity(&samples, *one, *other) <= THRESHOLD);
            }
        }
        for (index, verdict) in verdicts.iter().enumerate().filter(|(_, verdict)| !verdict.kept) {
            let keeper = verdict.compared_with.unwrap();
            prop_assert!(verdicts[keeper as usize].kept);
            prop_assert!(verdict.identical || similarity(&samples, index as u32, keeper) > THRESHOLD);
        }
        // Idempotent: what is kept once is kept again.
        let mut again = Samples::new(samples.vectors().dimensions());
        for index in &kept {
            prop_assert!(again.push(*samples.key(*index), &samples.vectors().vector(*index).unwrap()));
        }
        let kept_pictures: Vec<Picture> = kept.iter().map(|index| pictures[*index as usize].clone()).collect();
        prop_assert!(run(&again, &kept_pictures, usize::MAX).iter().all(|verdict| verdict.kept));
        // The order in which samples come does not matter.
        let backward: Vec<Picture> = pictures.iter().rev().cloned().collect();
        let turned = run(&reversed(&samples), &backward, usize::MAX);
        prop_assert!(turned.iter().rev().map(|verdict| verdict.kept).eq(verdicts.iter().map(|verdict| verdict.kept)));
    }
}
