//! Progress bars on stderr; nothing where stderr is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

const KNOWN: &str = "{msg} [{bar:32}] {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
const SAMPLES: &str = "{msg} [{bar:32}] {pos}/{len} samples  {per_sec}  {eta}";
const OPEN: &str = "{msg} {spinner} {bytes}  {bytes_per_sec}";

/// A bar over samples; their number is set when it is known.
pub(crate) fn samples(message: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template(SAMPLES).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style.progress_chars("=> ")).with_message(message)
}

/// A bar over `total` bytes, or a counter where the total is not known.
pub(crate) fn bytes(total: Option<u64>, message: &'static str) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), KNOWN),
        None => (ProgressBar::no_length(), OPEN),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style.progress_chars("=> ")).with_message(message)
}
