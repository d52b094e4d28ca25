//! The endpoint at its boundary: requests as clients send them, signed for real.

mod bad_requests;
mod buckets;
mod chunked;
mod client;
mod dialects;
mod images;
mod listing;
mod multipart;
mod objects;
mod rights;
