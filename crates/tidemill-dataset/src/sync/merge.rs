//! One pass over what is there and what is known.

use super::known::Known;
use super::remove::Removal;
use crate::SampleType;
use crate::import::{Import, Item, Items, Listed, Listing, Twins};
use crate::sample::{NewSample, Place, sample_id};
use crate::task::{Progress, TaskFailure};
use std::collections::HashSet;
use tidemill_bucket::Location;
use tidemill_meta::dataset::SampleRow;

/// Objects of which it is asked at once whether their samples were deleted.
const CHUNK: usize = 500;

/// What a pass found beside new samples.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    known: u64,
    removed: u64,
}

/// Adds what is new, removes what has vanished.
pub(super) async fn follow(import: &Import, progress: &mut Progress) -> Result<(), TaskFailure> {
    let (items, ready) = Items::new();
    let pass = Pass::new(import, items);
    let unsettled = import.unsettled().await?;
    let (seen, _) = tokio::try_join!(pass.run(), import.collect(ready, unsettled, progress))?;
    progress.counts.total = seen.known + progress.counts.added;
    progress.counts.finished = progress.counts.total;
    progress.counts.deleted = seen.removed;
    Ok(())
}

struct Pass<'i> {
    import: &'i Import,
    items: Items,
    known: Known,
    removal: Removal<'i>,
    seen: Seen,
}

impl<'i> Pass<'i> {
    fn new(import: &'i Import, items: Items) -> Self {
        let known = Known::below(&import.datasets, &import.dataset.id, &import.dataset.input);
        Self { import, items, known, removal: Removal::new(import), seen: Seen::default() }
    }

    async fn run(mut self) -> Result<Seen, TaskFailure> {
        let mut listing = self.import.listing().await?;
        let mut twins = Twins::new(self.import.file_kind);
        loop {
            let chunk = self.chunk(&mut listing).await?;
            if chunk.is_empty() {
                break;
            }
            for object in chunk {
                for found in twins.push(object) {
                    self.import.hand_on(found, &self.items).await?;
                }
            }
        }
        for found in twins.finish() {
            self.import.hand_on(found, &self.items).await?;
        }
        while let Some(row) = self.known.next_until(None).await? {
            self.removal.add(row).await?;
        }
        let removed = self.removal.finish().await?;
        Ok(Seen { removed, ..self.seen })
    }

    /// The next objects. Those whose samples were deleted count as known, so that nothing of them is read.
    async fn chunk(&mut self, listing: &mut Listing) -> Result<Vec<Listed>, TaskFailure> {
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK {
            let Some(mut object) = self.import.next(listing).await? else { break };
            object.known = self.is_known(&object).await?;
            chunk.push(object);
        }
        let id_of = |object: &Listed| sample_id(&Place::Object(self.import.at(&object.key)), "");
        let new: Vec<String> = chunk.iter().filter(|object| !object.known).map(id_of).collect();
        if !new.is_empty() {
            let deleted = self.import.datasets.deleted_among(&self.import.dataset.id, new).await?;
            let deleted: HashSet<String> = deleted.into_iter().collect();
            for object in chunk.iter_mut().filter(|object| !object.known) {
                object.known = deleted.contains(&id_of(object));
            }
        }
        Ok(chunk)
    }

    /// Whether an object is a sample; samples passed on the way to it have vanished.
    async fn is_known(&mut self, object: &Listed) -> Result<bool, TaskFailure> {
        let place = self.import.at(&object.key);
        let location = place.plain();
        let mut known = false;
        while let Some(row) = self.known.next_until(Some(&location)).await? {
            if row.location != location {
                self.removal.add(row).await?;
                continue;
            }
            known = true;
            self.seen.known += 1;
            if (row.size, row.etag.as_str()) != (object.size, object.etag.as_str()) {
                self.items.send(changed(&place, object, &row)).await?;
            }
        }
        Ok(known)
    }
}

/// The object was written again: its facts are taken over, its labels stay.
fn changed(place: &Location, object: &Listed, row: &SampleRow) -> Item {
    let kind = SampleType::from_code(row.sample_type).unwrap_or(SampleType::FreeFormat);
    let sample = NewSample::object(place.clone(), kind, object.size, &object.etag, object.modified_ms);
    Item::Sample(Box::new(sample))
}
