//! What is fixed about each kind of event. Source: section 9 of the DIS contract; areas are our choice.

use crate::filter::{EventType, Level, Source};
use tidemill_model::EventKind;

/// The name of an event, for people and filters.
pub fn title(kind: EventKind) -> &'static str {
    match kind {
        EventKind::TrafficLimited => "Traffic limited",
        EventKind::TrafficAbnormal => "Stream traffic abnormal",
        EventKind::TrafficRestored => "Stream traffic restored",
        EventKind::AutoScaleSucceeded => "Automatic stream scaling succeeded",
        EventKind::AutoScaleFailed => "Automatic stream scaling failed",
        EventKind::QuotaInsufficient => "Quota insufficient",
        EventKind::DumpTaskAbnormal => "Dump task abnormal",
        EventKind::DumpTaskRestored => "Dump task restored",
    }
}

/// The area of an event.
pub fn event_type(kind: EventKind) -> EventType {
    match kind {
        EventKind::AutoScaleSucceeded | EventKind::AutoScaleFailed | EventKind::QuotaInsufficient => {
            EventType::Management
        }
        _ => EventType::Monitoring,
    }
}

/// How bad an event is. The contract lists even restored traffic among the warnings.
pub fn level(kind: EventKind) -> Level {
    match kind {
        EventKind::DumpTaskRestored => Level::Normal,
        _ => Level::Warning,
    }
}

/// What an event is about.
pub fn source(kind: EventKind) -> Source {
    match kind {
        EventKind::DumpTaskAbnormal | EventKind::DumpTaskRestored => Source::DumpTask,
        EventKind::QuotaInsufficient => Source::User,
        _ => Source::Stream,
    }
}
