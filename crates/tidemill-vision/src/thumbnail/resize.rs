//! The size a step asks for.

/// How the asked size is met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// `m_lfit`: the largest that fits into the asked size, ratio kept.
    #[default]
    Fit,
    /// `m_mfit`: the smallest that covers the asked size, ratio kept.
    Cover,
    /// `m_fixed`: exactly the asked size.
    Fixed,
}

/// A step `resize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resize {
    /// `m_`.
    pub mode: Mode,
    /// `w_`: columns.
    pub width: Option<u32>,
    /// `h_`: rows.
    pub height: Option<u32>,
    /// `l_`: the longer side.
    pub longer: Option<u32>,
    /// `s_`: the shorter side.
    pub shorter: Option<u32>,
    /// `p_`: percent of both sides; the others do not count then.
    pub percent: Option<u32>,
    /// `limit_0`: an image may also become larger.
    pub may_enlarge: bool,
}

impl Resize {
    /// Whether any size is asked for.
    pub(super) fn asks(&self) -> bool {
        [self.width, self.height, self.longer, self.shorter, self.percent].iter().any(Option::is_some)
    }

    /// The size that an image of this size gets; each side at least 1.
    pub fn target(&self, width: u32, height: u32) -> (u32, u32) {
        let (columns, rows) = (f64::from(width), f64::from(height));
        if let Some(percent) = self.percent {
            return self
                .limited((width, height), (scaled(columns, percent, 100), scaled(rows, percent, 100)));
        }
        let (along, across) =
            if width >= height { (self.longer, self.shorter) } else { (self.shorter, self.longer) };
        let shares = [
            self.width.or(along).map(|side| f64::from(side) / columns),
            self.height.or(across).map(|side| f64::from(side) / rows),
        ];
        let known = || shares.iter().flatten().copied();
        let (x, y) = match self.mode {
            Mode::Fit => both(known().fold(f64::INFINITY, f64::min)),
            Mode::Cover => both(known().fold(0.0, f64::max)),
            Mode::Fixed => (shares[0].or(shares[1]).unwrap_or(1.0), shares[1].or(shares[0]).unwrap_or(1.0)),
        };
        let side = |side: f64, share: f64| ((side * share + 0.5).floor() as u32).max(1);
        self.limited((width, height), (side(columns, x), side(rows, y)))
    }

    /// The image's own size if it would grow and must not.
    fn limited(&self, own: (u32, u32), asked: (u32, u32)) -> (u32, u32) {
        let grows = asked.0 > own.0 || asked.1 > own.1;
        if grows && !self.may_enlarge { own } else { asked }
    }
}

fn both(share: f64) -> (f64, f64) {
    if share.is_finite() { (share, share) } else { (1.0, 1.0) }
}

fn scaled(side: f64, numerator: u32, denominator: u32) -> u32 {
    ((side * f64::from(numerator) / f64::from(denominator) + 0.5).floor() as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Resize = Resize {
        mode: Mode::Fit,
        width: None,
        height: None,
        longer: None,
        shorter: None,
        percent: None,
        may_enlarge: false,
    };

    #[test]
    fn one_side_keeps_the_ratio() {
        let height = Resize { height: Some(200), ..ASKED };
        assert_eq!(height.target(1000, 500), (400, 200));
        assert_eq!(height.target(100, 50), (100, 50), "never larger");
        assert_eq!(Resize { may_enlarge: true, ..height }.target(100, 50), (400, 200));
        assert_eq!(Resize { mode: Mode::Fixed, ..height }.target(1000, 500), (400, 200));
    }

    #[test]
    fn two_sides_fit_cover_or_fix() {
        let asked = Resize { width: Some(100), height: Some(100), ..ASKED };
        assert_eq!(asked.target(400, 200), (100, 50));
        assert_eq!(Resize { mode: Mode::Cover, ..asked }.target(400, 200), (200, 100));
        assert_eq!(Resize { mode: Mode::Fixed, ..asked }.target(400, 200), (100, 100));
    }

    #[test]
    fn longer_shorter_and_percent() {
        assert_eq!(Resize { longer: Some(100), ..ASKED }.target(200, 400), (50, 100));
        assert_eq!(Resize { shorter: Some(100), ..ASKED }.target(200, 400), (100, 200));
        assert_eq!(Resize { percent: Some(50), ..ASKED }.target(201, 3), (101, 2));
        assert_eq!(Resize { percent: Some(1), ..ASKED }.target(10, 10), (1, 1));
        assert_eq!(Resize { percent: Some(200), ..ASKED }.target(10, 10), (10, 10));
    }
}
