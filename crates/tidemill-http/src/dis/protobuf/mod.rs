//! Records in protobuf: what the JSON of `/records` says, with raw payloads. Errors stay JSON.
//!
//! Read and written by hand, so that texts and payloads are borrowed where they stand and the number of
//! records is bounded while they are read. proto2, no package; the numbers are the producers':
//!
//! ```text
//! PutRecordsRequest      { string streamName = 1; repeated PutRecordsRequestEntry records = 2; string streamId = 30 }
//! PutRecordsRequestEntry { bytes data = 3; string explicitHashKey = 4, partitionKey = 5, partitionId = 6;
//!                          message extendedInfo = 7 (ignored); int64 timestamp = 29 }
//! PutRecordsResult       { int32 failedRecordCount = 21; repeated PutRecordsResultEntry records = 22 }
//! PutRecordsResultEntry  { string shardId = 23, sequenceNumber = 24, errorCode = 25, errorMessage = 26 }
//! GetRecordsResult       { string nextShardIterator = 14; repeated Record records = 16 }
//! Record                 { string partitionKey = 17, sequenceNumber = 18; bytes data = 19; int64 timestamp = 27;
//!                          string timestampType = 28 }
//! ```

mod page;
mod put;
mod wire;

pub(super) use page::answer as page_answer;
pub use put::fuzz_put_body;
pub(super) use put::{answer as put_answer, parse as parse_put};

#[cfg(test)]
pub(in crate::dis) mod messages;
#[cfg(test)]
mod tests;
