//! Agencies of accounts: the names that dump tasks write into an account's buckets by.
//!
//! Whom an agency trusts is kept and shown. Nobody can log in as one, so that trust opens nothing.

use super::{check_name, taken, too_many};
use crate::identity::access_keys::check_description;
use crate::identity::caller::Caller;
use crate::identity::directory::By;
use crate::identity::error::IamError;
use crate::identity::service::{Iam, shortened};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tidemill_meta::agency::{self, AgencyRow};
use tidemill_meta::{MetaError, read, tx};
use tidemill_model::limits::AGENCIES_PER_DOMAIN_MAX;
use tidemill_model::random_hex32;

/// The agency that every account begins with.
const FIRST: &str = "dis_admin_agency";
/// The service that it trusts: dump tasks.
const DUMP_SERVICE: &str = "op_svc_dis";
/// What the names of services begin with. An account with such a name can be trusted by its id only.
const SERVICE_PREFIX: &str = "op_svc_";
/// Tasks that the refusal of a deletion lists.
const LISTED_MAX: usize = 5;

/// An agency.
pub type Agency = AgencyRow;

/// An agency to be made.
#[derive(Clone, Debug, Default)]
pub struct NewAgency {
    /// Id of its account.
    pub domain_id: String,
    /// Its name, unique in the account.
    pub name: String,
    /// Id of whom it trusts; name or id is needed.
    pub trust_domain_id: Option<String>,
    /// Name of whom it trusts: an account of this installation, or a service (`op_svc_...`).
    pub trust_domain_name: Option<String>,
    /// Free text.
    pub description: String,
}

fn unknown(id: &str) -> IamError {
    IamError::NotFound { kind: "agency", name: shortened(id) }
}

/// What every account begins with.
pub(crate) fn first_agency(domain_id: &str, now_ms: i64) -> AgencyRow {
    AgencyRow {
        id: random_hex32(),
        domain_id: domain_id.to_owned(),
        name: FIRST.into(),
        trust_domain_id: service_id(DUMP_SERVICE),
        trust_domain_name: DUMP_SERVICE.into(),
        description: String::new(),
        created_ms: now_ms,
    }
}

/// Services are no accounts: their ids come from their names.
fn service_id(name: &str) -> String {
    hex::encode(&Sha256::digest(name)[..16])
}

impl Iam {
    /// Makes an agency. Who manages the account may.
    pub async fn create_agency(
        self: &Arc<Self>,
        caller: &Caller,
        new: NewAgency,
    ) -> Result<Agency, IamError> {
        self.may_manage(caller, &new.domain_id, "iam:agencies:create")?;
        check_name("agency", &new.name, ".")?;
        check_description(&new.description)?;
        let (trust_domain_id, trust_domain_name) = self.trusted(&new)?;
        let row = AgencyRow {
            id: random_hex32(),
            domain_id: new.domain_id,
            name: new.name,
            trust_domain_id,
            trust_domain_name,
            description: new.description,
            created_ms: self.clock.now_ms(),
        };
        self.change_accounts(|iam| async move { iam.add_agency(row).await }).await
    }

    /// Id and name of whom a new agency trusts.
    fn trusted(&self, new: &NewAgency) -> Result<(String, String), IamError> {
        let by = match (&new.trust_domain_name, &new.trust_domain_id) {
            (Some(name), _) => By::Name(name.clone()),
            (None, Some(id)) => By::Id(id.clone()),
            (None, None) => {
                let message = "trust_domain_name or trust_domain_id must say whom the agency trusts";
                return Err(IamError::bad_request(message));
            }
        };
        let (id, name) = self.trusted_as(&by)?;
        match &new.trust_domain_id {
            Some(asked) if *asked != id => Err(IamError::bad_request(format!(
                "trust_domain_id is not that of {name}; one of the two is enough"
            ))),
            _ => Ok((id, name)),
        }
    }

    fn trusted_as(&self, by: &By) -> Result<(String, String), IamError> {
        match by {
            By::Name(name) if name.starts_with(SERVICE_PREFIX) => {
                check_name("service", name, "")?;
                return Ok((service_id(name), name.clone()));
            }
            By::Id(id) if *id == service_id(DUMP_SERVICE) => return Ok((id.clone(), DUMP_SERVICE.into())),
            _ => {}
        }
        let found = self.directory.read().domain(by).map(|domain| (domain.id.clone(), domain.name.clone()));
        found.ok_or_else(|| IamError::NotFound { kind: "trusted domain", name: shortened(by.text()) })
    }

    async fn add_agency(&self, row: AgencyRow) -> Result<Agency, IamError> {
        if self.directory.read().domain(&By::Id(row.domain_id.clone())).is_none() {
            return Err(IamError::NotFound { kind: "domain", name: shortened(&row.domain_id) });
        }
        let written = tx!(self.meta, |tx, row| async move {
            let others = agency::agencies_of(tx, &row.domain_id).await?;
            if others.iter().any(|other| other.name == row.name) {
                return Err(taken("agency", &row.name));
            }
            if others.len() >= AGENCIES_PER_DOMAIN_MAX {
                return Err(too_many("agencies", AGENCIES_PER_DOMAIN_MAX));
            }
            Ok(agency::insert_agency(tx, &row).await?)
        });
        written.map(|()| row)
    }

    /// The agencies of an account by name: of the caller's own, or of any to the administrator. Empty for an
    /// account the caller may not see.
    pub async fn agencies(&self, caller: &Caller, domain_id: &str) -> Result<Vec<Agency>, IamError> {
        if caller.domain.id != domain_id && !caller.is_administrator() {
            return Ok(Vec::new());
        }
        let domain_id = domain_id.to_owned();
        let found = read!(self.meta, |tx, domain_id| agency::agencies_of(tx, &domain_id));
        found.map_err(|error: MetaError| error.into())
    }

    /// An agency among those that [`Iam::agencies`] shows.
    pub async fn agency(&self, caller: &Caller, id: &str) -> Result<Agency, IamError> {
        let wanted = id.to_owned();
        let found = read!(self.meta, |tx, wanted| agency::find_agency(tx, &wanted));
        let found = found.map_err(|error: MetaError| IamError::from(error))?;
        let visible = |agency: &Agency| agency.domain_id == caller.domain.id || caller.is_administrator();
        found.filter(visible).ok_or_else(|| unknown(id))
    }

    /// Removes an agency that no dump task names. Who manages the account may.
    pub async fn delete_agency(self: &Arc<Self>, caller: &Caller, id: &str) -> Result<(), IamError> {
        let found = self.agency(caller, id).await?;
        self.may_manage(caller, &found.domain_id, "iam:agencies:delete")?;
        self.change_accounts(|iam| async move { iam.remove_agency(found).await }).await
    }

    async fn remove_agency(&self, row: AgencyRow) -> Result<(), IamError> {
        tx!(self.meta, |tx, row| async move {
            let tasks = agency::tasks_naming(tx, &row).await?;
            if !tasks.is_empty() {
                return Err(named(&row.name, &tasks));
            }
            Ok(agency::delete_agency(tx, &row.id).await?)
        })
    }
}

/// The refusal to remove what dump tasks write by.
fn named(name: &str, tasks: &[String]) -> IamError {
    let listed = tasks.iter().take(LISTED_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if tasks.len() > LISTED_MAX { ", ..." } else { "" };
    IamError::Conflict(format!(
        "The agency {name} is named by {} dump tasks ({listed}{more}); delete them or give them another one first.",
        tasks.len()
    ))
}
