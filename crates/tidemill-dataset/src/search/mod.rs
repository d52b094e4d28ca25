//! Which samples are meant: conditions as clients write them, and finding what fulfils them.

mod condition;
mod find;
mod matches;
mod period;

pub use condition::{SearchCondition, SearchLabel, SearchLabels, SearchProperties};
pub use find::{Found, SampleFilter, compile};
pub(crate) use matches::matches;
pub use tidemill_meta::dataset::{Condition, Join, Order};
