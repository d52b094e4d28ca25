//! Removing what no version refers to any more: canonical manifests, staged samples, and those that were the
//! working ones before.

use super::canonical::place_of;
use super::{read, tx};
use crate::Datasets;
use object_store::ObjectStoreExt;
use tidemill_meta::MetaError;
use tidemill_meta::dataset as rows;

/// Rows of each kind removed in one transaction.
const BATCH: u32 = 2000;

impl Datasets {
    /// Sweeps in the background; what fails is done at the next occasion.
    pub(crate) fn sweep_versions(&self) {
        let datasets = self.clone();
        self.spawn(async move {
            if let Err(why) = datasets.sweep_versions_now().await {
                tracing::warn!(why, "what deleted versions left is not swept yet");
            }
        });
    }

    /// Sweeps what is left now.
    pub(super) async fn sweep_versions_now(&self) -> Result<(), String> {
        let told = |error: MetaError| error.to_string();
        let identities: Vec<String> = read!(self.meta(), |tx| rows::artefacts_left(tx)).map_err(told)?;
        for identity in identities {
            self.sweep_artefact(identity).await?;
        }
        let sets: Vec<String> = read!(self.meta(), |tx| rows::sets_left(tx)).map_err(told)?;
        for set in sets {
            while !self.stopping().is_cancelled()
                && !tx!(self.meta(), |tx, set| rows::sweep_set(tx, &set, BATCH)).map_err(told)?
            {}
        }
        Ok(())
    }

    /// Deletes a canonical manifest unless a version refers to it. Nobody begins to refer to one meanwhile.
    async fn sweep_artefact(&self, identity: String) -> Result<(), String> {
        let told = |error: MetaError| error.to_string();
        let _kept = self.artefacts_gate().lock().await;
        if !read!(self.meta(), |tx, identity| rows::is_referred_to(tx, &identity)).map_err(told)? {
            match self.artefacts().delete(&place_of(&identity)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        tx!(self.meta(), |tx, identity| rows::artefact_settled(tx, &identity)).map_err(told)
    }
}
