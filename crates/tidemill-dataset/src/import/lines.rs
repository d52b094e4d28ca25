//! Directories of files whose lines or rows are samples: texts and tables.

use super::context::Import;
use super::encoding::Encoding;
use super::extension::ends_in;
use super::item::{Copied, Item, Items};
use super::skip::{Hindrance, Skip, told};
use super::table::{Column, ColumnType, CsvRows, typed};
use super::text::{LINE_BYTES_MAX, LabeledText, is_result, result_key};
use super::twin::Listed;
use crate::manifest::{Lines, RawLine};
use crate::sample::{NewSample, Place};
use crate::task::{FailureReason, TaskFailure};
use crate::{DatasetType, SampleType};
use futures::TryStreamExt;
use futures::stream::BoxStream;
use serde_json::Value;
use tidemill_bucket::Location;

/// Bytes that the encoding of a file is told by.
const TOLD_BY: u64 = 64 * 1024;

/// A file whose lines are samples, where it will be.
struct LineFile {
    source: Location,
    target: Location,
    facts: Listed,
    encoding: Encoding,
}

impl Import {
    /// Hands on the lines of every file of the dataset's kind.
    pub(super) async fn read_lines(&self, items: &Items) -> Result<(), TaskFailure> {
        let columns = self.columns()?;
        let mut listing = self.listing().await?;
        while let Some(object) = self.next(&mut listing).await? {
            let place = self.at(&object.key);
            let labels_only = self.options.format.is_separate() && is_result(&object.key);
            if !self.file_kind.takes(&object.key) || labels_only || self.is_own_copy(&place) {
                continue;
            }
            match self.read_file(&place, object, &columns, items).await {
                Ok(()) => {}
                Err(Hindrance::Sample(skip, cause)) => {
                    items.send(Item::LeftOut(skip, told(place, cause))).await?
                }
                Err(Hindrance::Task(failure)) => return Err(failure),
            }
        }
        Ok(())
    }

    async fn read_file(
        &self,
        place: &Location,
        facts: Listed,
        columns: &[Column],
        items: &Items,
    ) -> Result<(), Hindrance> {
        let encoding = Encoding::of(&self.store.beginning(place, TOLD_BY).await?);
        let target = self.target(place);
        let mut file = LineFile { source: place.clone(), target, facts, encoding };
        if file.target != file.source {
            file.facts = self.store.copy(&file.source, &file.target).await?;
            items.send(Item::Copied(Copied { files: 1, bytes: file.facts.size })).await?;
        }
        if ends_in(&place.key, "csv") {
            self.read_rows(&file, columns, items).await
        } else {
            self.read_text(&file, items).await
        }
    }

    /// Rows of a table, or of texts with their labels behind them.
    async fn read_rows(&self, file: &LineFile, columns: &[Column], items: &Items) -> Result<(), Hindrance> {
        let mut chunks = self.store.get(&file.source).await?.into_stream();
        let mut rows = CsvRows::new(self.options.format.csv_separator(), LINE_BYTES_MAX, file.encoding);
        let mut columns = columns.to_vec();
        loop {
            let chunk = chunks.try_next().await.map_err(|_| Skip::Unreadable)?;
            let ended = chunk.is_none();
            let read = match chunk {
                Some(chunk) => rows.feed(&chunk),
                None => rows.finish(),
            };
            for row in read {
                if row.number == 1 && self.options.header {
                    continue;
                }
                let made = row.cells.ok_or(Skip::LineLength);
                let made = made.and_then(|cells| self.row_sample(file, row.number, &cells, &mut columns));
                items.send(item(made, file, row.number)).await?;
            }
            if ended {
                return Ok(());
            }
        }
    }

    fn row_sample(
        &self,
        file: &LineFile,
        number: u64,
        cells: &[String],
        columns: &mut Vec<Column>,
    ) -> Result<NewSample, Skip> {
        if self.dataset.kind.sample_type() == SampleType::Table {
            if columns.is_empty() {
                // Without a schema the first row says how many columns there are.
                let named =
                    (1..=cells.len()).map(|n| Column::new(&format!("column_{n}"), ColumnType::String));
                columns.extend(named);
            }
            let row = Value::Object(typed(cells, columns)?).to_string();
            return Ok(self.line_sample(file, number, LabeledText { text: row, labels: vec![] }));
        }
        let (text, rest) = cells.split_first().ok_or(Skip::Columns)?;
        let mut labels = Vec::new();
        for cell in rest.iter().filter(|_| self.dataset.kind == DatasetType::TextClassification) {
            labels.extend(self.options.format.labels(cell)?);
        }
        Ok(self.line_sample(file, number, LabeledText { text: text.clone(), labels }))
    }

