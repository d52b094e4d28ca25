//! Numbers in label files.

/// A finite number, blanks around it allowed.
pub(super) fn parse(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// At most 3 decimals, none if they are zeros.
pub(super) fn format(number: f64) -> String {
    let text = format!("{number:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Rounded half up if whole numbers are wanted, else to 3 decimals; then kept between 0 and `limit`.
pub(super) fn rounded(number: f64, whole: bool, limit: Option<f64>) -> f64 {
    let number = if whole { (number + 0.5).floor() } else { number };
    match limit {
        Some(limit) => number.clamp(0.0, limit.max(0.0)),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_short() {
        let written = [10.0, 10.5, 10.1236, -0.0001, 0.0, 1e7].map(format);
        assert_eq!(written, ["10", "10.5", "10.124", "0", "0", "10000000"]);
    }

    #[test]
    fn halves_are_rounded_up_and_clamped() {
        assert_eq!(rounded(2.5, true, None), 3.0);
        assert_eq!(rounded(-2.5, true, None), -2.0);
        assert_eq!(rounded(9.6, true, Some(9.0)), 9.0);
        assert_eq!(rounded(-0.4, false, Some(9.0)), 0.0);
    }

    #[test]
    fn only_finite_numbers_are_numbers() {
        assert_eq!(parse("\n10 "), Some(10.0));
        for bad in ["", "a", "NaN", "inf", "1,5", "1e999"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
