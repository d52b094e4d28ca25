//! Notifications: who wants to be told of which events, and telling them.
//!
//! Streams and dump tasks raise events without knowing who listens. [`Notifications`] keeps the
//! subscriptions, stores one message for each that fits, and sends them: as signed webhooks or as records
//! of a stream, at least once, in order within a subscription.

mod busy;
mod filter;
mod kind;
mod message;
mod outbox;
mod sender;
mod subscription;
mod subscriptions;
mod target;
mod webhook;

pub use filter::{EventType, Filter, Level, Source};
pub use kind::{event_type, level, source, title};
pub use subscription::{InvalidSubscription, NewSubscription, Subscription};
pub use subscriptions::{Notifications, SubscribeError};
pub use target::Target;
pub use webhook::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
