//! Why a task's configuration is refused.

/// What of a configuration is wrong; each has its own code in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A member that has no code of its own.
    Request,
    /// The MRS cluster.
    MrsCluster,
    /// The agency.
    Agency,
    /// The path in HDFS.
    HdfsPath,
    /// The DLI database.
    DliDatabase,
    /// The DLI table.
    DliTable,
    /// The CloudTable cluster.
    CloudtableCluster,
    /// The CloudTable table.
    CloudtableTable,
    /// A column family of the CloudTable table.
    CloudtableFamily,
    /// The schema of CloudTable rows.
    CloudtableSchema,
    /// The schema of OpenTSDB points.
    OpentsdbSchema,
    /// The DWS cluster.
    DwsCluster,
    /// The key that encrypts the password.
    KmsKey,
    /// The stream's data schema, which the destination needs.
    DataSchema,
}

/// Why a creation or update is refused: the part, and the text for the brackets of its message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Invalid {
    /// What is wrong.
    pub part: Part,
    /// Which member, and what is allowed.
    pub reason: String,
}

/// A refusal without a code of its own.
pub(crate) fn invalid<T>(reason: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid { part: Part::Request, reason: reason.into() })
}

/// Refuses unless `ok`.
pub(crate) fn ensure(ok: bool, part: Part, reason: &str) -> Result<(), Invalid> {
    if ok { Ok(()) } else { Err(Invalid { part, reason: reason.to_owned() }) }
}
