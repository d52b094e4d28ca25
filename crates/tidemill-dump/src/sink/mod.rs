//! Where deliveries go. Today: buckets.
//!
//! The fence is the multipart upload. Every object, however small and the ledger's too, is one upload under
//! its final key:
//!
//! 1. announce: a row says that an upload to this key may exist;
//! 2. create, then record the upload's id, but only while the task still has our epoch: an id that cannot be
//!    recorded is aborted and never completed;
//! 3. upload the parts;
//! 4. note that the complete may have been sent, again only under our epoch; then complete: the only step
//!    that publishes;
//! 5. position and ledger entry are committed together, which also forgets the upload.
//!
//! Whoever comes next, a new owner or a deletion, first raises the epoch and aborts every recorded upload:
//! from then on nothing of the old owner can appear. Whether something had appeared before is read from the
//! bucket and proven by size and digest.

mod check;
mod obs;
mod probe;
mod settle;

pub(crate) use check::check;
pub(crate) use obs::{Body, ObsSink};
pub(crate) use probe::{Probe, sha256_of};
