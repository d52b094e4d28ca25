//! Which events a subscription is about. Words of section 9 of the DIS contract.

use crate::kind;
use serde::{Deserialize, Serialize};
use tidemill_model::EventKind;

macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $type {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

words!(
    /// The area of an event.
    EventType {
        /// Somebody or something changed a resource.
        Management = "Management",
        /// Traffic and delivery.
        Monitoring = "Monitoring",
        /// Access.
        Security = "Security",
    }
);
words!(
    /// How bad an event is.
    Level {
        /// Good news.
        Normal = "Normal",
        /// Somebody should look.
        Warning = "Warning",
    }
);
words!(
    /// What an event is about.
    Source {
        /// A stream.
        Stream = "Stream",
        /// A dump task.
        DumpTask = "Dump task",
        /// The account.
        User = "User",
    }
);

/// Words that an event must have. An empty list lets every word through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Areas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_types: Vec<EventType>,
    /// Levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

impl Filter {
    /// Whether an event of this kind passes.
    pub fn lets_through(&self, event: EventKind) -> bool {
        has(&self.event_types, kind::event_type(event))
            && has(&self.levels, kind::level(event))
            && has(&self.sources, kind::source(event))
    }
}

fn has<T: PartialEq>(wanted: &[T], word: T) -> bool {
    wanted.is_empty() || wanted.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_given_word_must_fit_and_an_empty_list_lets_all_through() {
        assert!(Filter::default().lets_through(EventKind::TrafficLimited));
        let warnings = Filter { levels: vec![Level::Warning], ..Filter::default() };
        assert!(warnings.lets_through(EventKind::DumpTaskAbnormal));
        assert!(!warnings.lets_through(EventKind::DumpTaskRestored));
        let tasks = Filter { sources: vec![Source::DumpTask], ..warnings };
        assert!(tasks.lets_through(EventKind::DumpTaskAbnormal));
        assert!(!tasks.lets_through(EventKind::TrafficLimited));
    }
}
