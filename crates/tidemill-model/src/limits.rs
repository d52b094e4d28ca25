//! Every bound of the product, in one place. Units are in the names.

/// Largest request body of the stream API, after decompression. Beyond it: status 413.
pub const REQUEST_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Largest compressed body on the wire: what cannot be compressed grows, by a sixth at worst (Snappy).
pub const REQUEST_WIRE_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Most bytes a dump task unpacks a payload to; a record with more goes to the error directory as it came.
/// Sixteen times what a record may have: logs pack that well, and a task holds one such payload at a time.
pub const UNPACKED_RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest record payload, decoded. A larger record fails alone.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;
/// Longest partition key in bytes: one length less than 64 KiB marks a record without a key.
pub const PARTITION_KEY_BYTES_MAX: usize = 64 * 1024 - 2;
/// Most records one put may carry: one client sends up to 1,000 for each of 50 partitions.
pub const PUT_RECORDS_MAX: usize = 50_000;
/// Payload bytes a read returns when it names no size.
pub const FETCH_BYTES_DEFAULT: usize = 4 * 1024 * 1024;
/// Payload bytes a read may return.
pub const FETCH_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Records a read may return.
pub const FETCH_RECORDS_MAX: usize = 10_000;
/// Seconds between two looks at a connection whose client is slow to take its answer.
pub const ANSWER_LOOK_S: u64 = 5;
/// Looks in a row that may find a client slower than [`TRANSFER_BYTES_PER_S_MIN`]; then its connection is cut.
pub const ANSWER_SLOW_LOOKS_MAX: u32 = 3;
/// Bytes of an answer a client has to take in a second.
pub const TRANSFER_BYTES_PER_S_MIN: u64 = 16 * 1024;
/// Bytes of an answer a client has to take, and of a body it has to send, in a second while others wait for room.
pub const TRANSFER_BYTES_PER_S_CROWDED: u64 = 256 * 1024;
/// Seconds in a row a body may come slower than [`TRANSFER_BYTES_PER_S_CROWDED`] while others wait for room.
pub const BODY_SLOW_SECONDS_MAX: u32 = 2;
/// Deepest nesting of a JSON body.
pub const JSON_DEPTH_MAX: usize = 64;
/// Life of a cursor.
pub const CURSOR_LIFE_MS: i64 = 5 * 60 * 1000;
/// Longest cursor text.
pub const CURSOR_CHARS_MAX: usize = 512;
/// Least retention of a stream, in hours, and that of one that asks for none. The most is a setting.
pub const RETENTION_HOURS_MIN: i64 = 24;
/// Longest checkpoint metadata in characters.
pub const CHECKPOINT_METADATA_CHARS_MAX: usize = 1000;
/// Changes of its number of partitions that a stream remembers, and as many attempts that were refused.
pub const SCALINGS_REMEMBERED: usize = 100;
/// Dump tasks a stream may have.
pub const DUMP_TASKS_PER_STREAM_MAX: usize = 5;
/// Longest key of a tag, in characters.
pub const TAG_KEY_CHARS_MAX: usize = 36;
/// Keys one member of a query by tags may name.
pub const TAG_QUERY_GROUPS_MAX: usize = 10;
/// Values one key of a query by tags may name.
pub const TAG_QUERY_VALUES_MAX: usize = 10;
/// Streams on one page of a query by tags; the default is the most.
pub const TAG_QUERY_LIMIT: std::ops::RangeInclusive<i64> = 1..=1000;
/// Apps a project may have.
pub const APPS_MAX: usize = 50;
/// Members a consumer group may have.
pub const GROUP_MEMBERS_MAX: usize = 200;
/// Longest client id of a group member.
pub const CLIENT_ID_CHARS_MAX: usize = 255;
/// Streams a group member may name, by name and by id together.
pub const SUBSCRIPTION_STREAMS_MAX: usize = 200;
/// Longest pattern of stream names.
pub const STREAM_PATTERN_CHARS_MAX: usize = 1000;
/// Largest program a pattern of stream names may compile to.
pub const STREAM_PATTERN_BYTES_MAX: usize = 256 * 1024;
/// A group member that is silent for this long is no member any more.
pub const MEMBER_SILENCE_MS_MAX: i64 = 30_000;
/// How long a rebalance waits for members at most, whatever they ask for.
pub const REBALANCE_TIMEOUT_MS_MAX: i64 = 600_000;
/// How long a rebalance waits if the members ask for nothing.
pub const REBALANCE_TIMEOUT_MS_DEFAULT: i64 = 20_000;
/// How long a rebalance waits if a member asks it to hurry.
pub const REBALANCE_HURRY_MS: i64 = 1_000;
/// Seconds between two flushes of a dump task.
pub const DELIVER_INTERVAL_S: std::ops::RangeInclusive<i64> = 30..=900;
/// Seconds between two flushes of a dump task that names none.
pub const DELIVER_INTERVAL_S_DEFAULT: i64 = 300;
/// How long a failing delivery may ask to be tried again, in seconds.
pub const RETRY_DURATION_S: std::ops::RangeInclusive<i64> = 0..=7200;
/// How long a failing delivery is tried again if nothing is asked for, in seconds.
pub const RETRY_DURATION_S_DEFAULT: i64 = 1800;
/// A delivered file is closed early at this encoded size.
pub const DELIVERY_FILE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// How far a request's date may be from ours, either way.
pub const CLOCK_SKEW_MS_MAX: i64 = 15 * 60 * 1000;
/// Life of a token.
pub const TOKEN_LIFE_MS: i64 = 24 * 60 * 60 * 1000;
/// Largest body of one object, part or append.
pub const OBJECT_BODY_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;
/// Longest object key.
pub const OBJECT_KEY_BYTES_MAX: usize = 1024;
/// Names and values of an object's user metadata together.
pub const OBJECT_METADATA_BYTES_MAX: usize = 8 * 1024;
/// Parts of a multipart upload, and appends to one object.
pub const OBJECT_PARTS_MAX: u64 = 10_000;
/// Smallest part of a multipart upload but the last.
pub const OBJECT_PART_BYTES_MIN: u64 = 100 * 1024;
/// Entries of one listing page of the object endpoint.
pub const OBJECT_LIST_MAX: usize = 1000;
/// Largest XML body of the object endpoint.
pub const OBJECT_XML_BYTES_MAX: usize = 1024 * 1024;
/// Space that objects leave free on their file system, so that metadata and deletes keep working.
pub const OBJECT_FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// Tokens that may be live at once; each takes some 300 bytes of memory.
pub const TOKENS_MAX: usize = 500_000;
/// Permanent access keys a user may have.
pub const ACCESS_KEYS_PER_USER_MAX: u64 = 2;
/// Temporary access keys a user may have at a time.
pub const TEMPORARY_KEYS_PER_USER_MAX: u64 = 10_000;
/// Life a temporary access key may ask for, in seconds.
pub const TEMPORARY_KEY_LIFE_S: std::ops::RangeInclusive<i64> = 900..=86_400;
/// Life of a temporary access key that asks for none, in seconds.
pub const TEMPORARY_KEY_LIFE_S_DEFAULT: i64 = 900;
/// Longest description of an access key or an agency.
pub const IDENTITY_DESCRIPTION_CHARS_MAX: usize = 255;
/// Payload bytes a COMMON partition takes in a second; the largest record fits into it. An ADVANCED one takes
/// five times as many, and both give twice what they take.
pub const PARTITION_WRITE_BYTES_PER_S: u32 = 1024 * 1024;
/// Records a COMMON partition takes in a second. An ADVANCED one takes twice as many.
pub const PARTITION_RECORDS_PER_S: u32 = 1000;
/// How far back a stream's metrics reach, in days.
pub const METRICS_DAYS: i64 = 7;
/// Minutes of a stream's metrics that wait to be stored while the metadata cannot be written.
pub const TRAFFIC_MINUTES_UNWRITTEN_MAX: usize = 120;
/// Accounts of an installation.
pub const DOMAINS_MAX: usize = 1000;
/// Projects of an account.
pub const PROJECTS_PER_DOMAIN_MAX: usize = 100;
/// Users of an account.
pub const USERS_PER_DOMAIN_MAX: usize = 1000;
/// Agencies of an account.
pub const AGENCIES_PER_DOMAIN_MAX: usize = 50;
/// Longest name of an account, a project, a user or an agency.
pub const IDENTITY_NAME_CHARS_MAX: usize = 64;
/// Length of a new password, in bytes.
pub const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 8..=128;
/// Policies of a stream.
pub const POLICIES_PER_STREAM_MAX: usize = 200;
/// Longest line of a manifest, boxes and other labels included.
pub const MANIFEST_LINE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Datasets a project may have.
pub const DATASETS_PER_PROJECT_MAX: u64 = 1000;
/// Samples a dataset may have.
pub const SAMPLES_PER_DATASET_MAX: u64 = 1_000_000;
/// Labels a dataset may have.
pub const LABELS_PER_DATASET_MAX: u64 = 10_000;
/// Largest request body of the dataset API: one sample of the largest size in Base64, and as much again.
pub const DATASET_REQUEST_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Largest sample that is sent inline, decoded.
pub const INLINE_SAMPLE_BYTES_MAX: usize = 12_582_912;
/// Versions a dataset may have.
pub const VERSIONS_PER_DATASET_MAX: u64 = 1000;
/// Largest object that a processing task reads as a picture or a label file.
pub const PROCESSING_OBJECT_BYTES_MAX: u64 = 640 * 1024 * 1024;
