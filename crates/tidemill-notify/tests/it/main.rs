//! Subscriptions and what reaches their receivers.

mod receiver;
mod sending;
mod subscribing;
mod support;
