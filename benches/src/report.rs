//! Tables on standard output.

use crate::load::put::{Figure, Shape};
use crate::load::visible;
use crate::statistics::median;

/// All rounds of one put shape: a pair of figures a round, the reference's first.
pub(crate) struct PutRounds {
    pub(crate) shape: Shape,
    pub(crate) rounds: Vec<(Figure, Figure)>,
}

/// Heading of the put table.
pub(crate) fn put_heading() {
    println!("\nDurable put, 1 KiB random records; ring = reference, tm = tidemill; medians of all rounds");
    println!(
        "{:<28} {:>9} {:>9} {:>6} {:>13} {:>8} {:>8} {:>9} {:>9} {:>6}",
        "shape",
        "ring k/s",
        "tm k/s",
        "ratio",
        "(min - max)",
        "ring p50",
        "tm p50",
        "ring s/M",
        "tm s/M",
        "x cpu"
    );
}

impl PutRounds {
    /// One line of the put table. The ratio is the median of the rounds' ratios, not a ratio of medians.
    pub(crate) fn print(&self) {
        let of = |pick: fn(&(Figure, Figure)) -> f64| self.rounds.iter().map(pick).collect::<Vec<f64>>();
        let ratios = of(|(ring, tm)| tm.records_s / ring.records_s);
        let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ratios.iter().copied().fold(0.0, f64::max);
        println!(
            "{:<28} {:>9.0} {:>9.0} {:>6.2} ({:>4.2} - {:>4.2}) {:>8.2} {:>8.2} {:>9.2} {:>9.2} {:>6.2}",
            self.shape.label(),
            median(&of(|(ring, _)| ring.records_s)) / 1e3,
            median(&of(|(_, tm)| tm.records_s)) / 1e3,
            median(&ratios),
            low,
            high,
            median(&of(|(ring, _)| ring.p50_ms)),
            median(&of(|(_, tm)| tm.p50_ms)),
            median(&of(|(ring, _)| ring.cpu_s_million)),
            median(&of(|(_, tm)| tm.cpu_s_million)),
            median(&of(|(ring, tm)| tm.cpu_s_million / ring.cpu_s_million)),
        );
    }
}

impl Shape {
    /// For example `16 x 500, 1 part, token` or `1 x 100, 16 parts, signed`.
    pub(crate) fn label(&self) -> String {
        let parts = if self.partitions == 1 { "part" } else { "parts" };
        let proof = if self.signed { "signed" } else { "token" };
        format!("{} x {}, {} {parts}, {proof}", self.producers, self.batch, self.partitions)
    }
}

/// One line of latencies: the medians of the rounds' quantiles.
pub(crate) fn times(what: &str, rounds: &[visible::Figure], bar: &str) {
    let of = |pick: fn(&visible::Figure) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>());
    line(what, format!("p50 {:.2} ms, p99 {:.2} ms", of(|f| f.p50_ms), of(|f| f.p99_ms)), bar);
}

/// One line of a figure that has no reference, beside the bar it has to pass.
pub(crate) fn line(what: &str, value: String, bar: &str) {
    println!("{what:<46} {value:<40} bar: {bar}");
}
