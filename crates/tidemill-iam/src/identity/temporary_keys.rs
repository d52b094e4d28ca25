//! Temporary access keys: a pair and a security token that end together.

use super::access_keys::{may_make_credentials, random_pair};
use super::caller::Caller;
use super::error::IamError;
use super::service::Iam;
use super::tokens::random_text;
use crate::key::SecretKey;
use crate::mac::sha256;
use serde::Deserialize;
use serde_json::Value;
use tidemill_meta::identity::AccessKeyRow;
use tidemill_model::limits::{
    TEMPORARY_KEY_LIFE_S, TEMPORARY_KEY_LIFE_S_DEFAULT, TEMPORARY_KEYS_PER_USER_MAX,
};

/// The `auth` member of `POST /v3.0/OS-CREDENTIAL/securitytokens`. Unknown members are ignored, as one
/// client misspells `duration_seconds`.
#[derive(Clone, Debug, Deserialize)]
pub struct TemporaryKeyRequest {
    identity: Identity,
}

#[derive(Clone, Debug, Deserialize)]
struct Identity {
    methods: Vec<String>,
    token: Option<TokenMember>,
    policy: Option<Value>,
}

#[derive(Clone, Deserialize)]
struct TokenMember {
    id: Option<String>,
    duration_seconds: Option<Value>,
}

impl std::fmt::Debug for TokenMember {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenMember(…)")
    }
}

impl TemporaryKeyRequest {
    /// The token in the body, for requests without `X-Auth-Token`.
    pub fn token(&self) -> Option<&str> {
        self.identity.token.as_ref()?.id.as_deref()
    }

    /// Seconds asked for, as a number or numeric text; 900 if absent.
    fn life_s(&self) -> Result<i64, IamError> {
        let asked = self.identity.token.as_ref().and_then(|token| token.duration_seconds.as_ref());
        let seconds = match asked {
            None | Some(Value::Null) => Some(TEMPORARY_KEY_LIFE_S_DEFAULT),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        let allowed = seconds.filter(|seconds| TEMPORARY_KEY_LIFE_S.contains(seconds));
        allowed.ok_or_else(|| IamError::bad_request("duration_seconds must be from 900 to 86400"))
    }
}

/// A temporary key; none of it can be asked for again.
#[derive(Clone, Debug)]
pub struct TemporaryCredential {
    /// The public half.
    pub access_key: String,
    /// The secret half.
    pub secret: SecretKey,
    /// What every request must carry too.
    pub security_token: SecretKey,
    /// The end, in milliseconds since the epoch.
    pub expires_ms: i64,
}

impl Iam {
    /// Makes a temporary key with the caller's rights. Durable when this returns.
    pub async fn create_temporary_key(
        &self,
        caller: &Caller,
        request: &TemporaryKeyRequest,
    ) -> Result<TemporaryCredential, IamError> {
        may_make_credentials(caller)?;
        if request.identity.methods != ["token"] {
            return Err(IamError::bad_request("methods must be [\"token\"]"));
        }
        if request.identity.policy.is_some() {
            // Ignoring it would hand out more rights than were asked for.
            return Err(IamError::bad_request("policy is not supported for temporary access keys"));
        }
        let now_ms = self.clock.now_ms();
        let expires_ms = now_ms + request.life_s()? * 1000;
        let ((access_key, secret), security_token) = (random_pair()?, random_text()?);
        let row = AccessKeyRow {
            id: access_key.clone(),
            user_id: caller.user.id.clone(),
            sealed_secret: self.sealing.seal(&access_key, &secret)?,
            active: true,
            description: String::new(),
            created_ms: now_ms,
            token_hash: Some(hex::encode(sha256(security_token.as_bytes()))),
            expires_ms: Some(expires_ms),
        };
        let exceeded = IamError::bad_request(format!(
            "A user has at most {TEMPORARY_KEYS_PER_USER_MAX} temporary access keys at a time."
        ));
        self.sweep_ended(now_ms).await?;
        self.store_key(row, TEMPORARY_KEYS_PER_USER_MAX, exceeded).await?;
        let (secret, security_token) = (SecretKey::new(secret), SecretKey::new(security_token));
        Ok(TemporaryCredential { access_key, secret, security_token, expires_ms })
    }
}
