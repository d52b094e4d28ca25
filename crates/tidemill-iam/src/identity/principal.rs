//! Naming someone of any account, as stream policies do.

use super::caller::{Domain, User};
use super::directory::{By, Directory};
use super::service::Iam;

/// An account, or one user of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub domain: Domain,
    /// The user; `None` for all of the account.
    pub user: Option<User>,
}

/// Longest text that may name someone: two names of 64 characters with room to spare. A longer one would
/// cost a look for each of its dots.
const PRINCIPAL_BYTES_MAX: usize = 512;

impl Iam {
    /// Who `domain`, `domain.*` or `domain.user` is; each part is a name or an id. `None` if nobody is.
    pub fn principal(&self, text: &str) -> Option<Principal> {
        if text.len() > PRINCIPAL_BYTES_MAX {
            return None;
        }
        let directory = self.directory.read();
        let domain = |text: &str| {
            let by_name = directory.domain(&By::Name(text.to_owned()));
            by_name.or_else(|| directory.domain(&By::Id(text.to_owned()))).cloned()
        };
        if let Some(domain) = domain(text.strip_suffix(".*").unwrap_or(text)) {
            return Some(Principal { domain, user: None });
        }
        // Names of users may hold dots.
        text.match_indices('.').find_map(|(dot, _)| {
            let domain = domain(text.get(..dot)?)?;
            let user = user_of(&directory, &domain.id, text.get(dot + 1..)?)?;
            Some(Principal { domain, user: Some(user) })
        })
    }
}

fn user_of(directory: &Directory, domain_id: &str, text: &str) -> Option<User> {
    let by_id = || directory.user_by_id(text).filter(|entry| entry.domain_id == domain_id);
    directory.user_by_name(domain_id, text).or_else(by_id).map(|entry| entry.user.clone())
}
