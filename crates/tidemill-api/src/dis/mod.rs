//! The stream API (DIS): one file a resource.

mod app;
mod checkpoint;
mod file;
mod group;
mod metrics;
mod policy;
mod record;
mod stream;
mod subscription;
mod tag;
mod transfer_task;

pub use app::{App, AppList, ConsumerState, ConsumingState, CreateApp};
pub use checkpoint::{Checkpoint, CommitCheckpoint};
pub use file::FileState;
pub use group::{HeartbeatResult, JoinGroup, JoinGroupResult, MemberRequest, SyncGroupResult};
pub use metrics::{DataPoint, Metrics, MetricsResult};
pub use policy::{CreatePolicy, CreatePolicyV3, PolicyList, PolicyRule};
pub use record::{Cursor, GetRecordsResult, PutEntry, PutRecords, PutRecordsResult, PutResultEntry, Record};
pub use stream::{
    CreateStream, CsvProperties, Partition, ScaleRecord, StreamDetail, StreamInfo, StreamList, Tag,
    UpdatePartitionCount, UpdatePartitionCountResult, UpdateStream, UpdateStreamLegacy,
    UpdateStreamLegacyResult,
};
pub use subscription::{PutSubscription, Subscription, SubscriptionList};
pub use tag::{AddTag, ProjectTags, Resource, ResourceQuery, ResourceResult, TagAction, TagGroup, TagList};
pub use transfer_task::{Task, TaskAction, TaskDetail, TaskId, TaskList, TaskPartition};
