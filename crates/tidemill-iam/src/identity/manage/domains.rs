//! Accounts.

use super::agencies::first_agency;
use super::{check_name, in_use, taken, too_many};
use crate::identity::caller::{Caller, Domain};
use crate::identity::directory::By;
use crate::identity::error::IamError;
use crate::identity::service::{Iam, shortened};
use std::sync::Arc;
use tidemill_meta::identity::{self, DomainRow};
use tidemill_meta::{MetaError, agency, tx};
use tidemill_model::limits::DOMAINS_MAX;
use tidemill_model::random_hex32;

fn unknown(id: &str) -> IamError {
    IamError::NotFound { kind: "domain", name: shortened(id) }
}

impl Iam {
    /// Makes an account with its first agency. Only the administrator may.
    pub async fn create_domain(self: &Arc<Self>, caller: &Caller, name: &str) -> Result<Domain, IamError> {
        self.only_administrator(caller, "iam:domains:create")?;
        check_name("domain", name, "")?;
        let row = DomainRow { id: random_hex32(), name: name.to_owned(), administers: false };
        self.change_accounts(|iam| async move { iam.add_domain(row).await }).await
    }

    async fn add_domain(&self, row: DomainRow) -> Result<Domain, IamError> {
        if self.directory.read().domain(&By::Name(row.name.clone())).is_some() {
            return Err(taken("domain", &row.name));
        }
        if self.directory.read().domains().len() >= DOMAINS_MAX {
            return Err(too_many("domains", DOMAINS_MAX));
        }
        let first = first_agency(&row.id, self.clock.now_ms());
        let written = tx!(self.meta, |tx, row, first| async move {
            identity::insert_domain(tx, &row).await?;
            agency::insert_agency(tx, &first).await
        });
        written.map_err(|error: MetaError| IamError::from(error))?;
        self.directory.write().add_domain(row.clone());
        Ok(Domain { id: row.id, name: row.name, administers: row.administers })
    }

    /// All accounts by name, to the administrator; to others only their own.
    pub fn domains(&self, caller: &Caller) -> Vec<Domain> {
        if caller.is_administrator() { self.directory.read().domains() } else { vec![caller.domain.clone()] }
    }

    /// An account among those [`Iam::domains`] shows.
    pub fn domain(&self, caller: &Caller, id: &str) -> Result<Domain, IamError> {
        self.domains(caller).into_iter().find(|domain| domain.id == id).ok_or_else(|| unknown(id))
    }

    /// Removes an account that has no streams and buckets any more, with its projects, users, keys,
    /// agencies and tokens, which are refused at once. Only the administrator may, and not its own account.
    pub async fn delete_domain(self: &Arc<Self>, caller: &Caller, id: &str) -> Result<(), IamError> {
        self.only_administrator(caller, "iam:domains:delete")?;
        if self.domain(caller, id)?.administers {
            return Err(IamError::Denied("delete the account that administers the installation".into()));
        }
        let id = id.to_owned();
        self.change_accounts(|iam| async move { iam.remove_domain(id).await }).await
    }

    async fn remove_domain(&self, id: String) -> Result<(), IamError> {
        let stored = id.clone();
        let removed = self.meta.tx(move |tx| {
            let id = stored.clone();
            Box::pin(async move {
                let count = identity::count_of_domain(tx, &id).await?;
                if count > 0 {
                    return Err(in_use("domain", count));
                }
                Ok(identity::delete_domain(tx, &id).await?)
            })
        });
        removed.await?;
        self.directory.write().remove_domain(&id);
        self.tokens.remove_orphans(&self.directory.read());
        Ok(())
    }
}
