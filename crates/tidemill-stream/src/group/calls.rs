//! The four calls of a group's members.

use super::member::{Member, Standing};
use super::registry::GroupKey;
use super::state::{Beat, Fetch, Group};
use super::subscription::{Interest, Subscription};
use super::view::View;
use crate::streams::Streams;
use std::collections::BTreeMap;
use tidemill_meta::{MetaError, app as sql};
use tidemill_model::ProjectId;
use tidemill_model::limits::{
    CLIENT_ID_CHARS_MAX, GROUP_MEMBERS_MAX, REBALANCE_TIMEOUT_MS_DEFAULT, REBALANCE_TIMEOUT_MS_MAX,
};

/// What a member says when it joins.
#[derive(Clone, Debug, Default)]
pub struct JoinGroup {
    /// Its id, unique in the group; 1 to 255 characters.
    pub client_id: String,
    /// What it wants to read.
    pub subscription: Subscription,
    /// How long it lets a rebalance wait for other members, in ms; at least 0, more than 600000 counts as
    /// that; default 20000.
    pub rebalance_timeout_ms: Option<i64>,
    /// Whether rebalances shall wait a second at most.
    pub accelerate: bool,
}

/// What became of a join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is a member and may ask for its partitions.
    Member {
        /// The streams it subscribed to, if it gave a pattern.
        matched: Option<Vec<String>>,
    },
    /// A stream is missing or named twice, no stream is named, or the pattern cannot be used.
    WrongSubscription(String),
    /// There is no such app.
    UnknownGroup,
}

/// What a heartbeat is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    /// Join, or join again.
    Joining,
    /// It joined; now it shall ask for its partitions.
    Syncing,
    /// It has its partitions and may read them.
    Stable,
    /// There is no such app.
    UnknownGroup,
}

/// What asking for partitions is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Synced {
    /// Its partitions.
    Ready(MemberAssignment),
    /// Other members have yet to join; ask again.
    Waiting,
    /// Join first.
    Rejoin,
    /// There is no such app.
    UnknownGroup,
}

/// A member's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberAssignment {
    /// What its heartbeats and commits have to name from now on.
    pub generation: u64,
    /// Partition indexes by the stream's name, or by its id if it was subscribed by that.
    pub partitions: BTreeMap<String, Vec<u32>>,
}

/// Why a call of a member failed.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// A value is out of its range.
    #[error("{0}")]
    Invalid(String),
    /// The group has as many members as it may have.
    #[error("the group has {GROUP_MEMBERS_MAX} members")]
    TooManyMembers,
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

impl Streams {
    /// Takes a member into the app's group, or again: a member that is known comes back with this, too.
    pub async fn join_group(
        &self,
        project: &ProjectId,
        app: &str,
        join: JoinGroup,
    ) -> Result<Joined, GroupError> {
        check(&join)?;
        let key = (project.clone(), app.to_owned());
        let mut group = self.0.groups.change(&key).await;
        let joined = self.take_in(&key, &mut group, join).await;
        drop(group);
        self.0.groups.tidy(&key);
        joined
    }

    async fn take_in(
        &self,
        key: &GroupKey,
        group: &mut Group,
        join: JoinGroup,
    ) -> Result<Joined, GroupError> {
        self.catch_up(key, group).await?;
        if group.is_empty() && !self.app_exists(key).await? {
            return Ok(Joined::UnknownGroup);
        }
        let interests = match join.subscription.resolve(&self.view(key)) {
            Ok(interests) => interests,
            Err(reason) => return Ok(Joined::WrongSubscription(reason)),
        };
        let (id, member) = (join.client_id.clone(), self.member(join, interests));
        if !group.members().contains_key(&id) && group.members().len() >= GROUP_MEMBERS_MAX {
            return Err(GroupError::TooManyMembers);
        }
        group.prepare_join(&id, &member);
        if group.round_due() && !self.begin_round(key, group).await? {
            return Ok(Joined::UnknownGroup);
        }
        group.join(&id, member);
        group.complete(self.0.clock.now_ms(), &self.view(key));
        Ok(Joined::Member { matched: matched(group, &id) })
    }

    fn member(&self, join: JoinGroup, interests: Vec<Interest>) -> Member {
        Member {
            subscription: join.subscription,
            interests,
            rebalance_timeout_ms: join
                .rebalance_timeout_ms
                .map_or(REBALANCE_TIMEOUT_MS_DEFAULT, |ms| ms.min(REBALANCE_TIMEOUT_MS_MAX)),
            hurries: join.accelerate,
            seen_ms: self.0.clock.now_ms(),
            standing: Standing::Joined,
        }
    }

