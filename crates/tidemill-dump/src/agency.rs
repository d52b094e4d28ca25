//! The agency that a task names: one of its account.

use crate::descriptor::{Invalid, Part};
use tidemill_meta::{MetaError, Tx, agency};

/// Agencies that a refusal lists.
const LISTED_MAX: usize = 10;

/// Why a task of the project cannot name this agency; `None` if its account has it.
pub(crate) async fn refusal(
    tx: &mut dyn Tx,
    project: &str,
    name: &str,
) -> Result<Option<Invalid>, MetaError> {
    let known = agency::names_for_project(tx, project).await?;
    let is_known = known.iter().any(|known| known == name);
    Ok((!is_known).then(|| Invalid { part: Part::Agency, reason: unknown(name, &known) }))
}

fn unknown(name: &str, known: &[String]) -> String {
    let mut there = known.iter().take(LISTED_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => there.push_str("none"),
        count if count > LISTED_MAX => there.push_str(", ..."),
        _ => {}
    }
    format!(
        "agency_name {name}: the account has no such agency; it has {there}. \
         An owner makes one with `tidemill agency create` or POST /v3.0/OS-AGENCY/agencies"
    )
}
