//! Bodies of the calls on tags.

use super::Tag;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Adds one tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddTag {
    /// The tag.
    pub tag: Option<Tag>,
}

/// Adds or removes several tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagAction {
    /// `create` or `delete`.
    pub action: Option<String>,
    /// Tags of the user.
    pub tags: Option<Vec<Tag>>,
    /// Tags of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sys_tags: Option<Vec<Tag>>,
}

/// The tags of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagList {
    /// Tags of the user, keys ascending; those of the system come with the stream's description.
    pub tags: Vec<Tag>,
}

/// A key and several values: what is asked for, or what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagGroup {
    /// The key.
    pub key: String,
    /// The values; none in a question means any.
    pub values: Option<Vec<String>>,
}

/// The tags of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectTags {
    /// Keys and the values of each ascending.
    pub tags: Vec<TagGroup>,
}

/// Finds or counts streams by tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceQuery {
    /// `filter` or `count`.
    pub action: Option<String>,
    /// 1 to 1000, a number or text.
    pub limit: Option<Value>,
    /// At least 0, a number or text.
    pub offset: Option<Value>,
    /// All of these match.
    pub tags: Option<Vec<TagGroup>>,
    /// At least one of these matches.
    pub tags_any: Option<Vec<TagGroup>>,
    /// Not all of these match.
    pub not_tags: Option<Vec<TagGroup>>,
    /// None of these matches.
    pub not_tags_any: Option<Vec<TagGroup>>,
    /// `[{"key": "resource_name", "value": ".."}]`, or a text that is that or the value.
    pub matches: Option<Value>,
}

/// What a [`ResourceQuery`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceResult {
    /// One page; absent for `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<Resource>>,
    /// All that match.
    pub total_count: usize,
}

/// A stream that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// The stream's id.
    pub resource_id: String,
    /// Always null.
    pub resource_detail: Option<Value>,
    /// Tags of the user.
    pub tags: Vec<Tag>,
    /// The stream's name.
    pub resource_name: String,
}
