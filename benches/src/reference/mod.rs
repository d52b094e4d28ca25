//! The ring reference: the least work a durable HTTP/JSON ingest server can do, on the same HTTP stack.
//!
//! It parses the body, decodes the base64, checksums each record and shares one aligned
//! `O_DIRECT|O_DSYNC` write into a pre-written ring among all requests that wait. Nothing else: no
//! identity, no streams, no numbers, no reads, and nothing could be recovered from its ring.

mod ring;
mod server;

pub(crate) use server::serve;
