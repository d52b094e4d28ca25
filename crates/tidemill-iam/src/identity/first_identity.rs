//! The first account, project, user and access key of an installation.

use super::directory::{By, Directory};
use super::error::IamError;
use super::manage::agencies;
use super::password;
use super::sealing::Sealing;
use tidemill_meta::Meta;
use tidemill_meta::agency;
use tidemill_meta::identity::{self, AccessKeyRow, DomainRow, ProjectRow, UserRow};
use tidemill_model::{ProjectId, random_hex32};

/// What the first start makes. Secrets are stored hashed (password) or sealed (secret key).
#[derive(Clone)]
pub struct FirstIdentity {
    /// The account's name.
    pub domain: String,
    /// The administrator's name.
    pub user: String,
    /// The administrator's password.
    pub password: String,
    /// The project's id.
    pub project_id: ProjectId,
    /// The region, which is also the project's name.
    pub region: String,
    /// The access key's public half.
    pub access_key_id: String,
    /// The access key's secret half.
    pub secret_access_key: String,
}

impl std::fmt::Debug for FirstIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FirstIdentity({}, {}, {})", self.domain, self.user, self.access_key_id)
    }
}

/// What opening found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: the first identity was made.
    Created,
    /// What the first identity says. The password is not compared.
    AsConfigured,
    /// Something else in these settings, which have no effect: what is stored counts.
    Different(Vec<&'static str>),
}

impl FirstIdentity {
    /// Makes all of it in one transaction.
    pub(crate) async fn create(&self, meta: &Meta, sealing: &Sealing, now_ms: i64) -> Result<(), IamError> {
        let domain = DomainRow { id: random_hex32(), name: self.domain.clone(), administers: true };
        let project = ProjectRow {
            id: self.project_id.to_string(),
            domain_id: domain.id.clone(),
            name: self.region.clone(),
        };
        let user = UserRow {
            id: random_hex32(),
            domain_id: domain.id.clone(),
            name: self.user.clone(),
            password_hash: password::hash(&self.password)?,
            owner: true,
        };
        let key = AccessKeyRow {
            id: self.access_key_id.clone(),
            user_id: user.id.clone(),
            sealed_secret: sealing.seal(&self.access_key_id, &self.secret_access_key)?,
            active: true,
            description: "first key".into(),
            created_ms: now_ms,
            token_hash: None,
            expires_ms: None,
        };
        let agency = agencies::first_agency(&domain.id, now_ms);
        let rows = std::sync::Arc::new((domain, project, user, key, agency));
        meta.tx(move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                let (domain, project, user, key, agency) = &*rows;
                identity::insert_domain(tx, domain).await?;
                agency::insert_agency(tx, agency).await?;
                identity::insert_project(tx, project).await?;
                identity::insert_user(tx, user).await?;
                identity::insert_access_key(tx, key).await.map(drop)
            })
        })
        .await
        .map_err(|error: tidemill_meta::MetaError| error.into())
    }

    /// Compares with what is stored.
    pub(crate) fn compare(&self, directory: &Directory) -> Found {
        let domain = directory.domain(&By::Name(self.domain.clone()));
        let user = domain.and_then(|domain| directory.user_by_name(&domain.id, &self.user));
        let project = directory.project(&self.project_id);
        let key = directory.key(&self.access_key_id);
        let checks = [
            ("domain", domain.is_some()),
            ("user", user.is_some()),
            ("project-id", project.is_some()),
            ("region", project.is_none_or(|project| project.name == self.region)),
            ("access-key-id", key.is_some()),
            (
                "secret-access-key",
                key.is_none_or(|entry| entry.key.secret.expose() == self.secret_access_key),
            ),
        ];
        let different: Vec<_> = checks.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
        if different.is_empty() { Found::AsConfigured } else { Found::Different(different) }
    }
}
