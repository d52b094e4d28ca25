//! `tidemill account create`

use crate::client::Connection;
use crate::credentials::generate_secret;
use crate::output::Output;
use anyhow::Result;
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Name of the account: 1 to 64 letters, digits, - and _.
    name: String,
    /// Name of its project [default: that of your own, the region].
    #[arg(long)]
    project: Option<String>,
    /// Name of the user that owns it [default: the account's name].
    #[arg(long)]
    user: Option<String>,
}

impl Create {
    pub(crate) fn run(self, connection: &Connection, output: Output) -> Result<()> {
        let project = match self.project {
            Some(project) => project,
            None => connection.own_project()?,
        };
        let user = self.user.unwrap_or_else(|| self.name.clone());
        let password = generate_secret()?;
        let made = connection.create_account(&self.name, &project, &user, &password)?;
        let variables = [
            ("DOMAIN", &made.domain.name),
            ("USER", &made.user.name),
            ("PASSWORD", &password),
            ("PROJECT_ID", &made.project.id),
            ("ACCESS_KEY_ID", &made.key.access),
            ("SECRET_ACCESS_KEY", &made.key.secret),
        ];
        let value = json!({
            "domain_id": made.domain.id, "domain": made.domain.name, "user_id": made.user.id,
            "user": made.user.name, "password": password, "project_id": made.project.id,
            "project": made.project.name, "access_key_id": made.key.access,
            "secret_access_key": made.key.secret,
        });
        output.print(&value, || {
            let lines = variables.iter().map(|(name, value)| format!("TIDEMILL_{name}={value}\n"));
            format!("# shown only this once\n{}", lines.collect::<String>())
        })
    }
}
