//! The reference page and the example file, made from the table of settings.

use super::key::{self, Key};
use serde_json::{Value, json};
use std::fmt::Write;

const INTRO: &str = "# Configuration

Made by `tidemill config reference`; a test keeps it equal to the program.

Every setting below can be given as a flag (`--listen`), as an environment variable (`TIDEMILL_LISTEN`) or
in a TOML file (`listen = \"...\"`), in that order of precedence; then comes the default. The file is the one
named by `--config`, else by `TIDEMILL_CONFIG`, else `tidemill.toml` in the current directory if there is one.
A name in the file that is not a setting is an error that names the nearest one. An empty variable counts as
absent. Secrets have no flag, because command lines are visible to every user of a machine.

`tidemill config check` prints every setting with its value and where it came from; secrets are masked.
`config/tidemill.toml` is an example with every setting commented out at its default.
";

const UNITS: &str = "
Durations are a number and `ms`, `s`, `m` or `h`. Sizes are a number and `KiB`, `MiB` or `GiB`, or plain bytes.
";

/// `docs/configuration.md`.
pub(crate) fn markdown() -> String {
    let mut page = String::from(INTRO);
    page.push_str(UNITS);
    for (title, keys) in key::GROUPS {
        let _ = write!(page, "\n## {title}\n\n| Setting | Variable | Default | |\n|---|---|---|---|\n");
        for key in *keys {
            let _ = writeln!(page, "| `{}` | `{}` | {} | {} |", key.name, key.env(), default(key), key.doc);
        }
    }
    page
}

fn default(key: &Key) -> String {
    key.default.map_or("none".to_owned(), |text| format!("`{text}`"))
}

/// Every setting: its name, its variable, the kind of its value, its default or null, what it does.
pub(crate) fn json() -> Value {
    let setting = |key: &Key| json!({ "name": key.name, "variable": key.env(), "value": key.value, "default": key.default, "doc": key.doc });
    key::all().map(setting).collect()
}

/// `config/tidemill.toml`.
pub(crate) fn example() -> String {
    let mut file = String::from(
        "# Settings of Tidemill, each commented out at its default. Flags and environment variables win over\n\
         # this file. Explained in docs/configuration.md; `tidemill config check` shows what is in force.\n",
    );
    for (title, keys) in key::GROUPS {
        let _ = write!(file, "\n# --- {title} ---\n");
        for key in *keys {
            let _ = write!(file, "\n# {}\n# {} = {}\n", key.doc, key.name, example_value(key));
        }
    }
    file
}

fn example_value(key: &Key) -> String {
    match key.default {
        Some(text) if key.is_switch() => text.to_owned(),
        Some(text) => format!("{text:?}"),
        None => "\"\"".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    const HINT: &str = "run `tidemill config reference > docs/configuration.md` and \
                        `tidemill config reference --toml > config/tidemill.toml`";

    #[test]
    fn the_reference_page_is_the_table() {
        assert!(super::markdown() == include_str!("../../../../docs/configuration.md"), "{HINT}");
    }

    #[test]
    fn the_example_file_is_the_table() {
        assert!(super::example() == include_str!("../../../../config/tidemill.toml"), "{HINT}");
    }
}
