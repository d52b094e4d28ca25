//! Embeddings of real images, and what is decided by them.

mod custom;
mod edits;
mod generator;
mod golden;
mod hog;
mod near_duplicates;
mod onnx;
mod pcc;
mod support;
