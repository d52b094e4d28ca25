//! The HTTP face: one request is parse, call the domain, render.

pub mod dis;
pub mod iam;
pub mod modelarts;
pub mod obs;
mod ops;
pub mod pace;
pub mod request;
pub mod server;
mod services;
pub mod tls;
mod trace;

pub use iam::PublicUrls;
pub use services::{Services, api_router, objects_router};
pub use trace::{REQUEST_ID, RequestId};
