//! Finding streams by their tags.

use crate::stream::{Stream, Tag};
use crate::streams::Streams;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tidemill_model::ProjectId;

/// A key and the values asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagGroup {
    /// The key.
    pub key: String,
    /// Any of them will do; none means any value. A value that starts with `*` is looked for inside values.
    pub values: Vec<String>,
}

impl TagGroup {
    fn matches(&self, tags: &[Tag]) -> bool {
        let wanted = |value: &str| {
            self.values.is_empty()
                || self.values.iter().any(|asked| match asked.strip_prefix('*') {
                    Some(part) => value.contains(part),
                    None => value == asked,
                })
        };
        tags.iter().any(|tag| tag.key == self.key && wanted(&tag.value))
    }
}

/// Which streams to find: all of the conditions that are not empty hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagQuery {
    /// Every group matches.
    pub tags: Vec<TagGroup>,
    /// At least one group matches.
    pub tags_any: Vec<TagGroup>,
    /// Not every group matches.
    pub not_tags: Vec<TagGroup>,
    /// No group matches.
    pub not_tags_any: Vec<TagGroup>,
    /// The stream's name starts with each of them.
    pub name_prefixes: Vec<String>,
}

impl TagQuery {
    fn matches(&self, stream: &Stream) -> bool {
        let hit = |group: &TagGroup| group.matches(&stream.tags);
        self.tags.iter().all(hit)
            && (self.tags_any.is_empty() || self.tags_any.iter().any(hit))
            && (self.not_tags.is_empty() || !self.not_tags.iter().all(hit))
            && !self.not_tags_any.iter().any(hit)
            && self.name_prefixes.iter().all(|prefix| stream.name.as_str().starts_with(prefix.as_str()))
    }
}

impl Streams {
    /// The project's streams that match, names ascending.
    pub fn tagged(&self, project: &ProjectId, query: &TagQuery) -> Vec<Arc<Stream>> {
        self.of_project(project).into_iter().filter(|stream| query.matches(stream)).collect()
    }

    /// Every tag key of the project with its distinct values, both ascending.
    pub fn project_tags(&self, project: &ProjectId) -> BTreeMap<String, BTreeSet<String>> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for tag in self.of_project(project).iter().flat_map(|stream| &stream.tags) {
            all.entry(tag.key.clone()).or_default().insert(tag.value.clone());
        }
        all
    }
}
