//! Versions of datasets at the crate's boundary, over real metadata and real objects.

mod busy;
mod compose;
mod crash;
mod delete_labels;
mod publish;
mod support;
mod switch;
