//! All streams in memory: read without a lock, replaced as a whole by each change.

use crate::stream::Stream;
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tidemill_model::ProjectId;

/// The streams at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// Grows with every change.
    version: u64,
    by_id: HashMap<String, Arc<Stream>>,
    /// Names ascend, as listings do.
    by_name: HashMap<ProjectId, BTreeMap<String, Arc<Stream>>>,
}

impl Snapshot {
    pub(crate) fn by_id(&self, id: &str) -> Option<&Arc<Stream>> {
        self.by_id.get(id)
    }

    pub(crate) fn by_name(&self, project: &ProjectId, name: &str) -> Option<&Arc<Stream>> {
        self.by_name.get(project)?.get(name)
    }

    /// The project's streams, names ascending.
    pub(crate) fn of_project(&self, project: &ProjectId) -> impl Iterator<Item = &Arc<Stream>> {
        self.by_name.get(project).into_iter().flat_map(BTreeMap::values)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Stream>> {
        self.by_id.values()
    }

    /// Differs between any two snapshots of one catalog.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn put(&mut self, stream: Arc<Stream>) {
        self.version += 1;
        let names = self.by_name.entry(stream.project.clone()).or_default();
        names.insert(stream.name.as_str().to_owned(), stream.clone());
        self.by_id.insert(stream.id.clone(), stream);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.version += 1;
        let Some(stream) = self.by_id.remove(id) else { return };
        if let Some(names) = self.by_name.get_mut(&stream.project) {
            names.remove(stream.name.as_str());
        }
    }
}

/// The current [`Snapshot`].
#[derive(Debug, Default)]
pub(crate) struct Catalog(ArcSwap<Snapshot>);

impl Catalog {
    /// The streams as they are now; cheap.
    pub(crate) fn now(&self) -> arc_swap::Guard<Arc<Snapshot>> {
        self.0.load()
    }

    /// Adds a stream or replaces its snapshot.
    pub(crate) fn put(&self, stream: Arc<Stream>) {
        self.0.rcu(|old| {
            let mut new = Snapshot::clone(old);
            new.put(stream.clone());
            new
        });
    }

    /// Forgets a stream.
    pub(crate) fn remove(&self, id: &str) {
        self.0.rcu(|old| {
            let mut new = Snapshot::clone(old);
            new.remove(id);
            new
        });
    }
}
