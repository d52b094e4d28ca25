//! What a user may do that does not own its account: use data, not administer.

/// Actions on data.
const DATA: [&str; 6] =
    ["dis:records:", "dis:checkpoints:", "dis:apps:", "obs:object:", "modelarts:sample:", "modelarts:label:"];
/// What would be an action on data by its beginning but administers.
const NOT_DATA: [&str; 2] = ["dis:apps:delete", "obs:object:PutObjectAcl"];
/// What only owners look at: it holds secrets, or says who may do what.
const OWNERS_LOOK: [&str; 2] = ["dis:subscriptions:", "dis:streamPolicies:"];
/// Ways of looking.
const LOOKS: [&str; 2] = ["get", "list"];
/// Ways of looking at buckets.
const BUCKET_LOOKS: [&str; 5] = [
    "obs:bucket:ListAllMyBuckets",
    "obs:bucket:HeadBucket",
    "obs:bucket:ListBucket",
    "obs:bucket:GetBucketLocation",
    "obs:bucket:ListBucketMultipartUploads",
];

/// Whether a user that is no owner may do `action`: put and get records and objects, commit checkpoints, make
/// apps, label samples, and look at whatever else the stream API and the dataset API describe.
pub(crate) fn member_may(action: &str) -> bool {
    let is_data = DATA.iter().any(|data| action.starts_with(data)) && !NOT_DATA.contains(&action);
    let described = action.starts_with("dis:") || action.starts_with("modelarts:");
    let shown = described && !OWNERS_LOOK.iter().any(|owners| action.starts_with(owners));
    let looks = shown && action.rsplit(':').next().is_some_and(|v| LOOKS.contains(&v));
    is_data || looks || BUCKET_LOOKS.contains(&action)
}

#[cfg(test)]
mod tests {
    use super::member_may;

    #[test]
    fn members_use_data_and_do_not_administer() {
        for allowed in [
            "dis:records:write",
            "dis:records:readCursor",
            "dis:checkpoints:commit",
            "dis:apps:create",
            "dis:streams:get",
            "dis:transferTasks:list",
            "obs:object:PutObject",
            "modelarts:sample:update",
            "modelarts:dataset:get",
            "obs:bucket:ListBucket",
        ] {
            assert!(member_may(allowed), "{allowed}");
        }
        for refused in [
            "dis:streams:create",
            "dis:streams:update",
            "dis:streams:delete",
            "dis:apps:delete",
            "dis:transferTasks:action",
            "dis:streamPolicies:create",
            "dis:streamPolicies:list",
            "dis:subscriptions:get",
            "modelarts:dataset:create",
            "modelarts:dataset:delete",
            "obs:bucket:CreateBucket",
            "obs:bucket:PutBucketAcl",
            "obs:bucket:GetBucketAcl",
            "obs:object:PutObjectAcl",
            "iam:users:list",
            "",
        ] {
            assert!(!member_may(refused), "{refused}");
        }
    }
}
