//! The HTTP face: one request is parse, call the domain, render.

pub mod dis;
pub mod iam;
pub mod obs;
