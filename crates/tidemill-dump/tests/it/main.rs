//! Dump tasks at their boundary: a stream, a bucket, a clock that only tests move.

mod support;

mod deliver;
