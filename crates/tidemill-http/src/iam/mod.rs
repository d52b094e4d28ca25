//! The identity API (v3): one file a resource.

mod agencies;
mod authenticated;
mod catalog;
mod credentials;
mod domains;
mod error;
mod projects;
mod public_urls;
mod query;
mod reply;
mod security_tokens;
#[cfg(test)]
mod tests;
mod token_document;
mod tokens;
mod users;
mod versions;

pub use error::IdentityError;
pub use public_urls::PublicUrls;
pub use versions::versions;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;
use tidemill_iam::Iam;

/// What the handlers of the identity API share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct IamState {
    /// Identities, tokens and keys.
    pub iam: Arc<Iam>,
    /// Where clients reach this installation.
    pub public: Arc<PublicUrls>,
}

/// All routes but `GET /`, which browsers share: compose that one from [`versions`].
pub fn router(state: IamState) -> Router {
    let routes: [(&str, MethodRouter<IamState>); 16] = [
        ("/v3", get(versions::version)),
        ("/v3/auth/tokens", post(tokens::issue).get(tokens::show).delete(tokens::revoke)),
        ("/v3/auth/catalog", get(catalog::list)),
        ("/v3/auth/projects", get(projects::list)),
        ("/v3/auth/domains", get(domains::list_own)),
        ("/v3/domains", get(domains::list).post(domains::create)),
        ("/v3/domains/{id}", get(domains::show).delete(domains::delete)),
        ("/v3/users", get(users::list).post(users::create)),
        ("/v3/users/{id}", get(users::show).delete(users::delete)),
        ("/v3/projects", get(projects::list).post(projects::create)),
        ("/v3/projects/{id}", get(projects::show).delete(projects::delete)),
        ("/v3.0/OS-AGENCY/agencies", get(agencies::list).post(agencies::create)),
        ("/v3.0/OS-AGENCY/agencies/{id}", get(agencies::show).delete(agencies::delete)),
        ("/v3.0/OS-CREDENTIAL/credentials", post(credentials::create).get(credentials::list)),
        (
            "/v3.0/OS-CREDENTIAL/credentials/{access}",
            get(credentials::show).put(credentials::update).delete(credentials::delete),
        ),
        ("/v3.0/OS-CREDENTIAL/securitytokens", post(security_tokens::create)),
    ];
    // Clients write paths with and without a slash at the end.
    let add = |router: Router<IamState>, (path, methods): (&str, MethodRouter<IamState>)| {
        router.route(path, methods.clone()).route(&format!("{path}/"), methods)
    };
    let router = routes.into_iter().fold(Router::new(), add);
    router.method_not_allowed_fallback(async || IdentityError::WrongMethod).with_state(state)
}
