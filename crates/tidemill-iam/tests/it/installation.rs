//! An installation in a throw-away directory, with a clock that tests move.

use std::path::PathBuf;
use tidemill_iam::identity::{Found, IssuedToken, TokenRequestBody};
use tidemill_iam::{FirstIdentity, Iam, IamError};
use tidemill_meta::Meta;
use tidemill_meta::sqlite::SqliteStore;
use tidemill_model::{Clock, ProjectId};

pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

pub(crate) struct Installation {
    dir: tempfile::TempDir,
    pub(crate) clock: Clock,
    pub(crate) meta: Meta,
    pub(crate) iam: Iam,
    pub(crate) found: Found,
}

pub(crate) fn first() -> FirstIdentity {
    FirstIdentity {
        domain: "local".into(),
        user: "admin".into(),
        password: "a password".into(),
        project_id: ProjectId::parse(PROJECT).unwrap(),
        region: "local-1".into(),
        access_key_id: "AKFIRST".into(),
        secret_access_key: "first secret".into(),
    }
}

async fn open(dir: &tempfile::TempDir, clock: &Clock) -> (Meta, Result<(Iam, Found), IamError>) {
    let meta = SqliteStore::open(&dir.path().join("meta.db")).await.unwrap();
    let opened = Iam::open(meta.clone(), clock.clone(), &dir.path().join("secrets.key"), &first()).await;
    (meta, opened)
}

impl Installation {
    pub(crate) async fn new() -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::manual(1_768_469_400_000));
        let (meta, opened) = open(&dir, &clock).await;
        let (iam, found) = opened.unwrap();
        Self { dir, clock, meta, iam, found }
    }

    pub(crate) async fn restarted(self) -> Self {
        self.meta.close().await;
        let (meta, opened) = open(&self.dir, &self.clock).await;
        let (iam, found) = opened.unwrap();
        Self { meta, iam, found, ..self }
    }

    /// Opens again with another first identity or a changed directory.
    pub(crate) async fn reopened(&self, first: &FirstIdentity) -> Result<Found, IamError> {
        let key = self.sealing_key();
        Iam::open(self.meta.clone(), self.clock.clone(), &key, first).await.map(|(_, found)| found)
    }

    pub(crate) fn sealing_key(&self) -> PathBuf {
        self.dir.path().join("secrets.key")
    }

    /// All bytes of all files of the directory.
    pub(crate) fn all_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.dir.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub(crate) async fn token(&self, body: &str) -> Result<IssuedToken, IamError> {
        let body: TokenRequestBody = serde_json::from_str(body).unwrap();
        self.iam.issue_token(&body.auth).await
    }

    pub(crate) async fn admin_token(&self) -> IssuedToken {
        self.token(&password_request("a password", r#"{"project":{"name":"local-1"}}"#)).await.unwrap()
    }
}

pub(crate) fn password_request(password: &str, scope: &str) -> String {
    format!(
        r#"{{"auth":{{"identity":{{"methods":["password"],"password":{{"user":{{"name":"admin",
            "password":"{password}","domain":{{"name":"local"}}}}}}}},"scope":{scope}}}}}"#
    )
}
