//! Flags over environment over `tidemill.toml` over defaults, each value with where it came from.

use super::key::{self, Key, Scope};
use crate::failure::usage;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Values of settings by name.
pub(crate) type Values = BTreeMap<&'static str, String>;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `--name`.
    Flag,
    /// The variable of this name.
    Environment(String),
    /// This file.
    File(PathBuf),
    /// The table's default, or absent.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// All layers put together: one value a key at most.
#[derive(Debug)]
pub(crate) struct Layers {
    values: BTreeMap<&'static str, (String, Origin)>,
    /// The file that was read, if there was one.
    pub(crate) file: Option<PathBuf>,
    /// Variables that look like settings and are none, with the nearest setting's variable.
    pub(crate) strangers: Vec<(String, Option<String>)>,
}

impl Layers {
    /// Reads the environment and the file and puts `flags` on top.
    ///
    /// The file is `config` (the `--config` flag), else `TIDEMILL_CONFIG`, else `tidemill.toml` in the
    /// current directory if there is one.
    pub(crate) fn load(flags: &Values, config: Option<&Path>) -> Result<Self> {
        Self::from_parts(flags, std::env::vars_os().collect(), config)
    }

    /// Only `values` and the defaults: for a server this process started itself.
    pub(crate) fn only(values: &Values) -> Result<Self> {
        Self::from_parts(values, BTreeMap::new(), Some(Path::new("/dev/null")))
    }

    fn from_parts(flags: &Values, env: BTreeMap<OsString, OsString>, config: Option<&Path>) -> Result<Self> {
        let file = config_file(&env, config);
        let mut values = BTreeMap::new();
        for key in key::all() {
            if let Some(default) = key.default {
                values.insert(key.name, (default.to_owned(), Origin::Default));
            }
        }
        if let Some(path) = &file {
            for (name, value) in read_file(path)? {
                values.insert(name, (value, Origin::File(path.clone())));
            }
        }
        for (key, value) in from_environment(&env)? {
            values.insert(key.name, (value, Origin::Environment(key.env())));
        }
        for (name, value) in flags {
            values.insert(name, (value.clone(), Origin::Flag));
        }
        Ok(Self { values, file, strangers: strangers(&env) })
    }

    /// The text of a setting; `None` if it is absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|(value, _)| value.as_str())
    }

    /// Where a setting's value came from.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        self.values.get(name).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// The setting as `parse` reads it. An error names the setting and where its value came from.
    pub(crate) fn get<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        parse(text).map(Some).map_err(|why| {
            let shown = if key::find(name).is_some_and(|key| key.secret) { "***" } else { text };
            usage(format!("setting {name} = {shown:?} ({}): {why}", self.origin(name)))
        })
    }

    /// Like [`Layers::get`] for a setting that has a default.
    pub(crate) fn required<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T> {
        self.get(name, parse)?.ok_or_else(|| usage(format!("setting {name} has no value")))
    }
}

fn config_file(env: &BTreeMap<OsString, OsString>, flag: Option<&Path>) -> Option<PathBuf> {
    let variable = env.get(&OsString::from("TIDEMILL_CONFIG")).filter(|value| !value.is_empty());
    let here = || Some(PathBuf::from("tidemill.toml")).filter(|path| path.exists());
    flag.map(Path::to_owned).or_else(|| variable.map(PathBuf::from)).or_else(here)
}

fn read_file(path: &Path) -> Result<Vec<(&'static str, String)>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()));
    let text = text.map_err(|error| usage(format!("{error:#}")))?;
    let table: toml::Table =
        text.parse().map_err(|error| usage(format!("{} is not TOML: {error}", path.display())))?;
    let mut entries = Vec::new();
    for (name, value) in table {
        match value {
            // `limits.throughput = false` is a table to TOML.
            toml::Value::Table(inner) if key::has_prefix(&name) => {
                for (rest, value) in inner {
                    entries.push(entry(path, &format!("{name}.{rest}"), &value)?);
                }
            }
            value => entries.push(entry(path, &name, &value)?),
        }
    }
    Ok(entries)
}

fn entry(path: &Path, name: &str, value: &toml::Value) -> Result<(&'static str, String)> {
    let Some(key) = key::find(name) else {
        let hint = key::nearest(name).map_or(String::new(), |near| format!("; did you mean {near:?}?"));
        return Err(usage(format!("unknown setting {name:?} in {}{hint}", path.display())));
    };
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(yes) => yes.to_string(),
        other => {
            let kind = other.type_str();
            return Err(usage(format!("setting {name:?} in {} must not be a {kind}", path.display())));
        }
    };
    Ok((key.name, text))
}

/// An empty variable counts as absent: that is how scripts and containers unset one.
fn from_environment(env: &BTreeMap<OsString, OsString>) -> Result<Vec<(&'static Key, String)>> {
    let given = key::all().filter_map(|key| Some((key, env.get(&OsString::from(key.env()))?)));
    given
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| {
            let text = value.to_str().ok_or_else(|| usage(format!("{} is not UTF-8", key.env())))?;
            Ok((key, text.to_owned()))
        })
        .collect()
}