    /// Lines of text, each with its labels behind it or in the same line of a second file.
    async fn read_text(&self, file: &LineFile, items: &Items) -> Result<(), Hindrance> {
        let mut lines = self.open_lines(&file.source).await?;
        let mut results = self.open_results(&file.source).await?;
        let mut number = 0;
        while let Some(line) = lines.next().await.map_err(|_| Skip::Unreadable)? {
            number += 1;
            let result = match &mut results {
                Some(results) => results.next().await.map_err(|_| Skip::Unreadable)?,
                None => None,
            };
            match self.text_line(file.encoding, line, result) {
                Ok(labeled) if labeled.text.trim().is_empty() => {}
                Ok(labeled) => {
                    let sample = self.line_sample(file, number, labeled);
                    items.send(Item::Sample(Box::new(sample))).await?;
                }
                Err(skip) => items.send(item(Err(skip), file, number)).await?,
            }
        }
        Ok(())
    }

    fn text_line(
        &self,
        encoding: Encoding,
        line: RawLine,
        result: Option<RawLine>,
    ) -> Result<LabeledText, Skip> {
        let decode = |line: RawLine| match line {
            RawLine::TooLong => Err(Skip::LineLength),
            RawLine::Bytes(bytes) => encoding.decode(&bytes).ok_or(Skip::Encoding),
        };
        let text = decode(line)?;
        if self.dataset.kind != DatasetType::TextClassification {
            return Ok(LabeledText { text, labels: vec![] });
        }
        if !self.options.format.is_separate() {
            return self.options.format.split(&text);
        }
        let labels = result.map(decode).transpose()?;
        let labels = labels.map(|labels| self.options.format.labels(&labels)).transpose()?;
        Ok(LabeledText { text, labels: labels.unwrap_or_default() })
    }

    async fn open_lines(&self, place: &Location) -> Result<Chunked, Skip> {
        let chunks: Chunks = self.store.get(place).await?.into_stream();
        Ok(Lines::new(chunks, LINE_BYTES_MAX))
    }

    /// The file of labels beside a file of texts, if labels are written so and there is one.
    async fn open_results(&self, place: &Location) -> Result<Option<Chunked>, Skip> {
        if !self.options.format.is_separate() {
            return Ok(None);
        }
        let results = Location { bucket: place.bucket.clone(), key: result_key(&place.key) };
        match self.open_lines(&results).await {
            Ok(lines) => Ok(Some(lines)),
            Err(Skip::Missing) => Ok(None),
            Err(skip) => Err(skip),
        }
    }

    fn line_sample(&self, file: &LineFile, number: u64, labeled: LabeledText) -> NewSample {
        let labels = labeled.labels.into_iter().filter_map(|name| self.label(name)).collect();
        let facts = &file.facts;
        let size = labeled.text.len() as u64;
        NewSample {
            place: Place::Line(file.target.clone(), number),
            content: Some(labeled.text),
            size,
            etag: facts.etag.clone(),
            modified_ms: facts.modified_ms,
            labels,
            ..self.new_sample(&file.target)
        }
    }

    /// The columns of the dataset's schema; none if it has none or is no table.
    fn columns(&self) -> Result<Vec<Column>, TaskFailure> {
        let schema = self.dataset.definition.get("schema").and_then(Value::as_array);
        let schema = schema.filter(|_| self.dataset.kind == DatasetType::Table);
        let column = |field: &Value| {
            let text = |key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default();
            let told =
                || format!("the schema's column {:?} has the unknown type {:?}", text("name"), text("type"));
            let kind = ColumnType::parse(text("type"));
            let kind = kind.ok_or_else(|| TaskFailure::new(FailureReason::Invalid, told()))?;
            Ok(Column::new(text("name"), kind))
        };
        schema.into_iter().flatten().map(column).collect()
    }
}

type Chunks = BoxStream<'static, object_store::Result<bytes::Bytes>>;
type Chunked = Lines<Chunks>;

fn item(made: Result<NewSample, Skip>, file: &LineFile, number: u64) -> Item {
    match made {
        Ok(sample) => Item::Sample(Box::new(sample)),
        Err(skip) => Item::LeftOut(skip, format!("{} line {number}", file.source)),
    }
}
