//! Calls on subscriptions to events.

use super::connection::{Connection, unexpected};
use super::error::ClientError;
use super::streams::read;
use tidemill_api::dis::{PutSubscription, Subscription, SubscriptionList};

const PATH: &[&str] = &["tidemill", "subscriptions"];

impl Connection {
    /// Makes a subscription.
    pub(crate) fn create_subscription(&self, wanted: &PutSubscription) -> Result<Subscription, ClientError> {
        let body = serde_json::to_vec(wanted).map_err(|e| unexpected(&e))?;
        read(self.call("POST", &self.target(PATH, &[]), Some(&body))?)
    }

    /// All subscriptions of the project, names ascending.
    pub(crate) fn subscriptions(&self) -> Result<Vec<Subscription>, ClientError> {
        let list: SubscriptionList = read(self.call("GET", &self.target(PATH, &[]), None)?)?;
        Ok(list.subscriptions)
    }

    /// Ends a subscription.
    pub(crate) fn delete_subscription(&self, name: &str) -> Result<(), ClientError> {
        let target = self.target(&[PATH[0], PATH[1], name], &[]);
        self.call("DELETE", &target, None).map(drop)
    }
}
