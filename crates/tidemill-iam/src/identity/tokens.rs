//! Tokens: 256 random bits, stored hashed, good for 24 hours.

use super::caller::{Caller, Scope};
use super::error::IamError;
use super::service::Iam;
use super::token_request::TokenRequest;
use crate::api_signature::AuthError;
use crate::mac::sha256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;
use tidemill_meta::MetaError;
use tidemill_meta::identity::{self, TokenRow};
use tidemill_model::limits::TOKEN_LIFE_MS;

/// Longest token text that is hashed.
const TOKEN_CHARS_MAX: usize = 512;

/// What is known of a live token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// How the user proved itself.
    pub methods: Vec<String>,
    /// The user with the token's scope.
    pub caller: Arc<Caller>,
    /// Milliseconds since the epoch.
    pub issued_ms: i64,
    /// Milliseconds since the epoch.
    pub expires_ms: i64,
}

/// A new token; its text is not kept anywhere.
#[derive(Clone)]
pub struct IssuedToken {
    /// The text of `X-Subject-Token`.
    pub text: String,
    /// What it is good for.
    pub info: Arc<TokenInfo>,
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IssuedToken({:?})", self.info)
    }
}

/// 256 random bits as 43 characters that need no encoding anywhere.
pub(crate) fn random_text() -> Result<String, IamError> {
    let mut raw = [0u8; 32];
    getrandom::fill(&mut raw).map_err(|e| IamError::Internal(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(raw))
}

impl Iam {
    /// The caller of a live token: one hash and one look-up.
    pub fn authenticate_token(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        self.token_info(token).map(|info| Arc::clone(&info.caller))
    }

    /// What is known of a live token.
    pub fn token_info(&self, token: &str) -> Result<Arc<TokenInfo>, AuthError> {
        if token.len() > TOKEN_CHARS_MAX {
            return Err(AuthError::Token);
        }
        let found = self.tokens.get(&sha256(token.as_bytes()), self.clock.now_ms());
        // A token whose user or project is gone may still be there for a moment.
        found.filter(|token| self.directory.read().knows(&token.caller)).ok_or(AuthError::Token)
    }

    /// Checks who asks and issues a token; older ones stay good. Durable when this returns.
    pub async fn issue_token(&self, request: &TokenRequest) -> Result<IssuedToken, IamError> {
        let proof = self.prove(&request.identity).await?;
        let caller = Arc::new(self.scoped(&proof.user_id, request.scope.as_ref())?);
        let issued_ms = self.clock.now_ms();
        self.sweep_ended(issued_ms).await?;
        if self.tokens.is_full() {
            return Err(IamError::TooManyTokens);
        }
        let expires_ms = proof.expires_ms.unwrap_or(issued_ms + TOKEN_LIFE_MS);
        let info = TokenInfo { methods: vec![proof.method.to_owned()], caller, issued_ms, expires_ms };
        let (text, info) = (random_text()?, Arc::new(info));
        let hash = sha256(text.as_bytes());
        let row = row_of(&hash, &info);
        self.meta
            .tx(move |tx| {
                let row = row.clone();
                Box::pin(async move { identity::insert_token(tx, &row).await })
            })
            .await
            .map_err(|error: MetaError| IamError::from(error))?;
        self.tokens.insert(hash, Arc::clone(&info));
        Ok(IssuedToken { text, info })
    }

    /// Ends a token at once. `NotFound` if it is not live.
    pub async fn revoke_token(&self, token: &str) -> Result<(), IamError> {
        self.token_info(token).map_err(|_| unknown_token())?;
        let hash = sha256(token.as_bytes());
        let text = hex::encode(hash);
        self.meta
            .tx(move |tx| {
                let text = text.clone();
                Box::pin(async move { identity::delete_token(tx, &text).await })
            })
            .await
            .map_err(|error: MetaError| IamError::from(error))?;
        self.tokens.remove(&hash);
        Ok(())
    }

    /// Drops what has ended, once an hour.
    pub(crate) async fn sweep_ended(&self, now_ms: i64) -> Result<(), IamError> {
        if !self.tokens.sweep_is_due(now_ms) {
            return Ok(());
        }
        self.tokens.sweep(now_ms);
        self.directory.write().remove_ended_keys(now_ms);
        let swept = self.meta.tx(move |tx| Box::pin(identity::delete_expired(tx, now_ms))).await;
        swept.map_err(|error: MetaError| error.into())
    }
}

/// The answer for a subject token that is not live.
pub(crate) fn unknown_token() -> IamError {
    IamError::NotFound { kind: "token", name: "it is unknown, revoked or expired".into() }
}

fn row_of(hash: &[u8; 32], info: &TokenInfo) -> TokenRow {
    let (scope, project_id) = match &info.caller.scope {
        Scope::Project(project) => ("project", Some(project.id.to_string())),
        Scope::Unscoped => ("unscoped", None),
        Scope::Domain | Scope::Key | Scope::TemporaryKey => ("domain", None),
    };
    TokenRow {
        hash: hex::encode(hash),
        user_id: info.caller.user.id.clone(),
        methods: info.methods.join(","),
        scope: scope.to_owned(),
        project_id,
        issued_ms: info.issued_ms,
        expires_ms: info.expires_ms,
    }
}
