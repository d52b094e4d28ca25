//! Changing the tags of a stream.

use crate::rows::tag_rows;
use crate::stream::{Stream, StreamState, Tag};
use crate::streams::Streams;
use crate::tag::{self, TagRefusal};
use std::sync::Arc;
use tidemill_meta::{MetaError, stream_tag as sql};

/// What becomes of a stream's tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagChange {
    /// Adds tags; a key that is there gets the new value.
    Put {
        /// Tags of the user.
        tags: Vec<Tag>,
        /// Tags of the system.
        sys_tags: Vec<Tag>,
    },
    /// Removes the tags with these keys; unknown keys are no error.
    Remove {
        /// Keys of the user's tags.
        keys: Vec<String>,
        /// Keys of the system's tags.
        sys_keys: Vec<String>,
    },
    /// Removes the user's tag with this key, which must be there.
    RemoveOne(String),
}

/// Why the tags stayed as they were.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The tags are not what tags may be, or would be too many.
    #[error(transparent)]
    Refused(#[from] TagRefusal),
    /// The stream has no tag with the key.
    #[error("the stream has no tag {0}")]
    UnknownKey(String),
    /// There is no such stream any more.
    #[error("the stream does not exist")]
    UnknownStream,
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The server is stopping.
    #[error("the change was cut off")]
    CutOff,
}

impl Streams {
    /// Changes a stream's tags, all or nothing; durable when this returns. A caller that stops waiting
    /// changes nothing.
    pub async fn change_tags(&self, id: &str, change: TagChange) -> Result<(), TagError> {
        let (streams, id) = (self.clone(), id.to_owned());
        let work = async move { streams.retag(&id, change).await };
        tokio::spawn(work).await.map_err(|_| TagError::CutOff)?
    }

    async fn retag(&self, id: &str, change: TagChange) -> Result<(), TagError> {
        let changing = self.by_id(id).ok_or(TagError::UnknownStream)?.changing.clone();
        let _one_at_a_time = changing.lock().await;
        let stream = self.by_id(id).ok_or(TagError::UnknownStream)?;
        if stream.state == StreamState::Terminating {
            return Err(TagError::UnknownStream);
        }
        let (tags, sys_tags) = changed(&stream, change)?;
        let (owned, rows) = (id.to_owned(), tag_rows(&tags, &sys_tags));
        let written: Result<bool, MetaError> = self
            .0
            .meta
            .tx(move |tx| {
                let (id, rows) = (owned.clone(), rows.clone());
                Box::pin(async move { sql::replace_tags(tx, &id, &rows).await })
            })
            .await;
        if !written? {
            return Err(TagError::UnknownStream);
        }
        // It may have been frozen meanwhile.
        let now = self.by_id(id).ok_or(TagError::UnknownStream)?;
        self.0.catalog.put(Arc::new(Stream { tags, sys_tags, ..Stream::clone(&now) }));
        Ok(())
    }
}

/// The user's and the system's tags after the change, keys ascending as after a restart.
fn changed(stream: &Stream, change: TagChange) -> Result<(Vec<Tag>, Vec<Tag>), TagError> {
    let (mut tags, mut sys_tags) = (stream.tags.clone(), stream.sys_tags.clone());
    match change {
        TagChange::Put { tags: new, sys_tags: new_sys } => {
            tag::check(&new, &new_sys)?;
            put(&mut tags, new);
            put(&mut sys_tags, new_sys);
            tag::check_number(&tags)?;
        }
        TagChange::Remove { keys, sys_keys } => {
            tags.retain(|tag| !keys.contains(&tag.key));
            sys_tags.retain(|tag| !sys_keys.contains(&tag.key));
        }
        TagChange::RemoveOne(key) => {
            let at = tags.iter().position(|tag| tag.key == key).ok_or(TagError::UnknownKey(key))?;
            tags.remove(at);
        }
    }
    Ok((tags, sys_tags))
}

fn put(tags: &mut Vec<Tag>, new: Vec<Tag>) {
    tags.retain(|tag| !new.iter().any(|n| n.key == tag.key));
    tags.extend(new);
    tags.sort_by(|a, b| a.key.cmp(&b.key));
}
