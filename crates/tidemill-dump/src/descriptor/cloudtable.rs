//! CloudTable as destination: rows of HBase or points of OpenTSDB.

use super::common::Common;
use super::member::{self, Members};
use super::opentsdb::{OneOrMore, opentsdb_schema};
use super::refused::{Invalid, Part, ensure, invalid};
use serde::{Deserialize, Serialize};

/// A CloudTable cluster as destination; also the shape of `cloudtable_destination_description`. Exactly one
/// of the two schemas is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudtableDestination {
    /// Members of every destination.
    #[serde(flatten)]
    pub common: Common,
    /// The cluster's name.
    pub cloudtable_cluster_name: String,
    /// The cluster's id.
    pub cloudtable_cluster_id: String,
    /// The HBase table.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cloudtable_table_name: Option<String>,
    /// How records become rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cloudtable_schema: Option<CloudtableSchema>,
    /// How records become points.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opentsdb_schema: Option<OneOrMore>,
    /// What joins the values of a row key.
    pub cloudtable_row_key_delimiter: String,
    /// Where records go that cannot be delivered; may be empty.
    pub obs_backup_bucket_path: String,
    /// Directory inside that bucket; may be empty.
    pub backup_file_prefix: String,
}

/// How records become rows of HBase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudtableSchema {
    /// The table, if it is named here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub table_name: Option<String>,
    /// 1 to 64 parts of the row key.
    pub row_key: Vec<RowKey>,
    /// 1 to 4096 columns.
    pub columns: Vec<Column>,
}

/// An attribute that is part of the row key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowKey {
    /// The JSON attribute.
    pub value: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// An attribute that becomes a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The column family.
    pub column_family_name: String,
    /// The column.
    pub column_name: String,
    /// The JSON attribute.
    pub value: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Types of JSON attributes.
pub(super) const JSON_TYPES: [&str; 6] = ["Bigint", "Double", "Boolean", "Timestamp", "String", "Decimal"];
const KEY_DELIMITERS: [&str; 8] = [",", ".", "|", ";", "\\", "-", "_", "~"];
const ROW_KEYS_MAX: usize = 64;
const COLUMNS_MAX: usize = 4096;

impl CloudtableDestination {
    pub(super) fn parse(members: &Members) -> Result<Self, Invalid> {
        let delimiter = member::text(members, "cloudtable_row_key_delimiter")?;
        let table = member::text(members, "cloudtable_table_name")?;
        let backup = member::text(members, "obs_backup_bucket_path")?;
        member::check_bucket_path("obs_backup_bucket_path", &backup)?;
        let common = Common::parse(members)?;
        let destination = Self {
            cloudtable_cluster_name: member::required(members, "cloudtable_cluster_name")?,
            cloudtable_cluster_id: member::required(members, "cloudtable_cluster_id")?,
            cloudtable_table_name: Some(table).filter(|text| !text.is_empty()),
            cloudtable_row_key_delimiter: if delimiter.is_empty() { ".".into() } else { delimiter },
            obs_backup_bucket_path: backup,
            backup_file_prefix: member::prefix(members, "backup_file_prefix")?,
            cloudtable_schema: None,
            opentsdb_schema: None,
            common,
        };
        destination.with_schema(members)
    }

    /// Checks in the order of the codes: agency, cluster, table, schemas.
    fn with_schema(mut self, members: &Members) -> Result<Self, Invalid> {
        let [hbase, opentsdb] =
            ["cloudtable_schema", "opentsdb_schema"].map(|key| members.get(key).filter(|v| !v.is_null()));
        if hbase.is_some() == opentsdb.is_some() {
            return invalid("one of cloudtable_schema and opentsdb_schema must be there, and only one");
        }
        let delimiter = KEY_DELIMITERS.contains(&self.cloudtable_row_key_delimiter.as_str());
        ensure(delimiter, Part::Request, r"cloudtable_row_key_delimiter must be one of , . | ; \ - _ ~")?;
        self.common.check()?;
        let cluster =
            member::is_name(&self.cloudtable_cluster_name) && member::is_name(&self.cloudtable_cluster_id);
        let rule = "cloudtable_cluster_name and cloudtable_cluster_id must be 1 to 256 characters";
        ensure(cluster, Part::CloudtableCluster, rule)?;
        if let Some(value) = hbase {
            let schema: CloudtableSchema = serde_json::from_value(value.clone()).map_err(|error| {
                Invalid { part: Part::CloudtableSchema, reason: format!("cloudtable_schema: {error}") }
            })?;
            self.check_table(schema.table_name.as_deref())?;
            schema.check()?;
            self.cloudtable_schema = Some(schema);
        }
        self.opentsdb_schema = opentsdb.map(opentsdb_schema).transpose()?;
        Ok(self)
    }

    fn check_table(&self, of_schema: Option<&str>) -> Result<(), Invalid> {
        let Some(table) = self.cloudtable_table_name.as_deref().or(of_schema) else {
            return invalid("cloudtable_table_name null.");
        };
        let rule = "cloudtable_table_name must be up to 255 letters, digits, _, -, . and :";
        ensure(member::is_word(table, 255, b"-.:"), Part::CloudtableTable, rule)
    }
}

impl CloudtableSchema {
    fn check(&self) -> Result<(), Invalid> {
        for column in &self.columns {
            let family = &column.column_family_name;
            let fits = member::is_name(family) && !family.contains(':');
            ensure(fits, Part::CloudtableFamily, "column_family_name must be 1 to 256 characters without :")?;
        }
        let wrong = |reason: &str| ensure(false, Part::CloudtableSchema, reason);
        if !(1..=ROW_KEYS_MAX).contains(&self.row_key.len()) {
            return wrong("row_key must have 1 to 64 entries");
        }
        if !(1..=COLUMNS_MAX).contains(&self.columns.len()) {
            return wrong("columns must have 1 to 4096 entries");
        }
        if !self.columns.iter().all(|column| member::is_word(&column.column_name, 32, b"")) {
            return wrong("column_name must be 1 to 32 letters, digits and _");
        }
        let keys = self.row_key.iter().map(|key| (&key.value, &key.kind));
        let cells = self.columns.iter().map(|column| (&column.value, &column.kind));
        let fits = |value: &str, kind: &str| member::is_name(value) && JSON_TYPES.contains(&kind);
        if !keys.chain(cells).all(|(value, kind)| fits(value, kind)) {
            return wrong(
                "value must name an attribute and type be Bigint, Double, Boolean, Timestamp, String or Decimal",
            );
        }
        Ok(())
    }
}
