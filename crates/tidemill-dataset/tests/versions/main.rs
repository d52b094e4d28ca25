//! Versions of datasets at the crate's boundary, over real metadata and real objects.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod busy;
mod compose;
mod crash;
mod delete_labels;
mod publish;
mod quota;
mod support;
mod switch;
