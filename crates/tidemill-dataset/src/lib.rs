//! Datasets: samples and their labels, immutable versions, import, export, synchronisation with the bucket.

pub mod manifest;
