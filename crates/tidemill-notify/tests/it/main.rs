//! Subscriptions and what reaches their receivers.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod receiver;
mod sending;
mod subscribing;
mod support;
