//! Pages of rows: only the tables that a page needs are read.

use super::row::WITHDRAWN;
use super::{Engine, EngineError, Row};
use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

/// The properties that are counted.
const COUNTED: [i64; 5] = [0, 1, 2, 3, WITHDRAWN];

/// How many rows of each property a table has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u64>")]
pub(crate) struct Counts([u64; COUNTED.len()]);

impl From<Vec<u64>> for Counts {
    /// Fewer numbers were written before all of them were counted.
    fn from(counts: Vec<u64>) -> Self {
        let mut numbers = [0; COUNTED.len()];
        numbers.iter_mut().zip(counts).for_each(|(number, count)| *number = count);
        Self(numbers)
    }
}

impl Counts {
    /// How many there are of one property.
    pub(crate) fn of(&self, property: i64) -> u64 {
        self.iter().find(|(of, _)| *of == property).map_or(0, |(_, count)| count)
    }

    fn iter(&self) -> impl Iterator<Item = (i64, u64)> {
        COUNTED.into_iter().zip(self.0)
    }

    fn count(&mut self, property: i64) {
        for (_, number) in COUNTED.into_iter().zip(&mut self.0).filter(|(of, _)| *of == property) {
            *number += 1;
        }
    }
}

/// Tables that are counted at once.
const COUNTS_MAX: usize = 8;

impl Engine {
    /// How many rows of each property every table has.
    pub(crate) async fn count_rows(&self, tables: &[String]) -> Result<Vec<Counts>, EngineError> {
        let counts = futures::stream::iter(tables.to_vec()).map(async |table: String| {
            let mut counts = Counts::default();
            self.properties(&table).await?.into_iter().for_each(|property| counts.count(property));
            Ok(counts)
        });
        counts.buffered(COUNTS_MAX).try_collect().await
    }

    /// One page of the rows of tables that follow each other, and how many there are in all; `counts` is of these
    /// tables. `property`: only rows of that kind; without it those that have a result of their own.
    pub(crate) async fn page(
        &self,
        (tables, counts): (&[String], &[Counts]),
        property: Option<i64>,
        (offset, limit): (usize, usize),
    ) -> Result<(Vec<Row>, usize), EngineError> {
        let wanted = |of: i64| property.map_or(of >= 0, |property| of == property);
        let in_table = |counts: &Counts| {
            let of_kind = counts.iter().filter(|(property, _)| wanted(*property));
            of_kind.map(|(_, count)| count as usize).sum::<usize>()
        };
        let (mut rows, mut before, end) = (Vec::new(), 0, offset.saturating_add(limit));
        for (table, counts) in tables.iter().zip(counts) {
            let after = before + in_table(counts);
            if after > offset && before < end {
                let found = self.read(table).await?.into_iter().filter(|row| wanted(row.property));
                let skipped = offset.saturating_sub(before);
                rows.extend(found.skip(skipped).take(limit - rows.len()));
            }
            before = after;
        }
        Ok((rows, before))
    }
}
