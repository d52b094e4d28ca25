//! Dump tasks at their boundary: a stream, a bucket, a clock that only tests move.

mod support;

mod crash;
mod create;
mod delete;
mod deliver;
mod histories;
mod trouble;
mod verify;
