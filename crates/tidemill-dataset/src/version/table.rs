//! The files of a table's version: its rows as CSV, and a manifest that names them.

use super::canonical::VersionEntries;
use super::make::Making;
use super::trouble::Trouble;
use crate::manifest::{Entry, Source, write_entry};
use crate::{Definition, SampleType};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};
use serde_json::{Map, Value};
use std::sync::Arc;
use tidemill_bucket::{Bucket, Location, Scheme};

/// Parts of one upload that may be under way at a time.
const PARTS_MAX: usize = 4;

/// Name and type of the columns, in their order.
fn columns(definition: &Definition) -> Vec<(String, Value)> {
    let fields = definition.get("schema").and_then(Value::as_array).into_iter().flatten();
    let column = |field: &Value| {
        let name = field.get("name")?.as_str()?.to_owned();
        Some((name, field.get("type").cloned().unwrap_or_default()))
    };
    fields.filter_map(column).collect()
}

/// A cell of CSV: quoted where that is needed. Text that a spreadsheet would take for a formula gets a TAB in
/// front; numbers are none, whatever their sign.
fn write_cell(value: Option<&Value>, out: &mut String) {
    let (text, is_text) = match value {
        None | Some(Value::Null) => return,
        Some(Value::String(text)) => (text.clone(), true),
        Some(other) => (other.to_string(), false),
    };
    let is_formula = is_text && text.starts_with(['=', '+', '-', '@']);
    if is_formula || text.contains([',', '"', '\n', '\r', '\t']) {
        let tab = if is_formula { "\t" } else { "" };
        out.extend(["\"", tab, &text.replace('"', "\"\""), "\""]);
    } else {
        out.push_str(&text);
    }
}

/// Appends a line of CSV.
fn write_row<'v>(cells: impl Iterator<Item = Option<&'v Value>>, out: &mut String) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_cell(cell, out);
    }
    out.push('\n');
}

impl Making {
    /// Writes `data/part-00000.csv` and the manifest.
    pub(super) async fn write_table(
        &self,
        bucket: &Arc<dyn Bucket>,
        directory: &Location,
        manifest: &Path,
    ) -> Result<(), Trouble> {
        let columns = columns(&self.dataset.definition);
        let part = directory.join("data/part-00000.csv");
        let part_path = Path::parse(&part.key).map_err(|e| Trouble::Failed(e.to_string()))?;
        let mut upload = WriteMultipart::new(bucket.put_multipart(&part_path).await?);
        let mut text = String::new();
        if self.options.column_header {
            let names: Vec<Value> = columns.iter().map(|(name, _)| Value::from(name.as_str())).collect();
            write_row(names.iter().map(Some), &mut text);
        }
        let mut entries = VersionEntries::open(self.datasets.artefacts(), &self.version.identity).await?;
        while let Some(entry) = entries.next().await? {
            let row = entry.sample.content.as_deref().map(serde_json::from_str::<Map<String, Value>>);
            if let Some(Ok(row)) = row {
                write_row(columns.iter().map(|(name, _)| row.get(name)), &mut text);
            }
            self.go_on()?;
            upload.wait_for_capacity(PARTS_MAX).await?;
            upload.write(text.as_bytes());
            text.clear();
        }
        upload.write(text.as_bytes());
        upload.finish().await?;
        let mut line = Vec::new();
        let mut entry = Entry::new(Source::Object(part));
        entry.source_type = Some("csv".to_owned());
        entry.sample_type = Some(SampleType::Table.code());
        entry.property.insert("schema".to_owned(), Value::Object(columns.into_iter().collect()));
        write_entry(&entry, Scheme::S3, &mut line);
        bucket.put(manifest, PutPayload::from(line)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_are_quoted_and_formulas_are_not_left_to_spreadsheets() {
        let row =
            [json!("a"), json!("a,\"b\""), json!("=1+1"), json!("-x"), json!(-5), json!(null), json!("")];
        let mut out = String::new();
        write_row(row.iter().map(Some), &mut out);
        assert_eq!(out, "a,\"a,\"\"b\"\"\",\"\t=1+1\",\"\t-x\",-5,,\n");
    }
}
