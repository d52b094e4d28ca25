//! Sharing partitions out.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Who reads what: member, stream id, partition indexes ascending.
pub(crate) type Assignment = BTreeMap<String, BTreeMap<String, Vec<u32>>>;

/// A stream to share out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) stream_id: String,
    /// Readable partitions, ascending.
    pub(crate) partitions: Vec<u32>,
    /// Who subscribes to it, ascending.
    pub(crate) members: Vec<String>,
}

/// Cuts each stream's partitions into contiguous ranges, one a member at most and equally long but for one.
///
/// Ranges go to members in the order of their ids; a member that read most of a range before is preferred
/// for it as long as that gives it no more than its share of all partitions. Over several streams the
/// members with the fewest partitions come first, so that many small streams are shared, too.
pub(crate) fn assign(wanted: &[Wanted], previous: &Assignment) -> Assignment {
    let members: BTreeMap<&str, usize> =
        wanted.iter().flat_map(|w| w.members.iter()).map(|member| (member.as_str(), 0)).collect();
    let all: usize = wanted.iter().map(|w| w.partitions.len()).sum();
    let share = all.div_ceil(members.len().max(1));
    let mut loads = members;
    let mut assignment = Assignment::new();
    for stream in wanted {
        for (member, range) in share_out(stream, previous, &loads, share) {
            *loads.entry(member).or_default() += range.len();
            let streams = assignment.entry(member.to_owned()).or_default();
            streams.insert(stream.stream_id.clone(), range.to_vec());
        }
    }
    assignment
}

/// One stream's ranges with their new owners.
fn share_out<'w>(
    stream: &'w Wanted,
    previous: &Assignment,
    loads: &BTreeMap<&str, usize>,
    share: usize,
) -> Vec<(&'w str, &'w [u32])> {
    let load = |member: &str| loads.get(member).copied().unwrap_or(0);
    let mut ranges: Vec<Option<&[u32]>> =
        ranges(&stream.partitions, stream.members.len()).into_iter().map(Some).collect();
    let mut members: Vec<Option<&str>> = stream.members.iter().map(|m| Some(m.as_str())).collect();
    let mut shared = Vec::new();
    for (range, member) in preferences(stream, &ranges, previous) {
        let (Some(partitions), Some(owner)) = (ranges[range], members[member]) else { continue };
        if load(owner) + partitions.len() <= share {
            shared.push((owner, partitions));
            (ranges[range], members[member]) = (None, None);
        }
    }
    let mut rest: Vec<&str> = members.into_iter().flatten().collect();
    rest.sort_by_key(|member| load(member));
    shared.extend(rest.into_iter().zip(ranges.into_iter().flatten()));
    shared
}

/// (range, member) by what the member read of the range before, most first.
fn preferences(stream: &Wanted, ranges: &[Option<&[u32]>], previous: &Assignment) -> Vec<(usize, usize)> {
    let mut overlaps = Vec::new();
    for (member, name) in stream.members.iter().enumerate() {
        let Some(before) = previous.get(name).and_then(|streams| streams.get(&stream.stream_id)) else {
            continue;
        };
        for (range, partitions) in ranges.iter().enumerate() {
            let kept = partitions.iter().flat_map(|p| p.iter()).filter(|p| before.contains(p)).count();
            if kept > 0 {
                overlaps.push((Reverse(kept), range, member));
            }
        }
    }
    overlaps.sort_unstable();
    overlaps.into_iter().map(|(_, range, member)| (range, member)).collect()
}

/// At most `count` contiguous, non-empty parts, the longer ones first.
fn ranges(partitions: &[u32], count: usize) -> Vec<&[u32]> {
    let count = count.min(partitions.len());
    let mut rest = partitions;
    let mut parts = Vec::with_capacity(count);
    for left in (1..=count).rev() {
        let (part, after) = rest.split_at(rest.len().div_ceil(left));
        parts.push(part);
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(stream: &str, partitions: u32, members: &[&str]) -> Wanted {
        let members = members.iter().map(|m| (*m).to_owned()).collect();
        Wanted { stream_id: stream.into(), partitions: (0..partitions).collect(), members }
    }

    fn of<'a>(assignment: &'a Assignment, member: &str, stream: &str) -> &'a [u32] {
        assignment.get(member).and_then(|s| s.get(stream)).map_or(&[], Vec::as_slice)
    }

    #[test]
    fn ranges_are_contiguous_and_follow_the_order_of_ids() {
        let shared = assign(&[wanted("s", 7, &["a", "b", "c"])], &Assignment::new());
        assert_eq!(of(&shared, "a", "s"), [0, 1, 2]);
        assert_eq!(of(&shared, "b", "s"), [3, 4]);
        assert_eq!(of(&shared, "c", "s"), [5, 6]);
        let more = assign(&[wanted("s", 1, &["a", "b"])], &Assignment::new());
        assert_eq!((of(&more, "a", "s"), of(&more, "b", "s")), (&[0][..], &[][..]));
        assert!(assign(&[], &Assignment::new()).is_empty());
        assert!(assign(&[wanted("s", 0, &["a"])], &Assignment::new()).is_empty());
    }

    #[test]
    fn owners_keep_what_they_read_before() {
        let three = assign(&[wanted("s", 6, &["a", "b", "c"])], &Assignment::new());
        let without_a = assign(&[wanted("s", 6, &["b", "c"])], &three);
        assert_eq!((of(&without_a, "b", "s"), of(&without_a, "c", "s")), (&[0, 1, 2][..], &[3, 4, 5][..]));
        let first_is_new = assign(&[wanted("s", 6, &["0", "b", "c"])], &without_a);
        assert_eq!(of(&first_is_new, "b", "s"), [0, 1]);
        assert_eq!(of(&first_is_new, "c", "s"), [4, 5]);
        assert_eq!(of(&first_is_new, "0", "s"), [2, 3]);
    }

    #[test]
    fn many_small_streams_are_shared_although_one_member_had_them_all() {
        let names: Vec<String> = (0..10).map(|n| format!("s{n}")).collect();
        let streams = |members: &[&str]| -> Vec<_> { names.iter().map(|n| wanted(n, 1, members)).collect() };
        let alone = assign(&streams(&["a"]), &Assignment::new());
        assert_eq!(alone["a"].len(), 10);
        let two = assign(&streams(&["a", "b"]), &alone);
        assert_eq!((two["a"].len(), two["b"].len()), (5, 5));
        assert!(two["a"].keys().all(|stream| alone["a"].contains_key(stream)));
    }
}
