//! Agencies, and the dump tasks that name them.

use crate::{MetaError, Row, Tx, args};

/// An agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyRow {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Id of its account.
    pub domain_id: String,
    /// Its name, unique in the account.
    pub name: String,
    /// Id of whom it trusts: 32 hexadecimal characters.
    pub trust_domain_id: String,
    /// Name of whom it trusts.
    pub trust_domain_name: String,
    /// Free text.
    pub description: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

const SELECT_OF_DOMAIN: &str = "SELECT id, domain_id, name, trust_domain_id, trust_domain_name, description, created_ms FROM agencies WHERE domain_id = $1 ORDER BY name";
const SELECT_ONE: &str = "SELECT id, domain_id, name, trust_domain_id, trust_domain_name, description, created_ms FROM agencies WHERE id = $1";

fn agency(row: &Row) -> Result<AgencyRow, MetaError> {
    Ok(AgencyRow {
        id: row.text(0)?,
        domain_id: row.text(1)?,
        name: row.text(2)?,
        trust_domain_id: row.text(3)?,
        trust_domain_name: row.text(4)?,
        description: row.text(5)?,
        created_ms: row.int(6)?,
    })
}

/// The agencies of an account by name.
pub async fn agencies_of(tx: &mut dyn Tx, domain_id: &str) -> Result<Vec<AgencyRow>, MetaError> {
    tx.query(SELECT_OF_DOMAIN, args![domain_id]).await?.iter().map(agency).collect()
}

/// The names of the agencies of a project's account, ascending.
pub async fn names_for_project(tx: &mut dyn Tx, project: &str) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT name FROM agencies WHERE domain_id = (SELECT domain_id FROM projects WHERE id = $1) ORDER BY name";
    tx.query(sql, args![project]).await?.iter().map(|row| row.text(0)).collect()
}

/// The agency with this id.
pub async fn find_agency(tx: &mut dyn Tx, id: &str) -> Result<Option<AgencyRow>, MetaError> {
    tx.query(SELECT_ONE, args![id]).await?.first().map(agency).transpose()
}

/// Adds an agency.
pub async fn insert_agency(tx: &mut dyn Tx, row: &AgencyRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO agencies (id, domain_id, name, trust_domain_id, trust_domain_name, description, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        &row.id,
        &row.domain_id,
        &row.name,
        &row.trust_domain_id,
        &row.trust_domain_name,
        &row.description,
        row.created_ms,
    ];
    tx.execute(sql, args).await.map(drop)
}

/// Removes an agency.
pub async fn delete_agency(tx: &mut dyn Tx, id: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM agencies WHERE id = $1", args![id]).await.map(drop)
}

/// The dump tasks of an account that name an agency, as `stream/task`, ascending.
pub async fn tasks_naming(tx: &mut dyn Tx, row: &AgencyRow) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT stream_name, name FROM dump_tasks WHERE agency = $2 AND state <> 'DELETE' AND project IN (SELECT id FROM projects WHERE domain_id = $1) ORDER BY stream_name, name";
    let rows = tx.query(sql, args![&row.domain_id, &row.name]).await?;
    rows.iter().map(|row| Ok(format!("{}/{}", row.text(0)?, row.text(1)?))).collect()
}
