//! How the values of a metric are distributed.
//!
//! Values come one by one in their order, so that the result is the same wherever they lay and nobody holds all of
//! them: once for a [`Summary`], and once more for their deviation from its mean ([`Spread`]) and for outliers
//! ([`Far`]). Histograms are made of the numbers of bins ([`Bins::number`]), in any order.
//!
//! [`Bins::number`]: crate::feature::Bins::number

mod bins;
mod outliers;
mod quantile;
mod sum;
mod summary;

pub use bins::Histogram;
pub use outliers::{Far, Outlier, Outliers};
pub use quantile::QUANTILES;
pub use summary::{Ordered, Spread, Summary};

/// A distribution of at least one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Where the values lie.
    pub summary: Summary,
    /// Their population deviation.
    pub std: f64,
    /// How many values lie where.
    pub histogram: Histogram,
    /// Values far away from the others.
    pub outliers: Outliers,
}
