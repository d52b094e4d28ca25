//! `tidemill agency list`

use crate::client::{Agency, Connection};
use crate::output::{Output, table};
use anyhow::Result;

pub(crate) fn run(connection: &Connection, output: Output) -> Result<()> {
    let found = connection.agencies()?;
    output.print(&serde_json::to_value(&found)?, || {
        let row = |a: &Agency| {
            vec![a.name.clone(), a.id.clone(), a.trust_domain_name.clone(), a.description.clone()]
        };
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        table(&["NAME", "ID", "TRUSTS", "DESCRIPTION"], &rows)
    })
}
