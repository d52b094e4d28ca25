//! Processing tasks as the routes use them, over a bucket in memory and real pictures.

mod equal;
mod journey;
mod support;
