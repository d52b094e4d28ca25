//! The stream API (DIS): one file a resource.

mod body;
pub mod budget;
pub mod caller;
pub mod error;
pub mod json;
pub mod query;
pub mod reply;
pub mod request;

pub use budget::Budget;
pub use error::DisError;
pub use request::DisRequest;

use caller::Identities;
use std::sync::Arc;
use tidemill_iam::api_signature::ApiAuth;
use tidemill_model::Clock;
use tidemill_stream::Streams;

/// What the handlers of the stream API share. Cheap to clone.
#[derive(Clone)]
pub struct DisState {
    /// The streams.
    pub streams: Streams,
    /// Tokens, keys and rights.
    pub identities: Arc<dyn Identities>,
    /// Signature checks with their derived keys.
    pub signatures: Arc<ApiAuth>,
    /// Time.
    pub clock: Clock,
    /// Room for request bodies.
    pub budget: Budget,
}
