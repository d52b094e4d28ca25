//! HDFS of an MRS cluster as destination.

use super::common::{Common, Staging};
use super::member::{self, Members};
use super::partition_format;
use super::refused::{Invalid, Part, ensure};
use serde::{Deserialize, Serialize};

/// An HDFS directory as destination; also the shape of `mrs_destination_description`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MrsDestination {
    /// Members of every destination.
    #[serde(flatten)]
    pub common: Common,
    /// The cluster's name.
    pub mrs_cluster_name: String,
    /// The cluster's id.
    pub mrs_cluster_id: String,
    /// The directory in HDFS; may be empty.
    pub mrs_hdfs_path: String,
    /// Directory below it; may be empty.
    pub hdfs_prefix_folder: String,
    /// Where files wait.
    #[serde(flatten)]
    pub staging: Staging,
    /// `text`, `parquet` or `carbon`.
    pub destination_file_type: String,
    /// Depth of the time directories; may be empty.
    pub partition_format: String,
}

impl MrsDestination {
    pub(super) fn parse(members: &Members) -> Result<Self, Invalid> {
        let destination = Self {
            common: Common::parse(members)?,
            mrs_cluster_name: member::required(members, "mrs_cluster_name")?,
            mrs_cluster_id: member::required(members, "mrs_cluster_id")?,
            mrs_hdfs_path: member::text(members, "mrs_hdfs_path")?,
            hdfs_prefix_folder: member::prefix(members, "hdfs_prefix_folder")?,
            staging: Staging::parse(members)?,
            destination_file_type: member::file_type(members)?,
            partition_format: partition_format(members)?,
        };
        member::not_compressed(members)?;
        destination.check()?;
        Ok(destination)
    }

    fn check(&self) -> Result<(), Invalid> {
        let cluster = member::is_name(&self.mrs_cluster_name) && member::is_name(&self.mrs_cluster_id);
        ensure(cluster, Part::MrsCluster, "mrs_cluster_name and mrs_cluster_id must be 1 to 256 characters")?;
        self.common.check()?;
        let rule = "mrs_hdfs_path must start with / or hdfs:// and have no .. in it";
        ensure(is_hdfs_path(&self.mrs_hdfs_path), Part::HdfsPath, rule)
    }
}

fn is_hdfs_path(path: &str) -> bool {
    let rooted = path.starts_with('/') || path.starts_with("hdfs://");
    path.is_empty() || (rooted && member::is_name(path) && !path.split('/').any(|part| part == ".."))
}
