//! The stream API (DIS): one file a resource.

mod body;
pub mod budget;
mod caller;
pub mod error;
pub mod json;
pub mod query;
pub mod reply;
pub mod request;

pub use budget::Budget;
pub use error::DisError;
pub use request::DisRequest;

use std::sync::Arc;
use tidemill_iam::Iam;
use tidemill_model::Clock;
use tidemill_stream::Streams;

/// What the handlers of the stream API share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DisState {
    /// The streams.
    pub streams: Streams,
    /// Identities, tokens, signatures and rights.
    pub iam: Arc<Iam>,
    /// Time.
    pub clock: Clock,
    /// Room for request bodies.
    pub budget: Budget,
}
