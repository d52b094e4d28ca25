//! Versions of datasets at the crate's boundary, over real metadata and real objects.

mod busy;
mod compose;
mod crash;
mod publish;
mod support;
mod switch;
