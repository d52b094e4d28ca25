//! Signed webhooks, by the Standard Webhooks scheme (standardwebhooks.com): `webhook-id`,
//! `webhook-timestamp` and `webhook-signature: v1,BASE64`, an HMAC-SHA256 over `{id}.{timestamp}.{body}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Duration;

/// Header with the message's id, the same at every attempt.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the time of the attempt, in seconds since the epoch.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with the signature.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

const PREFIX: &str = "whsec_";
/// A receiver that takes longer has failed, and is asked again later.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// Follows no redirects: the address a person gave is the one that is called.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(ANSWER_TIME_MAX))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("tidemill/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// The secret of a subscription: made from the installation's key, so it is stored nowhere.
pub(crate) fn secret(key: &str, subscription_id: &str) -> String {
    format!("{PREFIX}{}", STANDARD.encode(hmac_sha256(key.as_bytes(), subscription_id.as_bytes())))
}

/// Sends a message; the error says what the receiver did. Blocks for at most 10 s.
pub(crate) fn send(agent: &ureq::Agent, url: &str, secret: &str, message: &Signed<'_>) -> Result<(), String> {
    let sent = agent
        .post(url)
        .header("content-type", "application/json")
        .header(ID_HEADER, message.id)
        .header(TIMESTAMP_HEADER, message.at_s.to_string())
        .header(SIGNATURE_HEADER, message.signature(secret))
        .send(message.body.as_bytes());
    match sent {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("the receiver answered {}", answer.status().as_u16())),
        Err(error) => Err(error.to_string()),
    }
}

/// What a signature covers.
pub(crate) struct Signed<'m> {
    pub(crate) id: &'m str,
    pub(crate) at_s: i64,
    pub(crate) body: &'m str,
}

impl Signed<'_> {
    fn signature(&self, secret: &str) -> String {
        let key = STANDARD.decode(secret.trim_start_matches(PREFIX)).unwrap_or_default();
        let text = format!("{}.{}.{}", self.id, self.at_s, self.body);
        format!("v1,{}", STANDARD.encode(hmac_sha256(&key, text.as_bytes())))
    }
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    // A key of any length is taken: the error can not occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the scheme's published specification.
    #[test]
    fn the_signature_is_the_published_one() {
        let message = Signed {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at_s: 1_614_265_330,
            body: r#"{"test": 2432232314}"#,
        };
        let signature = message.signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
