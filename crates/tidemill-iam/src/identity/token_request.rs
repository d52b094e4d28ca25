//! The body of `POST /v3/auth/tokens`. Unknown members are ignored.

use super::directory::By;
use super::error::IamError;
use serde::Deserialize;

/// The whole body.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenRequestBody {
    /// Its one member.
    pub auth: TokenRequest,
}

/// Who asks, and for what.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenRequest {
    pub(crate) identity: Identity,
    pub(crate) scope: Option<ScopeRequest>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Identity {
    pub(crate) methods: Vec<String>,
    pub(crate) password: Option<PasswordMethod>,
    pub(crate) token: Option<TokenMethod>,
    pub(crate) hw_ak_sk: Option<KeyMethod>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({:?})", self.methods)
    }
}

#[derive(Clone, Deserialize)]
pub(crate) struct PasswordMethod {
    pub(crate) user: UserRequest,
}

#[derive(Clone, Deserialize)]
pub(crate) struct UserRequest {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) password: String,
    pub(crate) domain: Option<Named>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct TokenMethod {
    pub(crate) id: String,
}

#[derive(Clone, Deserialize)]
pub(crate) struct KeyMethod {
    pub(crate) access: KeyPart,
    pub(crate) secret: KeyPart,
}

#[derive(Clone, Deserialize)]
pub(crate) struct KeyPart {
    pub(crate) key: String,
}

/// Something by id or name; the id counts if both are there.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
}

impl Named {
    pub(crate) fn by(&self, what: &str) -> Result<By, IamError> {
        match (&self.id, &self.name) {
            (Some(id), _) => Ok(By::Id(id.clone())),
            (None, Some(name)) => Ok(By::Name(name.clone())),
            (None, None) => Err(IamError::bad_request(format!("{what} needs an id or a name"))),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum ScopeRequest {
    /// Only `unscoped`.
    Word(String),
    Of(ScopeOf),
}

/// The project wins if both are there.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ScopeOf {
    pub(crate) project: Option<ProjectRequest>,
    pub(crate) domain: Option<Named>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ProjectRequest {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) domain: Option<Named>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_a_scope_are_read() {
        let read = |scope: &str| {
            let text =
                format!(r#"{{"auth":{{"identity":{{"methods":["token"],"extra":1}},"scope":{scope}}}}}"#);
            serde_json::from_str::<TokenRequestBody>(&text).map(|body| body.auth.scope)
        };
        assert!(matches!(read(r#""unscoped""#), Ok(Some(ScopeRequest::Word(_)))));
        assert!(matches!(read(r#"{"project":{"name":"r"}}"#), Ok(Some(ScopeRequest::Of(_)))));
        assert!(matches!(
            read(r#"{"domain":{"id":"x"},"project":{"id":"y"}}"#),
            Ok(Some(ScopeRequest::Of(_)))
        ));
        assert!(matches!(read("null"), Ok(None)));
        assert!(read("3").is_err());
    }
}
