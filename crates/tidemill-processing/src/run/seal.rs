//! The end of a run: its manifest, its counters, its results.

use super::manifest::part_key;
use super::objects::path_of;
use super::record::{COPIES_MAX, Fate};
use super::shard::Worker;
use crate::engine::{Counts, WITHDRAWN};
use crate::error::Trouble;
use crate::operator::VALIDATION_DROPPED;
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tidemill_bucket::Location;
use tidemill_meta::processing::Ended;

/// How many samples became what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counters {
    pub(crate) origin: i64,
    pub(crate) unmodified: i64,
    pub(crate) modified: i64,
    pub(crate) deleted: i64,
    pub(crate) added: i64,
    /// Of the deleted: those that the validation before an operator dropped; `None` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) validation_dropped: Option<i64>,
    /// New samples that were withdrawn, by the code of the reason. They are no results.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) withdrawn: BTreeMap<String, i64>,
}

impl Counters {
    /// What people should look at.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.nothing().into_iter().chain(self.withdrawn()).collect()
    }

    /// Why there is nothing in the output; `None` if there is something, or if it was not to be expected.
    fn nothing(&self) -> Option<String> {
        let left = self.unmodified + self.modified + self.added;
        if self.origin == 0 && self.added == 0 {
            return Some("nothing was read: the input holds no image".to_owned());
        }
        if left == 0 && self.deleted > 0 {
            return Some(format!(
                "no sample is left: all {} were dropped, their results say why",
                self.deleted
            ));
        }
        let none_is_new = self.added == 0 && !self.withdrawn.is_empty();
        none_is_new.then(|| "no sample is left: every new one was withdrawn".to_owned())
    }

    /// What is told of withdrawn samples, in one line; `None` without any.
    fn withdrawn(&self) -> Option<String> {
        let reasons: Vec<String> =
            self.withdrawn.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        let all: i64 = self.withdrawn.values().sum();
        let told = || {
            format!(
                "{all} new samples were withdrawn ({}), each with its reason in the results with \
                 tidemill_withdrawn=true",
                reasons.join(", ")
            )
        };
        (all > 0).then(told)
    }
}

/// What the tables of a completed run are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// The tables of the results, in order.
    pub(crate) tables: Vec<String>,
    /// How many rows of each property every table has.
    #[serde(default)]
    pub(crate) counts: Vec<Counts>,
}

/// The end of a run.
pub(crate) struct Sealing<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) manifest: Location,
    /// Whether samples are validated before an operator.
    pub(crate) validates: bool,
}

impl Sealing<'_> {
    /// Writes the manifest, counts, and says how the run ended.
    pub(crate) async fn seal(&self, tables: &[String]) -> Result<Ended, Trouble> {
        self.write_manifest(tables).await?;
        let counts = self.worker.unless_stopped(self.worker.ctx.engine.count_rows(tables)).await?;
        let counters = self.count(tables, &counts).await?;
        let summary = Summary { tables: tables.to_vec(), counts };
        let json =
            |value: Result<String, serde_json::Error>| value.map_err(|e| Trouble::Failed(e.to_string()));
        Ok(Ended {
            status: 2,
            counters: Some(json(serde_json::to_string(&counters))?),
            error_msg: None,
            result: Some(json(serde_json::to_string(&summary))?),
        })
    }

    /// Joins the lines of all shards.
    async fn write_manifest(&self, tables: &[String]) -> Result<(), Trouble> {
        let place = &self.manifest;
        let bucket = self.worker.objects.bucket(&place.bucket).await?;
        let begun = bucket.put_multipart(&path_of(place)?).await;
        let failed = |e: object_store::Error| Trouble::Failed(format!("cannot write {place}: {e}"));
        let mut upload = WriteMultipart::new(begun.map_err(failed)?);
        for table in tables {
            if self.worker.cancel().is_cancelled() {
                upload.abort().await.map_err(failed)?;
                return Err(Trouble::Cancelled);
            }
            let part = self.worker.ctx.engine.store().get(&Path::from(part_key(table))).await?;
            upload.put(part.bytes().await?);
            upload.wait_for_capacity(2).await.map_err(failed)?;
        }
        upload.finish().await.map_err(failed)?;
        Ok(())
    }

    async fn count(&self, tables: &[String], counts: &[Counts]) -> Result<Counters, Trouble> {
        let engine = &self.worker.ctx.engine;
        let added: u64 = counts.iter().map(|of| of.of(3)).sum();
        let added = i64::try_from(added).unwrap_or(i64::MAX);
        let origins = engine.count_origins(tables, i64::from(COPIES_MAX));
        let origins = self.worker.unless_stopped(origins).await?;
        let of = |property: i64| origins.get(&property).copied().unwrap_or_default();
        let (unmodified, modified, deleted) = (of(0), of(1), of(2));
        let origin = unmodified + modified + deleted;
        let validation_dropped = self.validation_dropped(tables, counts).await?;
        let withdrawn = self.withdrawn(tables, counts).await?;
        Ok(Counters { origin, unmodified, modified, deleted, added, validation_dropped, withdrawn })
    }

    /// How many new samples were withdrawn for each reason.
    async fn withdrawn(
        &self,
        tables: &[String],
        counts: &[Counts],
    ) -> Result<BTreeMap<String, i64>, Trouble> {
        let mut withdrawn = BTreeMap::new();
        for (table, _) in tables.iter().zip(counts).filter(|(_, counts)| counts.of(WITHDRAWN) > 0) {
            let records = self.worker.records(table).await?;
            for record in records.into_iter().filter(|record| record.fate == Fate::Withdrawn) {
                let code = record.reasons.last().map(|reason| reason.code.clone()).unwrap_or_default();
                *withdrawn.entry(code).or_default() += 1;
            }
        }
        Ok(withdrawn)
    }

    /// How many samples the validation before an operator dropped; `None` without one.
    async fn validation_dropped(&self, tables: &[String], counts: &[Counts]) -> Result<Option<i64>, Trouble> {
        if !self.validates {
            return Ok(None);
        }
        let mut dropped = 0;
        for (table, _) in tables.iter().zip(counts).filter(|(_, counts)| counts.of(2) > 0) {
            let records = self.worker.records(table).await?;
            dropped += records.iter().filter(|record| record.scores.contains_key(VALIDATION_DROPPED)).count();
        }
        Ok(Some(i64::try_from(dropped).unwrap_or(i64::MAX)))
    }
}
