//! The last stage: the products of a shard go to their places.

use super::flow::{Flow, Looked, Unit};
use super::manifest;
use super::names::{Late, number};
use super::place::{Layout, has_boxes};
use super::record::{Fate, Record};
use super::shard::{ShardSpec, Worker};
use super::unusable::dropped;
use crate::engine::Held;
use crate::error::Trouble;
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use tidemill_bucket::Location;

/// Products on their way at once.
const WRITES_MAX: usize = 8;

/// What the last stage knows of the whole run.
pub(crate) struct Publishing<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) layout: Layout,
    pub(crate) late: &'a Late,
    /// The run's directory.
    pub(crate) output: &'a Location,
    /// Whether the manifest says that the data was checked.
    pub(crate) checked: bool,
    /// Whether changed samples count as kept.
    pub(crate) hides_changes: bool,
}

impl Publishing<'_> {
    /// Puts the products of a shard in their places and writes its part of the manifest.
    pub(crate) async fn shard(&self, spec: &ShardSpec) -> Result<Vec<Record>, Trouble> {
        let records = self.worker.records(&spec.input).await?;
        let units = |looked| vec![Unit::reading(looked)];
        let work = |unit: Unit, held| self.one(unit.looked, held);
        let records: Vec<Record> =
            self.worker.flow(records, Flow::files(WRITES_MAX), units, work).try_collect().await?;
        let mut lines = Vec::new();
        for record in &records {
            manifest::write_line(record, self.output, self.layout, self.checked, &mut lines);
        }
        let key = manifest::part_key(&spec.output());
        self.worker.ctx.engine.store().put(&Path::from(key), Bytes::from(lines).into()).await?;
        Ok(records)
    }

    async fn one(&self, looked: Looked, held: Held) -> Result<Record, Trouble> {
        let mut record = if looked.record.fate.is_output() { self.put(looked).await? } else { looked.record };
        record.counts_as_kept = self.hides_changes && record.fate == Fate::Changed;
        drop(held);
        self.worker.slot.progress.add_sample(record.copy);
        Ok(record)
    }

    async fn put(&self, looked: Looked) -> Result<Record, Trouble> {
        let picture = match &looked.unusable {
            Some(why) => Err(why.clone()),
            None => self.worker.picture(&looked).await?,
        };
        let Looked { mut record, label_file, .. } = looked;
        let picture = match picture {
            Ok(picture) => picture,
            Err(why) => return Ok(dropped(record, &why)),
        };
        let place = self.output.join(&self.layout.path_of(&record, number(self.late, &record)));
        if let Some(label_file) = label_file.filter(|_| has_boxes(&record)) {
            self.worker.objects.write(&beside(&place, "xml"), label_file).await?;
        }
        if let Some(names) = self.layout.names_file(&record) {
            self.worker.objects.write(&beside(&place, "txt"), Bytes::from(names)).await?;
        }
        self.worker.objects.write(&place, picture).await?;
        record.product = Some(place.key);
        Ok(record)
    }
}

/// The file with another suffix beside `place`.
pub(crate) fn beside(place: &Location, suffix: &str) -> Location {
    let stem = place.key.rsplit_once('.').map_or(place.key.as_str(), |(stem, _)| stem);
    Location { bucket: place.bucket.clone(), key: format!("{stem}.{suffix}") }
}
