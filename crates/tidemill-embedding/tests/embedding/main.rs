//! Embeddings of real images, and what is decided by them.

mod custom;
mod edits;
mod golden;
mod hog;
mod near_duplicates;
mod pcc;
mod support;