fn strangers(env: &BTreeMap<OsString, OsString>) -> Vec<(String, Option<String>)> {
    let known: Vec<String> = key::all().map(Key::env).chain(["TIDEMILL_CONFIG".to_owned()]).collect();
    env.keys()
        .filter_map(|name| name.to_str())
        .filter(|name| name.starts_with("TIDEMILL_") && !known.iter().any(|k| k == name))
        .map(|name| {
            let near = key::nearest(&name["TIDEMILL_".len()..]).and_then(key::find).map(Key::env);
            (name.to_owned(), near)
        })
        .collect()
}

/// The settings `scope` reads, in the order of the table.
pub(crate) fn keys_of(scope: Scope) -> impl Iterator<Item = &'static Key> {
    key::all().filter(move |key| key.is_read_by(scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> BTreeMap<OsString, OsString> {
        pairs.iter().map(|(k, v)| (k.into(), v.into())).collect()
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn flags_beat_environment_beats_file_beats_default() {
        let file = file("listen = '1.1.1.1:1'\nregion = 'from-file'\ndomain = 'from-file'\n");
        let env =
            env(&[("TIDEMILL_LISTEN", "2.2.2.2:2"), ("TIDEMILL_REGION", "from-env"), ("TIDEMILL_USER", "")]);
        let flags = Values::from([("listen", "3.3.3.3:3".to_owned())]);
        let layers = Layers::from_parts(&flags, env, Some(file.path())).unwrap();
        assert_eq!((layers.text("listen"), layers.origin("listen")), (Some("3.3.3.3:3"), Origin::Flag));
        assert_eq!(layers.text("region"), Some("from-env"));
        assert_eq!(layers.origin("region"), Origin::Environment("TIDEMILL_REGION".into()));
        assert_eq!(layers.origin("domain"), Origin::File(file.path().into()));
        assert_eq!((layers.text("user"), layers.origin("user")), (Some("admin"), Origin::Default));
        assert_eq!(layers.text("public-url"), None);
    }

    #[test]
    fn an_unknown_key_names_the_nearest_one() {
        let file = file("objects_listn = '127.0.0.1:0'\n");
        let error = Layers::from_parts(&Values::new(), env(&[]), Some(file.path())).unwrap_err();
        assert!(error.to_string().ends_with("did you mean \"objects-listen\"?"), "{error}");
    }

    #[test]
    fn a_name_with_a_dot_may_be_written_as_a_table() {
        for text in ["limits.throughput = false\n", "[limits]\nthroughput = false\n"] {
            let file = file(text);
            let layers = Layers::from_parts(&Values::new(), env(&[]), Some(file.path())).unwrap();
            assert_eq!(layers.text("limits.throughput"), Some("false"));
        }
        let file = file("limits.througput = false\n");
        let error = Layers::from_parts(&Values::new(), env(&[]), Some(file.path())).unwrap_err();
        assert!(error.to_string().ends_with("did you mean \"limits.throughput\"?"), "{error}");
        let variables = env(&[("TIDEMILL_LIMITS_THROUGHPUT", "false")]);
        let layers = Layers::from_parts(&Values::new(), variables, Some(Path::new("/dev/null"))).unwrap();
        assert_eq!(layers.text("limits.throughput"), Some("false"));
    }

    #[test]
    fn a_table_is_not_a_value_and_a_missing_file_is_an_error() {
        let file = file("[listen]\nport = 1\n");
        let error = Layers::from_parts(&Values::new(), env(&[]), Some(file.path())).unwrap_err();
        assert!(error.to_string().contains("must not be a table"), "{error}");
        assert!(Layers::from_parts(&Values::new(), env(&[("TIDEMILL_CONFIG", "/none")]), None).is_err());
    }

    #[test]
    fn a_variable_that_is_no_setting_is_noticed() {
        let layers =
            Layers::from_parts(&Values::new(), env(&[("TIDEMILL_LISTN", "x")]), Some(file("").path()))
                .unwrap();
        assert_eq!(layers.strangers, [("TIDEMILL_LISTN".into(), Some("TIDEMILL_LISTEN".into()))]);
    }

    #[test]
    fn a_wrong_value_names_the_setting_and_never_shows_a_secret() {
        let flags = Values::from([("listen", "nowhere".to_owned()), ("password", "hunter2".to_owned())]);
        let layers = Layers::from_parts(&flags, env(&[]), Some(file("").path())).unwrap();
        let refuse = |_: &str| Err::<(), _>("wrong".to_owned());
        let error = layers.get("listen", refuse).unwrap_err().to_string();
        assert_eq!(error, "setting listen = \"nowhere\" (flag): wrong");
        assert!(!layers.get("password", refuse).unwrap_err().to_string().contains("hunter2"));
    }
}
