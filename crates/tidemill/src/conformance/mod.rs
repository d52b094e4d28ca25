//! Replays recorded client traffic against an endpoint and tells what it answers differently.
//!
//! A recording is what a real client sent to this server and got back, with everything that differs from run
//! to run replaced by `{{placeholders}}`: the project, names that the test made up, and ids, cursors and times
//! that an answer gave and a later request used. Requests are signed anew, because signatures age.

mod bindings;
mod compare;
mod protobuf;
mod recording;
mod replay;

pub(crate) use recording::{Client, Recording, embedded, read_dir};
pub(crate) use replay::{Replay, replay};
