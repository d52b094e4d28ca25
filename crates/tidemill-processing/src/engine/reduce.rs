//! A reduce over all samples of a set: an aggregate that takes them in batches, in any order, and decides at the end.

use super::vectors::{Embedded, SCHEMA, from_columns, to_columns};
use super::verdict::{self, FIELDS, VERDICTS, Verdict};
use super::{Engine, EngineError};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StructArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::{Accumulator, AggregateUDF, Volatility, create_udaf};
use datafusion::prelude::{SessionContext, col};
use futures::TryStreamExt;
use std::fmt;
use std::sync::Arc;
use tidemill_embedding::{Picture, Samples};

/// What decides over a set: a verdict for each sample, in their order, or why there is none. What samples were compared
/// with are places in the set, or in a list of others.
pub(crate) type Decide = Arc<dyn Fn(&Samples, &[Picture]) -> Result<Vec<Verdict>, String> + Send + Sync>;

impl Engine {
    /// Decides over the samples of some tables of vectors, and writes the verdicts as tables below `prefix`, in no
    /// order; the keys of these. `among_themselves`: samples were compared with samples.
    ///
    /// All vectors are in memory together, for which the caller holds it; where this is polled the work is done.
    pub(crate) async fn reduce(
        &self,
        tables: &[String],
        (decide, among_themselves): (Decide, bool),
        prefix: &str,
    ) -> Result<Vec<String>, EngineError> {
        // On one partition the set is never in pieces, and nothing runs on other threads than this.
        let config = self.session.copied_config().with_target_partitions(1);
        let session = SessionContext::new_with_config_rt(config, self.session.runtime_env());
        let alone = Self { store: self.store.clone(), session };
        let arguments = SCHEMA.fields().iter().map(|field| col(field.name())).collect();
        let verdicts = aggregate(decide, among_themselves).call(arguments).alias("verdicts");
        let set = alone.table(tables, &SCHEMA).await?.aggregate(vec![], vec![verdicts])?;
        let rows = set.unnest_columns(&["verdicts"])?.unnest_columns(&["verdicts"])?;
        let (mut batches, mut parts) = (rows.execute_stream().await?, Vec::new());
        while let Some(batch) = batches.try_next().await? {
            let batch = RecordBatch::try_new(VERDICTS.clone(), batch.columns().to_vec())?;
            let key = format!("{prefix}/{:08}.arrow", parts.len());
            self.put(&key, &VERDICTS, &[batch]).await?;
            parts.push(key);
        }
        Ok(parts)
    }
}

/// The aggregate: from samples to a list of verdicts.
fn aggregate(decide: Decide, among_themselves: bool) -> AggregateUDF {
    let types = SCHEMA.fields().iter().map(|field| field.data_type().clone()).collect();
    let list = |of: &Fields| DataType::List(item(of));
    let set = move || Set::new(decide.clone(), among_themselves);
    create_udaf(
        "decide",
        types,
        Arc::new(list(&FIELDS)),
        Volatility::Immutable,
        Arc::new(move |_| Ok(Box::new(set()))),
        Arc::new(vec![list(SCHEMA.fields())]),
    )
}

fn item(of: &Fields) -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Struct(of.clone()), true))
}

/// One list of so many structs.
fn one_list(of: &Fields, columns: Vec<ArrayRef>) -> Result<ScalarValue> {
    let items = StructArray::try_new(of.clone(), columns, None)?;
    let offsets = OffsetBuffer::from_lengths([items.len()]);
    Ok(ScalarValue::List(Arc::new(ListArray::try_new(item(of), offsets, Arc::new(items), None)?)))
}

/// The samples that were met so far.
struct Set {
    decide: Decide,
    among_themselves: bool,
    numbers: Vec<i64>,
    samples: Samples,
    pictures: Vec<Picture>,
}

impl Set {
    fn new(decide: Decide, among_themselves: bool) -> Self {
        let samples = Samples::new(1);
        Self { decide, among_themselves, numbers: Vec::new(), samples, pictures: Vec::new() }
    }

    fn push(&mut self, one: Embedded) -> Result<(), EngineError> {
        if self.samples.is_empty() {
            self.samples = Samples::new(one.vector.dimensions());
        }
        if !self.samples.push(one.key, &one.vector) {
            return Err(EngineError::damaged("vectors are of different models"));
        }
        self.numbers.push(one.number);
        self.pictures.push(one.picture);
        Ok(())
    }

    /// Puts samples in the order of their numbers, which they mostly come in: of equal keys, the place decides.
    fn sort(&mut self) -> Result<(), EngineError> {
        if self.numbers.is_sorted() {
            return Ok(());
        }
        let mut all = self.embedded();
        all.sort_by_key(|one| one.number);
        *self = Self::new(self.decide.clone(), self.among_themselves);
        all.into_iter().try_for_each(|one| self.push(one))
    }

    fn embedded(&self) -> Vec<Embedded> {
        let known = self.numbers.iter().zip(&self.pictures).zip(0..);
        let one = |((number, picture), index): ((&i64, &Picture), u32)| {
            let (key, vector) = self.samples.get(index)?;
            Some(Embedded { number: *number, key, vector, picture: picture.clone() })
        };
        known.filter_map(one).collect()
    }

    /// A verdict as tables tell it.
    fn told(&self, number: i64, mut verdict: Verdict) -> Verdict {
        verdict.number = number;
        if self.among_themselves {
            let other = verdict.other.and_then(|other| usize::try_from(other).ok());
            verdict.other = other.and_then(|other| self.numbers.get(other).copied());
        }
        verdict
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a set of {} samples", self.samples.len())
    }
}

impl Accumulator for Set {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for one in from_columns(values)? {
            self.push(one?)?;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.sort()?;
        let verdicts = (self.decide)(&self.samples, &self.pictures).map_err(EngineError::Undecided)?;
        let verdicts = self.numbers.iter().zip(verdicts).map(|(number, verdict)| self.told(*number, verdict));
        one_list(&FIELDS, verdict::to_columns(&verdicts.collect::<Vec<_>>()))
    }

    /// Only what is not held for the set already: whoever asks for the reduce holds the memory of all vectors.
    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        // A column of bytes counts them with 31 bits.
        let bytes = self.samples.vectors().dimensions().saturating_mul(4).saturating_mul(self.numbers.len());
        if i32::try_from(bytes).is_err() {
            let why = format!("a set with {bytes} bytes of vectors cannot be handed on in pieces");
            return Err(EngineError::Undecided(why).into());
        }
        Ok(vec![one_list(SCHEMA.fields(), to_columns(&self.embedded()))?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for list in states.iter().filter_map(|states| states.as_list_opt::<i32>()).flat_map(ListArray::iter) {
            if let Some(samples) = list.as_ref().and_then(|list| list.as_struct_opt()) {
                self.update_batch(samples.columns())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
