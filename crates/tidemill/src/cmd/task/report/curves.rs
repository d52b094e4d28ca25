//! Feature curves as inline SVG: one chart a feature, one line an analysis.

use super::html::{Page, escape};
use serde_json::Value;
use std::fmt::Write;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 160.0;
const MARGIN: f64 = 24.0;
/// Told apart also by people who do not see all colours.
const COLOURS: &[&str] = &["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];

/// Writes a chart for every feature that some analysis has.
pub(super) fn write(page: &mut Page, analyses: &[(String, Value)]) {
    if analyses.is_empty() {
        return;
    }
    page.heading("Features");
    page.raw(&legend(analyses));
    for feature in features(analyses) {
        let lines: Vec<Curve> = analyses
            .iter()
            .enumerate()
            .filter_map(|(n, (_, result))| Curve::of(&result["usage"]["all"]["metrics"][&feature], n))
            .collect();
        page.raw(&chart(&feature, &lines));
    }
}

fn legend(analyses: &[(String, Value)]) -> String {
    let entries = analyses.iter().enumerate().map(|(n, (name, _))| {
        format!("<span><b style=\"color:{}\">&#9632;</b> {}</span>", colour(n), escape(name))
    });
    format!("<p class=\"legend\">{}</p>\n", entries.collect::<String>())
}

/// The names of all features, as the first analysis that has them orders them.
fn features(analyses: &[(String, Value)]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, result) in analyses {
        for name in result["usage"]["all"]["metrics"].as_object().into_iter().flat_map(|m| m.keys()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// A histogram as shares, so that versions of different sizes can be compared.
struct Curve {
    edges: Vec<f64>,
    shares: Vec<f64>,
    colour: &'static str,
}

impl Curve {
    /// `None` if there is nothing to draw: no numbers, or edges that do not fit the counts.
    fn of(metric: &Value, n: usize) -> Option<Self> {
        let numbers = |member: &str| -> Option<Vec<f64>> {
            metric[member].as_array()?.iter().map(Value::as_f64).collect()
        };
        let (edges, counts) = (numbers("bins")?, numbers("counts")?);
        let total: f64 = counts.iter().sum();
        let fits = edges.len() == counts.len() + 1 && counts.len() > 1 && total > 0.0;
        fits.then(|| Self {
            edges,
            shares: counts.iter().map(|count| count / total).collect(),
            colour: colour(n),
        })
    }

    /// Points in the chart: bins evenly spaced, as their widths may grow.
    fn points(&self, highest: f64) -> String {
        let step = (WIDTH - 2.0 * MARGIN) / self.shares.len() as f64;
        let mut text = String::new();
        for (n, share) in self.shares.iter().enumerate() {
            let x = MARGIN + (n as f64 + 0.5) * step;
            let y = HEIGHT - MARGIN - share / highest * (HEIGHT - 2.0 * MARGIN);
            // Writing into a text cannot fail.
            let _ = write!(text, "{x:.1},{y:.1} ");
        }
        text
    }
}

fn colour(n: usize) -> &'static str {
    COLOURS[n % COLOURS.len()]
}

fn chart(feature: &str, curves: &[Curve]) -> String {
    let highest = curves.iter().flat_map(|curve| &curve.shares).fold(0.0, |a: f64, b| a.max(*b));
    if highest <= 0.0 {
        return String::new();
    }
    let lines: String = curves
        .iter()
        .map(|c| {
            format!(
                "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"{}\"/>",
                c.colour,
                c.points(highest)
            )
        })
        .collect();
    let (first, last) = curves.first().map_or((0.0, 0.0), |c| (c.edges[0], c.edges[c.edges.len() - 1]));
    let name = escape(feature);
    format!(
        "<figure><svg width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{name}\">{lines}\
         <text x=\"{MARGIN}\" y=\"{y}\" font-size=\"12\" fill=\"#708090\">{}</text>\
         <text x=\"{right}\" y=\"{y}\" font-size=\"12\" fill=\"#708090\" text-anchor=\"end\">{}</text></svg>\
         <figcaption>{name}</figcaption></figure>\n",
        number(first),
        number(last),
        y = HEIGHT - 6.0,
        right = WIDTH - MARGIN,
    )
}

fn number(value: f64) -> String {
    if value.abs() >= 1000.0 || value == value.trunc() {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn analysis(counts: &[u32]) -> Value {
        json!({"usage": {"all": {"metrics": {"brightness": {"bins": [0, 85, 170, 255], "counts": counts}}}}})
    }

    #[test]
    fn versions_of_different_sizes_lie_over_one_another() {
        let mut page = Page::titled("t");
        write(&mut page, &[("v1".into(), analysis(&[1, 2, 1])), ("<v2>".into(), analysis(&[10, 20, 10]))]);
        let page = page.finish();
        let points: Vec<&str> =
            page.split("points=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(points.len(), 2);
        assert_eq!(points[0], points[1]);
        assert!(page.contains("&lt;v2&gt;") && page.contains("brightness"));
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        assert!(Curve::of(&json!({"bins": [0, 1], "counts": [1, 2, 3]}), 0).is_none());
        assert!(Curve::of(&json!({"bins": [0, 1, 2], "counts": [0, 0]}), 0).is_none());
        assert!(Curve::of(&Value::Null, 0).is_none());
    }
}
