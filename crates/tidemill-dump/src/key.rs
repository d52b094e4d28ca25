//! Names of delivered objects and of the ledger's objects.

use time::OffsetDateTime;

/// Everything that is not data lives under this prefix at the root of the bucket, outside every
/// `file_prefix`, so that consumers that list their prefix never see it.
pub(crate) const OWN_PREFIX: &str = "_tidemill";

/// Below the prefix of a task: records that could not be encoded, as they came.
pub(crate) const ERROR_DIRECTORY: &str = "obs_error";

/// `prefix` and `directory` may be empty; the name sorts by sequence number.
pub(crate) struct ObjectName<'a> {
    pub(crate) prefix: &'a str,
    /// Whether it goes below [`ERROR_DIRECTORY`].
    pub(crate) error: bool,
    pub(crate) directory: &'a str,
    pub(crate) stream: &'a str,
    pub(crate) task_id: &'a str,
    pub(crate) partition: u32,
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// What its content is, with the dot; may be empty.
    pub(crate) extension: &'a str,
}

impl ObjectName<'_> {
    /// The object's key.
    pub(crate) fn key(&self) -> String {
        let name = format!(
            "{}-{}-shardId-{:010}-{:020}-{:020}{}",
            self.stream, self.task_id, self.partition, self.first, self.last, self.extension
        );
        let error = if self.error { ERROR_DIRECTORY } else { "" };
        let parts = [self.prefix, error, self.directory, &name];
        parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("/")
    }
}

/// The first `depth` of year, month, day, hour and minute of a moment, in UTC, as directories.
pub(crate) fn time_directory(depth: usize, at_ms: i64) -> String {
    let at =
        OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let year = format!("{:04}", at.year());
    let rest = [u8::from(at.month()), at.day(), at.hour(), at.minute()];
    let all = std::iter::once(year).chain(rest.iter().map(|n| format!("{n:02}")));
    all.take(depth).collect::<Vec<_>>().join("/")
}

/// The prefix of a task's ledger in the bucket.
pub(crate) fn ledger_prefix(task_id: &str) -> String {
    format!("{OWN_PREFIX}/ledger/{task_id}")
}

/// One entry of a task's ledger.
pub(crate) fn entry_key(task_id: &str, partition: u32, n: u64) -> String {
    format!("{}/shardId-{partition:010}/{n:020}.json", ledger_prefix(task_id))
}

/// The ends of all chains of a task's ledger.
pub(crate) fn head_key(task_id: &str) -> String {
    format!("{}/head.json", ledger_prefix(task_id))
}

/// Where the creation of a task tries whether the destination keeps what delivery relies on.
pub(crate) fn check_key(task_id: &str) -> String {
    format!("{OWN_PREFIX}/check/{task_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_prefix_directory_and_a_name_that_sorts_by_number() {
        let mut name = ObjectName {
            prefix: "raw/orders",
            error: false,
            directory: "2026/11",
            stream: "orders",
            task_id: "T",
            partition: 3,
            first: 7,
            last: 12,
            extension: "",
        };
        let early = name.key();
        assert_eq!(
            early,
            "raw/orders/2026/11/orders-T-shardId-0000000003-00000000000000000007-00000000000000000012"
        );
        (name.first, name.last) = (13, 100_000);
        assert!(early < name.key());
        (name.prefix, name.directory) = ("", "");
        assert!(name.key().starts_with("orders-T-"));
        name.extension = ".parquet";
        assert!(name.key().ends_with("-00000000000000100000.parquet"));
        name.error = true;
        assert!(name.key().starts_with("obs_error/orders-T-"));
        (name.prefix, name.directory) = ("raw/orders", "2026");
        assert!(name.key().starts_with("raw/orders/obs_error/2026/orders-T-"));
    }

    #[test]
    fn time_directories_are_utc_and_as_deep_as_asked() {
        let at_ms = 1_767_323_045_678; // 2026-01-02T03:04:05Z
        let of = |depth| time_directory(depth, at_ms);
        assert_eq!([of(0), of(1), of(3), of(5)], ["", "2026", "2026/01/02", "2026/01/02/03/04"]);
    }
}
