//! Dump tasks: deliver a stream to object storage exactly once.
