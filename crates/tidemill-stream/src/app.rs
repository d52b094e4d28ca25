//! Apps: consumers that keep their progress here.

use crate::streams::Streams;
use tidemill_meta::{MetaError, Tx, app as sql, checkpoint};
use tidemill_model::limits::APPS_MAX;
use tidemill_model::{AppName, ProjectId, random_id};

/// An app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// Names of the streams of its project on which it has a checkpoint, ascending.
    pub streams: Vec<String>,
}

/// Names an app: its name is unique in its project, which need not be that of a stream it reads.
#[derive(Clone, Copy, Debug)]
pub struct AppRef<'a> {
    /// The app's project.
    pub project: &'a ProjectId,
    /// Its name.
    pub name: &'a str,
}

/// One page of apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPage {
    /// Apps that fit the question, on all pages.
    pub total: usize,
    /// Whether another page follows.
    pub has_more: bool,
    /// Names ascend.
    pub apps: Vec<App>,
}

/// Why a call on an app failed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no app of that name.
    #[error("the app does not exist")]
    Unknown,
    /// The name is taken.
    #[error("the app exists already")]
    Exists,
    /// The project has as many apps as it may have.
    #[error("the project has {APPS_MAX} apps")]
    Quota,
    /// Its consumer group has live members.
    #[error("the app is in use")]
    InUse,
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The server is stopping.
    #[error("the deletion was cut off")]
    CutOff,
}

impl Streams {
    /// Makes an app.
    pub async fn create_app(&self, project: &ProjectId, name: &AppName) -> Result<(), AppError> {
        let row = sql::AppRow {
            id: random_id(),
            project: project.to_string(),
            name: name.to_string(),
            created_ms: self.0.clock.now_ms(),
        };
        self.0.meta.tx(move |tx| Box::pin(insert(tx, row.clone()))).await
    }

    /// The app of that name.
    pub async fn app(&self, project: &ProjectId, name: &str) -> Result<App, AppError> {
        let (project, name) = (project.to_string(), name.to_owned());
        self.0
            .meta
            .read(move |tx| {
                let (project, name) = (project.clone(), name.clone());
                Box::pin(async move {
                    let row = sql::app(tx, &project, &name).await?.ok_or(AppError::Unknown)?;
                    Ok(with_streams(tx, row).await?)
                })
            })
            .await
    }

    /// One page of the project's apps after the name `after`, only those with a checkpoint on `stream_id`
    /// if it is given.
    pub async fn apps(
        &self,
        project: &ProjectId,
        stream_id: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<AppPage, MetaError> {
        let (project, stream_id) = (project.to_string(), stream_id.map(str::to_owned));
        let after = after.map(str::to_owned);
        self.0
            .meta
            .read(move |tx| {
                let (project, stream_id, after) = (project.clone(), stream_id.clone(), after.clone());
                Box::pin(async move {
                    let rows = sql::apps(tx, &project, stream_id.as_deref()).await?;
                    page(tx, rows, after.as_deref(), limit).await
                })
            })
            .await
    }

    /// Removes an app with its checkpoints, whoever uses it.
    pub(crate) async fn remove_app(&self, project: &ProjectId, name: &str) -> Result<(), AppError> {
        let (project, name) = (project.to_string(), name.to_owned());
        let deleted = self
            .0
            .meta
            .tx(move |tx| {
                let (project, name) = (project.clone(), name.clone());
                Box::pin(async move { sql::delete_app(tx, &project, &name).await.map_err(AppError::from) })
            })
            .await?;
        if deleted { Ok(()) } else { Err(AppError::Unknown) }
    }
}

async fn insert(tx: &mut dyn Tx, row: sql::AppRow) -> Result<(), AppError> {
    if !sql::insert_app(tx, &row).await? {
        return Err(AppError::Exists);
    }
    let count = sql::count_apps(tx, &row.project).await?;
    if count > APPS_MAX as u64 { Err(AppError::Quota) } else { Ok(()) }
}

async fn with_streams(tx: &mut dyn Tx, row: sql::AppRow) -> Result<App, MetaError> {
    let streams = checkpoint::committed_streams(tx, &row.id).await?;
    Ok(App { id: row.id, name: row.name, created_ms: row.created_ms, streams })
}

async fn page(
    tx: &mut dyn Tx,
    rows: Vec<sql::AppRow>,
    after: Option<&str>,
    limit: usize,
) -> Result<AppPage, MetaError> {
    let total = rows.len();
    let mut rest = rows.into_iter().filter(|row| after.is_none_or(|after| row.name.as_str() > after));
    let mut apps = Vec::new();
    for row in rest.by_ref().take(limit) {
        apps.push(with_streams(tx, row).await?);
    }
    Ok(AppPage { total, has_more: rest.next().is_some(), apps })
}
