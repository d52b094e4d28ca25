//! What became of samples: before, after, and why.

use super::html::{Page, escape};
use super::picture::{Fetch, HEIGHT, figure, words};
use crate::client::Connection;
use crate::cmd::task::results::{WITHDRAWN, asked, became, why};
use anyhow::Result;
use serde_json::Value;

/// What is shown, in this order: what was kept as it is needs no picture.
const SHOWN: &[&str] = &["dropped", "changed", "added", WITHDRAWN];

/// Writes a section for each kind.
pub(super) fn write(page: &mut Page, connection: &Connection, run: (&str, &str), most: usize) -> Result<()> {
    let fetch = |address: &str| connection.fetch(address).ok();
    let mut shown = 0;
    for kind in SHOWN {
        let (name, value) = asked(Some(kind));
        // One more than is shown, to know whether something is left out.
        let found =
            connection.result_pictures(run.0, run.1, (name, &value), HEIGHT, most.saturating_add(1))?;
        section(page, kind, &found, most, &fetch);
        shown += found.len();
    }
    if shown == 0 {
        page.paragraph("No sample was dropped, changed, added or withdrawn.");
    }
    Ok(())
}

fn section(page: &mut Page, kind: &str, found: &[Value], most: usize, fetch: Fetch<'_>) {
    if found.is_empty() {
        return;
    }
    page.heading(&format!("Samples that were {kind}"));
    if kind == WITHDRAWN {
        page.paragraph(
            "New samples that were not made or were left out later. What they were to be made of stays.",
        );
    }
    for result in found.iter().take(most) {
        page.raw(&sample(result, fetch));
    }
    if found.len() > most {
        page.paragraph(&format!("Only the first {most} are shown."));
    }
}

fn sample(result: &Value, fetch: Fetch<'_>) -> String {
    let (origin, new) = (result["origin_source"].as_str(), result["new_source"].as_str());
    // What was generated has no origin, and no place either if it was withdrawn.
    let name = origin.or(new).unwrap_or("a generated image");
    let became = new.filter(|_| origin.is_some() && became(result) != "kept");
    let compared = result["tidemill"]["compared_with"].as_str();
    format!(
        "<div class=\"sample\"><code>{}</code><p class=\"why\">{}{}{}</p>{}</div>\n",
        escape(name),
        escape(&why(result)),
        place("compared with", compared),
        place("now", became),
        pictures(result, fetch),
    )
}

/// A line that names an object.
fn place(what: &str, name: Option<&str>) -> String {
    name.map(|name| format!("<br>{what} <code>{}</code>", escape(name))).unwrap_or_default()
}

/// The sample before and after, or what there is instead of a picture.
fn pictures(result: &Value, fetch: Fetch<'_>) -> String {
    let (origin, new) = (&result["signed_origin_source"], &result["signed_new_source"]);
    let before = match because(result, &["orphan", "source_missing"]) {
        Some("orphan") => return words("a label file without a picture"),
        Some(_) => words("before: the file is gone"),
        None if result["origin_source"].is_null() => words("before: nothing, it was generated"),
        None => figure(fetch, "before", origin.as_str()),
    };
    format!("{before}{}", figure(fetch, "after", new.as_str()))
}