    /// A sign of life. `generation` is what the member was told last, -1 if nothing.
    pub async fn heartbeat(
        &self,
        project: &ProjectId,
        app: &str,
        client_id: &str,
        generation: i64,
    ) -> Result<Heartbeat, GroupError> {
        let key = (project.clone(), app.to_owned());
        let mut group = self.0.groups.change(&key).await;
        self.catch_up(&key, &mut group).await?;
        let beat = group.heartbeat(client_id, generation, self.0.clock.now_ms());
        let unknown_app = group.is_empty() && !self.app_exists(&key).await?;
        drop(group);
        self.0.groups.tidy(&key);
        Ok(match beat {
            _ if unknown_app => Heartbeat::UnknownGroup,
            Beat::Joining => Heartbeat::Joining,
            Beat::Syncing => Heartbeat::Syncing,
            Beat::Stable => Heartbeat::Stable,
        })
    }

    /// Gives a member that joined its partitions, as soon as they are shared out.
    pub async fn sync_group(
        &self,
        project: &ProjectId,
        app: &str,
        client_id: &str,
    ) -> Result<Synced, GroupError> {
        let key = (project.clone(), app.to_owned());
        let mut group = self.0.groups.change(&key).await;
        self.catch_up(&key, &mut group).await?;
        let fetch = group.fetch(client_id, self.0.clock.now_ms());
        let unknown_app = group.is_empty() && !self.app_exists(&key).await?;
        let (generation, partitions) = (group.generation(), group.partitions_of(client_id));
        drop(group);
        self.0.groups.tidy(&key);
        Ok(match fetch {
            _ if unknown_app => Synced::UnknownGroup,
            Fetch::Rejoin => Synced::Rejoin,
            Fetch::Waiting => Synced::Waiting,
            Fetch::Ready => Synced::Ready(MemberAssignment { generation, partitions }),
        })
    }

    /// Ends a membership; `false` if there is no such app. Leaving twice is leaving once.
    pub async fn leave_group(
        &self,
        project: &ProjectId,
        app: &str,
        client_id: &str,
    ) -> Result<bool, GroupError> {
        let key = (project.clone(), app.to_owned());
        let mut group = self.0.groups.change(&key).await;
        let known_app = !group.is_empty() || self.app_exists(&key).await?;
        group.remove(client_id);
        let caught_up = self.catch_up(&key, &mut group).await;
        drop(group);
        self.0.groups.tidy(&key);
        caught_up?;
        Ok(known_app)
    }

    /// Forgets members that fell silent although nobody asked about their group.
    pub(crate) async fn sweep_groups(&self) {
        for key in self.0.groups.keys() {
            self.0.groups.change(&key).await.expire(self.0.clock.now_ms());
            self.0.groups.tidy(&key);
        }
    }

    /// Does what is due in a group.
    async fn catch_up(&self, key: &GroupKey, group: &mut Group) -> Result<(), MetaError> {
        group.expire(self.0.clock.now_ms());
        group.compare(&self.view(key));
        if group.round_due() {
            self.begin_round(key, group).await?;
        }
        group.complete(self.0.clock.now_ms(), &self.view(key));
        Ok(())
    }

    /// Begins a round; `false` if the app is gone, and the group with it.
    async fn begin_round(&self, key: &GroupKey, group: &mut Group) -> Result<bool, MetaError> {
        let (project, app) = (key.0.to_string(), key.1.clone());
        let next = self
            .0
            .meta
            .tx(move |tx| {
                let (project, app) = (project.clone(), app.clone());
                Box::pin(async move { sql::next_generation(tx, &project, &app).await })
            })
            .await?;
        match next {
            Some(generation) => group.begin(generation, self.0.clock.now_ms()),
            None => *group = Group::default(),
        }
        let members = group.members().len();
        tracing::info!(app = key.1, generation = group.generation(), members, "a consumer group rebalances");
        Ok(next.is_some())
    }

    async fn app_exists(&self, key: &GroupKey) -> Result<bool, MetaError> {
        let (project, app) = (key.0.to_string(), key.1.clone());
        self.0
            .meta
            .read(move |tx| {
                let (project, app) = (project.clone(), app.clone());
                Box::pin(async move { Ok(sql::app(tx, &project, &app).await?.is_some()) })
            })
            .await
    }

    fn view(&self, key: &GroupKey) -> View {
        View::new(self.0.catalog.now().clone(), key.0.clone())
    }
}

fn check(join: &JoinGroup) -> Result<(), GroupError> {
    let id = &join.client_id;
    let chars = id.chars().count();
    if chars == 0 || chars > CLIENT_ID_CHARS_MAX || id.chars().any(char::is_control) {
        let allowed =
            format!("clientId must be 1 to {CLIENT_ID_CHARS_MAX} characters without control characters");
        return Err(GroupError::Invalid(allowed));
    }
    if join.rebalance_timeout_ms.is_some_and(|ms| ms < 0) {
        return Err(GroupError::Invalid("rebalanceTimeoutMs must be at least 0".to_owned()));
    }
    join.subscription.check_size()
}

/// The streams a member with a pattern subscribed to.
fn matched(group: &Group, id: &str) -> Option<Vec<String>> {
    let member = group.members().get(id)?;
    member.subscription.pattern.as_ref()?;
    Some(member.interests.iter().map(|interest| interest.called.clone()).collect())
}
