//! Single values: what Avro calls them and what they are in JSON.

/// A type without parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Boolean,
    Int,
    Long,
    Float,
    Double,
    /// Text, whose characters up to U+00FF are the bytes: Avro's own way to write them in JSON.
    Bytes,
    Text,
    Enum(Vec<String>),
    /// Like [`Scalar::Bytes`], always as many.
    Fixed(usize),
    /// Digits before and behind the point together, and behind it.
    Decimal {
        precision: usize,
        scale: usize,
    },
    /// Days since the epoch.
    Date,
    /// Since midnight.
    Time(Unit),
    /// Since the epoch; `utc` is false for local times.
    Timestamp {
        unit: Unit,
        utc: bool,
    },
}

/// What times count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Micros,
}

/// Digits an `i128` holds whatever they are.
pub(super) const DECIMAL_DIGITS_MAX: usize = 38;

impl Scalar {
    /// What it is in JSON, for people.
    pub(super) fn wanted(&self) -> String {
        match self {
            Self::Boolean => "true or false".into(),
            Self::Int => "a whole number of 32 bits".into(),
            Self::Long => "a whole number of 64 bits".into(),
            Self::Float => "a number of 32 bits".into(),
            Self::Double => "a number of 64 bits".into(),
            Self::Bytes => "text of characters up to U+00FF".into(),
            Self::Text => "text".into(),
            Self::Enum(_) => "one of the symbols".into(),
            Self::Fixed(bytes) => format!("text of {bytes} characters up to U+00FF"),
            Self::Decimal { precision, scale } => {
                format!(
                    "a number, or text of one, of at most {precision} digits, {scale} of them behind the point"
                )
            }
            Self::Date => "a whole number of days since the epoch".into(),
            Self::Time(Unit::Millis) => "a whole number of ms since midnight".into(),
            Self::Time(Unit::Micros) => "a whole number of us since midnight".into(),
            Self::Timestamp { unit: Unit::Millis, .. } => "a whole number of ms since the epoch".into(),
            Self::Timestamp { unit: Unit::Micros, .. } => "a whole number of us since the epoch".into(),
        }
    }

    /// Whether a value is read from how its number is written, which no other form keeps whole.
    pub(super) fn is_by_digits(&self) -> bool {
        matches!(self, Self::Float | Self::Double | Self::Decimal { .. })
    }
}

impl Unit {
    /// How many a day has.
    pub(super) fn a_day(self) -> i64 {
        match self {
            Self::Millis => 86_400_000,
            Self::Micros => 86_400_000_000,
        }
    }
}

/// The bytes a decimal takes: those of the largest number of so many digits, and its sign.
pub(super) fn decimal_bytes(precision: usize) -> usize {
    let largest = 10u128.saturating_pow(u32::try_from(precision).unwrap_or(u32::MAX)) - 1;
    let bits = (u128::BITS - largest.leading_zeros()) as usize + 1;
    bits.div_ceil(8)
}

/// A decimal as the whole number of its smallest unit; `None` if it has more digits than allowed.
pub(super) fn decimal(text: &str, precision: usize, scale: usize) -> Option<i128> {
    let (digits, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) {
        return None;
    }
    let all = format!("{whole}{part}");
    let (all, zeros) = (all.trim_start_matches('0'), all.trim_end_matches('0'));
    let trailing = whole.len() + part.len() - zeros.len();
    let significant = all.get(..all.len().saturating_sub(trailing)).unwrap_or_default();
    if significant.is_empty() {
        return Some(0);
    }
    // The last significant digit counts this many powers of ten of the smallest unit.
    let power = i64::from(exponent) - part.len() as i64 + trailing as i64 + scale as i64;
    let power = u32::try_from(power).ok()?;
    if significant.len() + power as usize > precision.min(DECIMAL_DIGITS_MAX) {
        return None;
    }
    let value = significant.parse::<i128>().ok()?.checked_mul(10i128.checked_pow(power)?)?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_digit_by_digit() {
        for (text, wanted) in [
            ("0", Some(0)),
            ("-0.00", Some(0)),
            ("1", Some(100)),
            ("12.34", Some(1234)),
            ("-12.3", Some(-1230)),
            ("12.340", Some(1234)),
            ("1234e-2", Some(1234)),
            ("1.2E1", Some(1200)),
            ("999.99", Some(99_999)),
            ("00012", Some(1200)),
            ("1000", None),
            ("1000.00", None),
            ("0.001", None),
            ("1e999999999", None),
            ("1e-999999999", None),
            ("1e99999999999", None),
            ("", None),
            ("-", None),
            (".5", None),
            ("1x", None),
            ("0x1", None),
            ("\u{661}", None),
        ] {
            assert_eq!(decimal(text, 5, 2), wanted, "{text:?}");
        }
        let most = "9".repeat(38);
        assert_eq!(decimal(&most, 38, 0), most.parse().ok());
        assert_eq!(decimal(&format!("{most}0"), 38, 0), None);
    }

    #[test]
    fn a_decimal_takes_the_bytes_of_its_digits() {
        assert_eq!([1, 2, 3, 9, 18, 38].map(decimal_bytes), [1, 1, 2, 4, 8, 16]);
    }
}