/// The first of these codes that is among the reasons.
fn because<'c>(result: &Value, codes: &[&'c str]) -> Option<&'c str> {
    let reasons = result["tidemill"]["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
    codes.iter().copied().find(|code| reasons.iter().any(|reason| reason["code"] == **code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOSTILE: &str = "s3://b/in/\"><img src=x onerror=alert(1)>&'\u{202e}gpj.js\u{1}";

    fn row(property: u64, code: &str, more: Value) -> Value {
        let mut row = json!({
            "result_property": property, "origin_source": "s3://b/in/x.jpg", "signed_origin_source": "http://old",
            "result_description": [[format!("because of {code}")], ["x"]],
            "tidemill": {"reasons": [{"code": code, "text": ""}]},
        });
        for (key, value) in more.as_object().unwrap() {
            row[key] = value.clone();
        }
        row
    }

    /// The markup of some rows; every address has a small picture behind it, but `http://xml`.
    fn page(kind: &str, rows: &[Value], most: usize) -> String {
        let fetch = |address: &str| match address {
            "http://gone" => None,
            "http://xml" => Some(b"<annotation/>".to_vec()),
            _ => Some(vec![0xff, 0xd8, 0xff]),
        };
        let mut page = Page::titled("t");
        section(&mut page, kind, rows, most, &fetch);
        page.finish()
    }

    /// What a reader sees: the text without markup, and each picture as `[alt]`.
    fn text(page: &str) -> String {
        let body = page.split_once("</h1>").unwrap().1;
        let pictures =
            body.replace("<img alt=\"", "[").replace("\" src=\"data:image/jpeg;base64,/9j/\">", "]");
        let mut text = String::new();
        for piece in pictures.split('<') {
            text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
            text.push(' ');
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_kind_has_its_pictures_and_its_reasons() {
        let product = json!({"new_source": "obs://b/out/x_checked.jpg", "signed_new_source": "http://new"});
        let expected = "Samples that were changed s3://b/in/x.jpg because of scaled now obs://b/out/x_checked.jpg \
            [before] before [after] after";
        assert_eq!(text(&page("changed", &[row(1, "scaled", product.clone())], 9)), expected);
        assert!(
            text(&page("added", &[row(3, "flip", product)], 9)).ends_with("[before] before [after] after")
        );
        let mut twin = row(2, "duplicate", json!({}));
        twin["tidemill"]["compared_with"] = json!("obs://b/in/kept.jpg");
        let expected = "Samples that were dropped s3://b/in/x.jpg because of duplicate compared with \
            obs://b/in/kept.jpg [before] before after: none";
        assert_eq!(text(&page("dropped", &[twin], 9)), expected);
        let redundant = row(2, "redundant", json!({}));
        assert!(text(&page("dropped", &[redundant], 9)).ends_with("[before] before after: none"));
    }

    #[test]
    fn what_has_no_picture_says_so() {
        let lonely = json!({"origin_source": "s3://b/in/a.xml", "signed_origin_source": "http://xml"});
        let expected =
            "Samples that were dropped s3://b/in/a.xml because of orphan a label file without a picture";
        assert_eq!(text(&page("dropped", &[row(2, "orphan", lonely.clone())], 9)), expected);
        let gone = text(&page("dropped", &[row(2, "source_missing", json!({}))], 9));
        assert!(gone.ends_with("because of source_missing before: the file is gone after: none"), "{gone}");
        // Bytes that are no picture, and none at all.
        for address in ["http://xml", "http://gone"] {
            let broken = json!({"signed_origin_source": address});
            let shown = text(&page("dropped", &[row(2, "undecodable", broken)], 9));
            assert!(shown.ends_with("before: cannot be shown after: none"), "{shown}");
        }
        let made = json!({"origin_source": null, "signed_origin_source": null, "new_source": "obs://b/out/1.jpg",
            "signed_new_source": "http://new"});
        let expected = "Samples that were added obs://b/out/1.jpg because of generated \
            before: nothing, it was generated [after] after";
        assert_eq!(text(&page("added", &[row(3, "generated", made)], 9)), expected);
    }

    #[test]
    fn what_was_withdrawn_says_what_it_was_to_be_made_of() {
        let left_out = json!({"tidemill": {"reasons": [], "compared_with": "obs://b/out/kept.jpg"}});
        let expected = "Samples that were withdrawn New samples that were not made or were left out later. \
            What they were to be made of stays. s3://b/in/x.jpg because of identical \
            compared with obs://b/out/kept.jpg [before] before after: none";
        assert_eq!(text(&page("withdrawn", &[row(2, "identical", left_out)], 9)), expected);
        let of_nothing = json!({"origin_source": null, "signed_origin_source": null});
        let expected = "a generated image because of identical before: nothing, it was generated after: none";
        assert!(text(&page("withdrawn", &[row(2, "identical", of_nothing)], 9)).ends_with(expected));
    }

    #[test]
    fn names_and_reasons_never_become_markup() {
        let mut bad = row(1, HOSTILE, json!({"origin_source": HOSTILE, "new_source": HOSTILE}));
        bad["tidemill"]["compared_with"] = json!(HOSTILE);
        let page = page("changed", &[bad], 9);
        assert_eq!(page.matches("onerror=alert").count(), 4, "the name is there each time, as text: {page}");
        assert!(!page.contains("<img src=x"), "{page}");
        let seen = "s3://b/in/&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&#39;\\u{202e}gpj.js\\u{1}";
        assert_eq!(page.matches(seen).count(), 4, "{page}");
    }

    #[test]
    fn a_section_has_an_end_and_none_is_empty() {
        let rows = [row(2, "duplicate", json!({})), row(2, "duplicate", json!({}))];
        assert!(text(&page("dropped", &rows, 1)).ends_with("Only the first 1 are shown."));
        assert!(!text(&page("dropped", &rows, 2)).contains("Only"));
        assert_eq!(text(&page("dropped", &[], 1)), "");
    }
}
