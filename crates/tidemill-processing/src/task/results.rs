//! What became of the samples of a version.

use crate::error::ProcessingError;
use crate::processing::Processing;
use crate::run::{Record, ResultPage, SampleResult, Summary};
use tidemill_model::ProjectId;

/// Asks for the new samples that were not made, or were left out later, each with its reason: they are no results,
/// and their origins stay as they were.
pub const WITHDRAWN: i64 = crate::engine::WITHDRAWN;

/// Which results are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultsQuery {
    /// Only those: 0 kept, 1 changed, 2 dropped, 3 added, [`WITHDRAWN`]. Without it all but the withdrawn.
    pub property: Option<i64>,
    /// Results to leave out before the page.
    pub offset: usize,
    /// The most results of the page.
    pub limit: usize,
}

impl Processing {
    /// One page of results; none before the version is completed.
    pub async fn results(
        &self,
        project: &ProjectId,
        task_id: &str,
        run_id: &str,
        query: ResultsQuery,
    ) -> Result<ResultPage, ProcessingError> {
        let row = self.run(project, task_id, run_id).await?;
        let (2, Some(summary)) = (row.status, &row.result) else {
            return Ok(ResultPage { total: 0, results: Vec::new() });
        };
        let damaged = |e: serde_json::Error| ProcessingError::Internal(e.to_string());
        let summary: Summary = serde_json::from_str(summary).map_err(damaged)?;
        let tables = (&summary.tables[..], &summary.counts[..]);
        let page = self.0.ctx.engine.page(tables, query.property, (query.offset, query.limit)).await?;
        let bucket = row.output_bucket;
        let result = |row| Ok(SampleResult::of(&Record::of_row(row)?, &bucket));
        let results = page.0.iter().map(result).collect::<Result<_, ProcessingError>>()?;
        Ok(ResultPage { total: page.1, results })
    }
}
