use super::*;
use crate::install::CALIBRATION;
use crate::testing::{draws, grouped, on_any_threads, reversed};
use proptest::prelude::*;

fn run(samples: &Samples, ratio: f64, clusters: Option<usize>) -> Vec<SelectionVerdict> {
    let options = SelectionOptions { ratio, clusters };
    select(samples, Scale::of(Some(CALIBRATION)), &options, &mut draws(3), &Control::none()).unwrap()
}

fn kept(verdicts: &[SelectionVerdict]) -> usize {
    verdicts.iter().filter(|verdict| verdict.kept).count()
}

#[test]
fn shares_are_given_by_the_largest_remainder() {
    assert_eq!(quotas(0.5, &[3, 3, 3]), [2, 2, 1]);
    assert_eq!(quotas(0.5, &[1, 3, 5]), [0, 2, 3]);
    assert_eq!(quotas(0.1, &[2, 2]), [1, 0]);
    assert_eq!(quotas(0.0, &[2, 2]), [0, 0]);
    assert_eq!(quotas(1.0, &[4, 1]), [4, 1]);
    assert_eq!(quotas(0.9, &[10, 20, 30]), [9, 18, 27]);
}

#[test]
fn groups_are_as_many_as_the_documented_rule_says() {
    assert_eq!([1, 2, 8, 200, 1_000_000].map(clusters_for), [1, 1, 2, 10, 256]);
}

#[test]
fn more_clusters_than_data_are_refused() {
    let samples = grouped(5, 1, 0.2, 1);
    let options = SelectionOptions { ratio: 0.5, clusters: Some(6) };
    let error = select(&samples, Scale::BASIC, &options, &mut draws(3), &Control::none()).unwrap_err();
    assert_eq!(error, SelectionError::Clusters { given: 6, most: 5 });
}

#[test]
fn a_removed_image_names_a_kept_one_it_is_like() {
    let samples = grouped(200, 8, 0.2, 2);
    let verdicts = on_any_threads(|| run(&samples, 0.3, None));
    assert_eq!(kept(&verdicts), 60);
    for verdict in verdicts.iter().filter(|verdict| !verdict.kept) {
        assert!(verdicts[verdict.compared_with.unwrap() as usize].kept && verdict.similarity > 0.0);
    }
}

/// Mean cosine of each chosen one to the nearest other chosen one.
fn crowding(samples: &Samples, chosen: &[u32]) -> f64 {
    let nearest = |one: &u32| {
        let others = chosen.iter().filter(|other| *other != one);
        let cosine = |other: &u32| {
            samples.vectors().vector(*one).unwrap().cosine(&samples.vectors().vector(*other).unwrap())
        };
        others.map(cosine).fold(-1.0, f64::max)
    };
    chosen.iter().map(nearest).sum::<f64>() / chosen.len() as f64
}

#[test]
fn what_is_kept_lies_further_apart_than_chance() {
    let samples = grouped(240, 12, 0.35, 5);
    let verdicts = run(&samples, 0.4, None);
    let chosen: Vec<u32> = (0..240).filter(|index| verdicts[*index as usize].kept).collect();
    let ours = crowding(&samples, &chosen);
    for seed in 0..20 {
        let order = draws(seed).permutation(240);
        let random: Vec<u32> = order.into_iter().take(chosen.len()).map(|index| index as u32).collect();
        assert!(ours <= crowding(&samples, &random), "seed {seed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_count_is_exact_and_the_order_does_not_matter(
        count in 1_usize..150, groups in 1_usize..20, ratio in 0.0..=1.0, seed in 0_u64..500
    ) {
        let samples = grouped(count, groups, 0.3, seed);
        let verdicts = run(&samples, ratio, None);
        let wanted = ((ratio * count as f64 + 0.5).floor() as usize).max(usize::from(ratio > 0.0));
        prop_assert_eq!(kept(&verdicts), wanted);
        let turned = run(&reversed(&samples), ratio, None);
        prop_assert!(turned.iter().rev().map(|verdict| verdict.kept).eq(verdicts.iter().map(|verdict| verdict.kept)));
    }
}
