//! Tasks and their versions: what is asked for, how far it is, and its end.

mod create;
mod delete;
mod list;
mod output;
mod request;
mod resolve;
mod results;
mod stop;
mod template;
mod view;

pub use list::{TaskFilter, TaskOrder, VersionOrder};
pub(crate) use request::{Input, Request, Target};
pub use results::{ResultsQuery, WITHDRAWN};
pub use template::Template;
