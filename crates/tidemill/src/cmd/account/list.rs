//! `tidemill account list`

use crate::client::{Connection, Named};
use crate::output::{Output, table};
use anyhow::Result;
use serde_json::{Value, json};

pub(crate) fn run(connection: &Connection, output: Output) -> Result<()> {
    let (mut rows, mut values): (Vec<Vec<String>>, Vec<Value>) = (Vec::new(), Vec::new());
    for account in connection.accounts()? {
        let projects = names(connection.of_account("projects", &account.id)?);
        let users = names(connection.of_account("users", &account.id)?);
        rows.push(vec![account.name.clone(), account.id.clone(), projects.join(","), users.join(",")]);
        values.push(json!({
            "id": account.id, "name": account.name, "projects": projects, "users": users,
        }));
    }
    output.print(&values.into(), || table(&["NAME", "ID", "PROJECTS", "USERS"], &rows))
}

fn names(found: Vec<Named>) -> Vec<String> {
    found.into_iter().map(|one| one.name).collect()
}
