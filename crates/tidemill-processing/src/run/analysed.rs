//! The end of a feature analysis: its result is kept beside the version and shown with it.

use super::measure::{Measure, summarise};
use super::shard::Worker;
use crate::context::tx;
use crate::error::Trouble;
use tidemill_bucket::{Location, Scheme};
use tidemill_dataset::version::Analysis;
use tidemill_meta::processing::{self, Ended, RunRow};

/// The name of the result's file.
pub(crate) const RESULT: &str = "result.json";

/// A feature analysis whose samples are measured.
pub(crate) struct Analysed<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) row: &'a RunRow,
    pub(crate) what: &'a Measure,
}

impl Analysed<'_> {
    /// Puts the values of all samples together, and says how the analysis ended.
    pub(crate) async fn finish(&self, tables: &[String]) -> Result<Ended, Trouble> {
        let summary = summarise(self.worker, self.what, tables);
        let summary = self.worker.cancel().run_until_cancelled(summary).await;
        let result = summary.ok_or(Trouble::Cancelled)??;
        let (ctx, run_id) = (&self.worker.ctx, self.row.run_id.clone());
        let now_ms = ctx.clock.now_ms();
        if !tx!(ctx.meta, |tx, run_id| processing::seal_run(tx, &run_id, now_ms))? {
            return Err(Trouble::Cancelled);
        }
        let text = result.to_string();
        let directory = self.directory();
        if let Some(directory) = &directory {
            self.worker.objects.write(&directory.join(RESULT), text.clone().into()).await?;
        }
        if let Some(version) = &self.row.input_version {
            let path = directory.as_ref().map(shown);
            let analysis =
                Analysis { task_id: self.row.task_id.clone(), status: 2, path, result: Some(result) };
            let set = ctx.datasets.set_analysis(version, analysis).await;
            set.map_err(|e| Trouble::Failed(e.to_string()))?;
        }
        Ok(Ended { status: 2, counters: None, error_msg: None, result: Some(text) })
    }

    /// Where the result is kept.
    fn directory(&self) -> Option<Location> {
        let bucket = self.row.output_bucket.clone();
        (!bucket.is_empty()).then(|| Location { bucket, key: self.row.output_key.clone() })
    }
}

/// A directory of results as the API shows it.
pub(crate) fn shown(directory: &Location) -> String {
    directory.written(Scheme::S3).trim_end_matches('/').to_owned()
}
