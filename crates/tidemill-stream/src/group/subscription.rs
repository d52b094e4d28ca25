//! What a member wants to read.

use super::calls::GroupError;
use super::pattern::Pattern;
use super::view::View;
use std::collections::HashSet;
use tidemill_model::limits::{STREAM_PATTERN_CHARS_MAX, SUBSCRIPTION_STREAMS_MAX};

/// Streams by name, by id and by a pattern of names; one stream in one way only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Names of streams.
    pub names: Vec<String>,
    /// Ids of streams.
    pub ids: Vec<String>,
    /// A regular expression over whole names; follows streams that are made and deleted.
    pub pattern: Option<String>,
}

/// A stream that a member wants to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interest {
    /// What the member calls it: the name, or the id if it was subscribed by that.
    pub(crate) called: String,
    /// Its id.
    pub(crate) stream_id: String,
    /// Its name.
    pub(crate) name: String,
}

impl Subscription {
    /// Refuses what is longer than allowed.
    pub(crate) fn check_size(&self) -> Result<(), GroupError> {
        let too_long = |text: String| Err(GroupError::Invalid(text));
        if self.names.len() + self.ids.len() > SUBSCRIPTION_STREAMS_MAX {
            return too_long(format!("at most {SUBSCRIPTION_STREAMS_MAX} streams may be named"));
        }
        let pattern = self.pattern.as_deref().unwrap_or_default();
        if pattern.chars().count() > STREAM_PATTERN_CHARS_MAX {
            return too_long(format!(
                "streamPattern must have at most {STREAM_PATTERN_CHARS_MAX} characters"
            ));
        }
        Ok(())
    }

    /// The streams it means; the error says which one is missing or named twice, or that there is none.
    pub(crate) fn resolve(&self, view: &View) -> Result<Vec<Interest>, String> {
        if let Some(pattern) = &self.pattern {
            Pattern::compile(pattern)?;
        } else if self.names.is_empty() && self.ids.is_empty() {
            return Err("no stream is named".into());
        }
        if let Some(missing) = self.names.iter().find(|name| view.named(name).is_none()) {
            return Err(format!("there is no stream {missing:.64}"));
        }
        if let Some(missing) = self.ids.iter().find(|id| view.identified(id).is_none()) {
            return Err(format!("there is no stream with the id {missing:.64}"));
        }
        let mut seen = HashSet::new();
        match self.listed(view).into_iter().find(|interest| !seen.insert(interest.stream_id.clone())) {
            Some(twice) => Err(format!("the stream {} is named twice", twice.name)),
            None => Ok(self.present(view)),
        }
    }

    /// The streams it means that are there now, each once.
    pub(crate) fn present(&self, view: &View) -> Vec<Interest> {
        let mut interests = self.listed(view);
        let Some(pattern) = self.pattern.as_deref().and_then(|text| Pattern::compile(text).ok()) else {
            return interests;
        };
        let listed: HashSet<String> = interests.iter().map(|i| i.stream_id.clone()).collect();
        let fits = view.all().filter(|stream| pattern.fits(stream.name.as_str()));
        interests.extend(fits.filter(|stream| !listed.contains(&stream.id)).map(|stream| Interest {
            called: stream.name.to_string(),
            stream_id: stream.id.clone(),
            name: stream.name.to_string(),
        }));
        interests
    }

    /// The streams of both lists that are there now.
    fn listed(&self, view: &View) -> Vec<Interest> {
        let named = self.names.iter().filter_map(|name| Some((name, view.named(name)?)));
        let identified = self.ids.iter().filter_map(|id| Some((id, view.identified(id)?)));
        let interest = |(called, stream): (&String, &std::sync::Arc<crate::Stream>)| Interest {
            called: called.clone(),
            stream_id: stream.id.clone(),
            name: stream.name.to_string(),
        };
        named.chain(identified).map(interest).collect()
    }
}
