//! Dump tasks at their boundary: a stream, a bucket, a clock that only tests move.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod support;

mod crash;
mod create;
mod delete;
mod deliver;
mod destinations;
mod events;
mod histories;
mod packed;
mod parquet;
mod trouble;
mod update;
mod verify;
