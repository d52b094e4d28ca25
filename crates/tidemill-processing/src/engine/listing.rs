//! What was found at the sources of a run, brought into the order of paths, each picture with its label file.

use super::column::{numbers, optional, texts};
use super::{Engine, EngineError};
use datafusion::arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::JoinType;
use datafusion::error::DataFusionError;
use datafusion::prelude::{col, lit, when};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use std::sync::{Arc, LazyLock};

/// One object found at a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// `bucket/key`.
    pub(crate) path: String,
    /// The path without its suffix: what a picture and its label file share.
    pub(crate) stem: String,
    /// Whether it is a label file.
    pub(crate) is_label: bool,
    /// Bytes.
    pub(crate) size: i64,
    /// The object's ETag.
    pub(crate) etag: Option<String>,
    /// What else is known, as JSON.
    pub(crate) body: String,
}

/// A picture with the label file beside it, if there is one; or a label file without a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    /// `bucket/key` of the picture, or of the label file that has none.
    pub(crate) path: String,
    /// Its bytes.
    pub(crate) size: i64,
    /// Its ETag.
    pub(crate) etag: Option<String>,
    /// What else is known of it.
    pub(crate) body: String,
    /// `bucket/key` of its label file.
    pub(crate) label: Option<String>,
    /// The label file's ETag.
    pub(crate) label_etag: Option<String>,
    /// Its bytes.
    pub(crate) label_size: Option<i64>,
}

impl Joined {
    /// Whether it is a label file without a picture.
    pub(crate) fn is_orphan(&self) -> bool {
        self.label.as_ref() == Some(&self.path)
    }
}

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("path", DataType::Utf8, false),
        Field::new("stem", DataType::Utf8, false),
        Field::new("is_label", DataType::Int64, false),
        Field::new("size", DataType::Int64, false),
        Field::new("etag", DataType::Utf8, true),
        Field::new("body", DataType::Utf8, false),
    ]))
});

impl Engine {
    /// Writes a part of a listing.
    pub(crate) async fn write_listed(&self, key: &str, listed: &[Listed]) -> Result<(), EngineError> {
        let text =
            |read: fn(&Listed) -> &str| Arc::new(StringArray::from_iter_values(listed.iter().map(read)));
        let number =
            |read: fn(&Listed) -> i64| Arc::new(Int64Array::from_iter_values(listed.iter().map(read)));
        let etags: StringArray = listed.iter().map(|one| one.etag.as_deref()).collect();
        let columns: Vec<Arc<dyn Array>> = vec![
            text(|one| &one.path),
            text(|one| &one.stem),
            number(|one| i64::from(one.is_label)),
            number(|one| one.size),
            Arc::new(etags),
            text(|one| &one.body),
        ];
        self.put(key, &SCHEMA, &[RecordBatch::try_new(SCHEMA.clone(), columns)?]).await
    }

    /// The pictures of a listing, and label files without one, in the order of their paths.
    pub(crate) async fn join_listed(
        &self,
        parts: &[String],
    ) -> Result<BoxStream<'static, Result<Vec<Joined>, EngineError>>, EngineError> {
        let all = self.table(parts, &SCHEMA).await?;
        let pictures = all.clone().filter(col("is_label").eq(lit(0i64)))?;
        let labels = all.filter(col("is_label").eq(lit(1i64)))?.select(vec![
            col("stem").alias("label_stem"),
            col("path").alias("label_path"),
            col("etag").alias("label_etag"),
            col("size").alias("label_size"),
            col("body").alias("label_body"),
        ])?;
        let joined = pictures.join(labels, JoinType::Full, &["stem"], &["label_stem"], None)?;
        let of = |name: &str| {
            let own = when(col("path").is_null(), col(format!("label_{name}"))).otherwise(col(name))?;
            Ok::<_, DataFusionError>(own.alias(name))
        };
        let label = ["label_path", "label_etag", "label_size"].map(col);
        let wanted =
            [of("path")?, of("size")?, of("etag")?, of("body")?].into_iter().chain(label).collect::<Vec<_>>();
        let sorted = joined
            .select(wanted)?
            .sort(vec![col("path").sort(true, false), col("label_path").sort(true, false)])?;
        let batches = sorted.execute_stream().await?;
        Ok(batches.map_err(EngineError::from).and_then(async |batch| joined_of(&batch)).boxed())
    }
}

fn joined_of(batch: &RecordBatch) -> Result<Vec<Joined>, EngineError> {
    let columns = batch.columns();
    let (path, size, etag) = (texts(columns, 0)?, numbers(columns, 1)?, texts(columns, 2)?);
    let (body, label, label_etag) = (texts(columns, 3)?, texts(columns, 4)?, texts(columns, 5)?);
    let label_size = numbers(columns, 6)?;
    let one = |n: usize| Joined {
        path: path.value(n).to_owned(),
        size: size.value(n),
        etag: optional(etag, n),
        body: body.value(n).to_owned(),
        label: optional(label, n),
        label_etag: optional(label_etag, n),
        label_size: label_size.is_valid(n).then(|| label_size.value(n)),
    };
    Ok((0..batch.num_rows()).map(one).collect())
}
