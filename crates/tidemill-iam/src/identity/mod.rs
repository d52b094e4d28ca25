//! Who there is: accounts, projects, users, access keys, tokens. One [`Iam`] serves a process.

mod access_keys;
mod caller;
mod directory;
mod error;
mod first_identity;
mod login;
mod manage;
mod password;
mod principal;
mod project_choice;
mod role;
mod sealing;
mod service;
mod temporary_keys;
mod timestamp;
mod token_request;
mod token_store;
mod tokens;

pub use access_keys::{KeyInfo, NewKey};
pub use caller::{Caller, Domain, Project, Scope, User};
pub use error::IamError;
pub use first_identity::{FirstIdentity, Found};
pub use manage::{Agency, NewAgency, NewUser, UserInfo};
pub use principal::Principal;
pub use project_choice::ProjectRefusal;
pub use service::Iam;
pub use temporary_keys::{TemporaryCredential, TemporaryKeyRequest};
pub use timestamp::timestamp;
pub use token_request::{TokenRequest, TokenRequestBody};
pub use tokens::{IssuedToken, TokenInfo};
