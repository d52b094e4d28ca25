//! Consumer groups: members of an app share the partitions of the streams they subscribe to.
//!
//! A group is the state machine of [`state`]: EMPTY, JOINING (the members are asked to come), SYNCING (the
//! partitions are shared out, the members fetch their part) and STABLE. Every change of members,
//! subscriptions or partitions starts a new round with a new generation, which is durable before anybody
//! hears of it. Members live in memory only: after a restart they are unknown, join again and get a higher
//! generation than any before.
//!
//! Nothing runs in the background: whatever is due (members that fell silent, changed partitions, a round
//! that waited long enough) is done by the next call that touches the group, before the call itself.

mod assign;
mod calls;
mod commit;
mod member;
mod pattern;
mod registry;
mod state;
mod subscription;
mod view;

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

pub use calls::{GroupError, Heartbeat, JoinGroup, Joined, MemberAssignment, Synced};
pub use commit::Membership;
pub(crate) use registry::Groups;
pub use subscription::Subscription;
