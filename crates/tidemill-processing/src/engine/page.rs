//! Pages of rows: only the tables that a page needs are read.

use super::{Engine, EngineError, Row};
use futures::{StreamExt, TryStreamExt};

/// How many rows of a table are kept, changed, dropped and added.
pub(crate) type Counts = [u64; 4];

/// Tables that are counted at once.
const COUNTS_MAX: usize = 8;

impl Engine {
    /// How many rows of each property every table has. Rows without a result of their own are not counted.
    pub(crate) async fn count_rows(&self, tables: &[String]) -> Result<Vec<Counts>, EngineError> {
        let counts = futures::stream::iter(tables.to_vec()).map(async |table: String| {
            let mut counts = Counts::default();
            for property in self.properties(&table).await? {
                if let Some(count) = usize::try_from(property).ok().and_then(|n| counts.get_mut(n)) {
                    *count += 1;
                }
            }
            Ok(counts)
        });
        counts.buffered(COUNTS_MAX).try_collect().await
    }

    /// One page of the rows of tables that follow each other, and how many there are in all; `counts` is of these
    /// tables. `property`: only rows of that kind. Rows without a result of their own are left out.
    pub(crate) async fn page(
        &self,
        (tables, counts): (&[String], &[Counts]),
        property: Option<i64>,
        (offset, limit): (usize, usize),
    ) -> Result<(Vec<Row>, usize), EngineError> {
        let wanted = |of: i64| property.map_or(of >= 0, |property| of == property);
        let in_table = |counts: &Counts| {
            let of_kind = counts.iter().zip(0..).filter(|(_, property)| wanted(*property));
            of_kind.map(|(count, _)| *count as usize).sum::<usize>()
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
