//! What became of samples: before, after, and why.

use super::html::{Page, escape};
use super::picture::{HEIGHT, figure};
use crate::client::Connection;
use crate::cmd::task::results::{PROPERTIES, why};
use crate::cmd::watch::text;
use anyhow::Result;
use serde_json::Value;

/// What is shown, in this order: what was kept as it is needs no picture.
const SHOWN: &[&str] = &["dropped", "changed", "added"];

/// Writes a section for each kind.
pub(super) fn write(page: &mut Page, connection: &Connection, run: (&str, &str), most: usize) -> Result<()> {
    for kind in SHOWN {
        let code = PROPERTIES.iter().position(|property| property == kind).unwrap_or_default().to_string();
        // One more than is shown, to know whether something is left out.
        let found = connection.result_pictures(run.0, run.1, &code, HEIGHT, most.saturating_add(1))?;
        if found.is_empty() {
            continue;
        }
        page.heading(&format!("Samples that were {kind}"));
        for result in found.iter().take(most) {
            page.raw(&sample(connection, result));
        }
        if found.len() > most {
            page.paragraph(&format!("Only the first {most} are shown."));
        }
    }
    Ok(())
}

fn sample(connection: &Connection, result: &Value) -> String {
    let before = figure(connection, "before", result["signed_origin_source"].as_str());
    let after = figure(connection, "after", result["signed_new_source"].as_str());
    let compared = result["tidemill"]["compared_with"].as_str();
    let compared = compared.map(|with| format!("<br>compared with <code>{}</code>", escape(with)));
    format!(
        "<div class=\"sample\"><code>{}</code><p class=\"why\">{}{}</p>{before}{after}</div>\n",
        escape(text(result, "origin_source")),
        escape(&why(result)),
        compared.unwrap_or_default(),
    )
}
