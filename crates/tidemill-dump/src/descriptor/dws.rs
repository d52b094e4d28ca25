//! A table of DWS as destination.

use super::common::{Common, Staging};
use super::member::{self, Members};
use super::refused::{Invalid, Part, ensure, invalid};
use serde::{Deserialize, Serialize};

/// A DWS table as destination; also the shape of `dws_destination_description`. The password is checked and
/// dropped: nothing uses it yet, and what is not kept cannot leak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DwsDestination {
    /// Members of every destination.
    #[serde(flatten)]
    pub common: Common,
    /// The cluster's name.
    pub dws_cluster_name: String,
    /// The cluster's id.
    pub dws_cluster_id: String,
    /// The database.
    pub dws_database_name: String,
    /// The schema in the database.
    pub dws_schema: String,
    /// The table.
    pub dws_table_name: String,
    /// What separates columns: `,`, `;` or `|`.
    pub dws_delimiter: String,
    /// Who loads.
    pub user_name: String,
    /// Name of the key that encrypts the password.
    pub kms_user_key_name: String,
    /// Id of the key.
    pub kms_user_key_id: String,
    /// Where files wait.
    #[serde(flatten)]
    pub staging: Staging,
    /// Columns to load, separated by commas; empty means all.
    pub dws_table_columns: String,
    /// How faulty data is met.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub options: Option<DwsOptions>,
}

/// How faulty data is met; kept as given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DwsOptions {
    /// Whether missing last fields become null.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fill_missing_fields: Option<String>,
    /// Whether fields beyond the last column are skipped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ignore_extra_data: Option<String>,
    /// Whether illegal characters are replaced.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub compatible_illegal_chars: Option<String>,
    /// How many faulty rows are met before loading fails; a number or `unlimited`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reject_limit: Option<String>,
    /// Where faulty rows are noted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error_table_name: Option<String>,
}

const SWITCH: [&str; 6] = ["true", "on", "false", "off", "true/on", "false/off"];

impl DwsDestination {
    /// `new`: the password has to be there.
    pub(super) fn parse(members: &Members, new: bool) -> Result<Self, Invalid> {
        let name = |key| member::required(members, key);
        let destination = Self {
            common: Common::parse(members)?,
            dws_cluster_name: name("dws_cluster_name")?,
            dws_cluster_id: name("dws_cluster_id")?,
            dws_database_name: name("dws_database_name")?,
            dws_schema: name("dws_schema")?,
            dws_table_name: name("dws_table_name")?,
            dws_delimiter: name("dws_delimiter")?,
            user_name: name("user_name")?,
            kms_user_key_name: name("kms_user_key_name")?,
            kms_user_key_id: name("kms_user_key_id")?,
            staging: Staging::parse(members)?,
            dws_table_columns: member::text(members, "dws_table_columns")?,
            options: member::object(members, "options")?.map(DwsOptions::parse).transpose()?,
        };
        let password = member::text(members, "user_password")?;
        if new && password.is_empty() {
            return invalid("user_password null.");
        }
        destination.check()?;
        Ok(destination)
    }

    fn check(&self) -> Result<(), Invalid> {
        for (key, value) in [
            ("dws_database_name", &self.dws_database_name),
            ("dws_schema", &self.dws_schema),
            ("dws_table_name", &self.dws_table_name),
            ("user_name", &self.user_name),
        ] {
            ensure(member::is_name(value), Part::Request, &format!("{key} must be 1 to 256 characters"))?;
        }
        let delimiter = [",", ";", "|"].contains(&self.dws_delimiter.as_str());
        ensure(delimiter, Part::Request, "dws_delimiter must be one of , ; |")?;
        let columns = self.dws_table_columns.split(',').map(str::trim).all(member::is_name);
        let all = self.dws_table_columns.is_empty();
        ensure(all || columns, Part::Request, "dws_table_columns must be names separated by commas")?;
        self.common.check()?;
        let cluster = member::is_name(&self.dws_cluster_name) && member::is_name(&self.dws_cluster_id);
        ensure(cluster, Part::DwsCluster, "dws_cluster_name and dws_cluster_id must be 1 to 256 characters")?;
        let key = member::is_name(&self.kms_user_key_name) && member::is_name(&self.kms_user_key_id);
        ensure(key, Part::KmsKey, "kms_user_key_name and kms_user_key_id must be 1 to 256 characters")
    }
}

impl DwsOptions {
    fn parse(members: &Members) -> Result<Self, Invalid> {
        let given = |key: &str| -> Result<Option<String>, Invalid> {
            Ok(Some(member::text(members, key)?).filter(|text| !text.is_empty()))
        };
        let switch = |key: &str| match given(key)? {
            Some(word) if !SWITCH.contains(&word.as_str()) => {
                invalid(format!("{key} must be true, on, false or off"))
            }
            word => Ok(word),
        };
        Ok(Self {
            fill_missing_fields: switch("fill_missing_fields")?,
            ignore_extra_data: switch("ignore_extra_data")?,
            compatible_illegal_chars: switch("compatible_illegal_chars")?,
            reject_limit: match given("reject_limit")? {
                Some(word) if word != "unlimited" && !word.bytes().all(|b| b.is_ascii_digit()) => {
                    return invalid("reject_limit must be a number or unlimited");
                }
                word => word,
            },
            error_table_name: given("error_table_name")?,
        })
    }
}
