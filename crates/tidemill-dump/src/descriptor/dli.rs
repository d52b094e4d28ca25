//! A table of DLI as destination.

use super::common::{Common, Staging};
use super::member::{self, Members};
use super::refused::{Invalid, Part, ensure};
use serde::{Deserialize, Serialize};

/// A DLI table as destination; also the shape of `dli_destination_description`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DliDestination {
    /// Members of every destination.
    #[serde(flatten)]
    pub common: Common,
    /// The database.
    pub dli_database_name: String,
    /// The table, stored in DLI itself.
    pub dli_table_name: String,
    /// Where files wait.
    #[serde(flatten)]
    pub staging: Staging,
}

impl DliDestination {
    pub(super) fn parse(members: &Members) -> Result<Self, Invalid> {
        let destination = Self {
            common: Common::parse(members)?,
            dli_database_name: member::required(members, "dli_database_name")?,
            dli_table_name: member::required(members, "dli_table_name")?,
            staging: Staging::parse(members)?,
        };
        destination.check()?;
        Ok(destination)
    }

    fn check(&self) -> Result<(), Invalid> {
        self.common.check()?;
        let database = member::is_word(&self.dli_database_name, 128, b"");
        ensure(database, Part::DliDatabase, "dli_database_name must be up to 128 letters, digits and _")?;
        let table = member::is_word(&self.dli_table_name, 128, b"");
        ensure(table, Part::DliTable, "dli_table_name must be up to 128 letters, digits and _")
    }
}
