//! Datasets: what they are, their labels, their samples with annotations, and searching among them.

mod deleted;
mod label;
mod point;
mod registry;
mod sample;
mod sample_label;
mod sample_set;
mod search;
mod stats;
mod task;
mod version;
mod version_copies;
mod version_use;

pub use deleted::{deleted_samples_in, forget_deleted_samples, remember_deleted_samples};
pub use label::{
    LabelRow, count_labels, delete_label, insert_label, label, labels_of, rename_label, update_label,
};
pub use point::{
    PointRow, changed_datasets, count_samples_now, delete_points, points, put_point, trim_points,
};
pub use registry::{
    DatasetRow, DatasetsQuery, change_dataset_status, count_datasets, dataset, dataset_by_id,
    dataset_ids_after, dataset_swept, datasets_in_status, datasets_of, datasets_to_sweep, delete_dataset,
    insert_dataset, set_current_version, set_dataset_text, set_import_task, sweep_dataset_rows,
    take_version_number, touch_dataset_data,
};
pub use sample::{
    SampleRow, delete_sample, insert_sample, mark_relabeled, next_samples, refresh_sample_status, sample,
    sample_copied_from, samples_by_ids, update_sample,
};
pub use sample_label::{
    SampleLabelRow, delete_sample_labels, insert_sample_labels, labels_of_samples, rename_sample_labels,
    samples_with_label, strip_label,
};
use sample_set::sweep_set_rows;
pub use sample_set::{adopt_stage, join_stage, leave_set, sets_left, sweep_set};
pub use search::{Condition, Join, Order, SampleQuery, count_samples, search_samples, walk_samples};
pub use stats::{
    LabelCountRow, StatusCounts, annotators, hard_counts, hard_counts_among, label_counts,
    label_counts_among, labels_a_sample_max, metadata_texts, status_counts,
};
pub use task::{
    Failure, TaskRow, TaskTimes, count_tasks, delete_tasks, end_task, find_task, insert_task, progress_task,
    running_tasks, start_task, task_times, tasks_page, unfinished_tasks,
};
pub use version::{
    VERSION_CREATING, VERSION_FAILED, VERSION_NORMAL, VersionRow, artefact_settled, artefacts_left,
    delete_version, delete_versions_of, insert_version, is_referred_to, unfinished_versions, update_version,
    version, version_count, version_named, versions_of, withdraw_version,
};
pub use version_copies::{
    CopiesRow, abandoned_copies, abandoned_copies_of, note_copies, settle_copies, unsettled_copies,
};
pub(crate) use version_use::release_all;
pub use version_use::{
    SwitchRow, VersionTasksRow, clear_labels, clear_version_analysis, delete_switch, held_version_of,
    hold_version, insert_switch, is_analysis_path, release_version, set_version_analysis,
    set_version_processor, switches, version_holders, version_tasks,
};
