//! Numbers from 0 to 1 that survive storing.

/// A number from 0 to 1 in millionths: a score, a share, a difficulty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fraction(u32);

const ONE: u32 = 1_000_000;

impl Fraction {
    /// Rounds to millionths; `None` outside 0 to 1.
    pub fn new(number: f64) -> Option<Self> {
        (0.0..=1.0).contains(&number).then(|| Self((number * f64::from(ONE)).round() as u32))
    }

    /// The number.
    pub fn get(self) -> f64 {
        f64::from(self.0) / f64::from(ONE)
    }

    /// Millionths, as they are stored.
    pub fn millionths(self) -> i64 {
        i64::from(self.0)
    }

    /// From stored millionths, cut to 0 to 1.
    pub fn from_millionths(millionths: i64) -> Self {
        Self(u32::try_from(millionths.clamp(0, i64::from(ONE))).unwrap_or(ONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn six_decimals_come_back_as_they_were(millionths in 0u32..=ONE) {
            let number: f64 = format!("{}.{:06}", millionths / ONE, millionths % ONE).parse().unwrap();
            let kept = Fraction::from_millionths(Fraction::new(number).unwrap().millionths());
            prop_assert_eq!(kept.get(), number);
        }
    }

    #[test]
    fn nothing_outside_is_a_fraction() {
        for number in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Fraction::new(number), None);
        }
    }
}
