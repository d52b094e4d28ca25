//! The `token` member of answers.

use crate::iam::{PublicUrls, catalog};
use http::HeaderMap;
use serde_json::{Value, json};
use tidemill_iam::identity::{Scope, TokenInfo, timestamp};

/// The document of a token; the catalog on demand, as it is long.
pub(crate) fn document(
    token: &TokenInfo,
    urls: &PublicUrls,
    headers: &HeaderMap,
    with_catalog: bool,
) -> Value {
    let caller = &token.caller;
    let domain = json!({ "id": caller.domain.id, "name": caller.domain.name });
    let mut document = json!({
        "methods": token.methods,
        "issued_at": timestamp(token.issued_ms),
        "expires_at": timestamp(token.expires_ms),
        "user": {
            "id": caller.user.id,
            "name": caller.user.name,
            "password_expires_at": "",
            "domain": domain,
        },
    });
    match &caller.scope {
        Scope::Project(project) => {
            document["project"] = json!({ "id": project.id, "name": project.name, "domain": domain });
        }
        Scope::Unscoped => return json!({ "token": document }),
        Scope::Domain | Scope::Key | Scope::TemporaryKey => document["domain"] = domain,
    }
    // The names under which clients know an administrator's rights.
    let roles = if caller.user.owner { vec!["te_admin", "secu_admin"] } else { Vec::new() };
    let role = |(id, name): (usize, &&str)| json!({ "id": id.to_string(), "name": name });
    document["roles"] = roles.iter().enumerate().map(role).collect();
    if with_catalog {
        let project = caller.project().map(|project| &project.id);
        document["catalog"] = catalog::entries(urls, headers, project).into();
    }
    json!({ "token": document })
}
