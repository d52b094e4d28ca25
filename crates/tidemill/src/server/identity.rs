//! The first identity: settings, else what an earlier start generated, else generated now.

use crate::config::IdentitySettings;
use crate::credentials::{self, Generated, generate_access_key, generate_secret};
use crate::output::note;
use anyhow::{Context, Result};
use std::path::Path;
use tidemill_iam::identity::{FirstIdentity, Found};
use tidemill_model::{ProjectId, random_hex32};

/// Completes the identity. What is generated is on disk, readable by the owner only, before this returns,
/// and is shown once.
///
/// With `is_first_start` false nothing is generated: where neither a setting nor an earlier start says what
/// the stored identity is, a throw-away value stands in, which has no effect.
pub(super) fn complete(
    data_dir: &Path,
    given: &IdentitySettings,
    is_first_start: bool,
) -> Result<FirstIdentity> {
    let kept = credentials::load(data_dir)?;
    let mut now = kept.clone();
    let key = match (&given.key, &kept.access_key_id, &kept.secret_access_key) {
        (Some(key), _, _) => key.clone(),
        (None, Some(access), Some(secret)) => (access.clone(), secret.clone()),
        _ => {
            let key = (generate_access_key()?, generate_secret()?);
            (now.access_key_id, now.secret_access_key) = (Some(key.0.clone()), Some(key.1.clone()));
            key
        }
    };
    let project_id = match &given.project_id {
        Some(id) => id.clone(),
        None => project_id(now.project_id.get_or_insert_with(random_hex32))?,
    };
    let password = match (&given.password, &kept.password) {
        (Some(password), _) | (None, Some(password)) => password.clone(),
        (None, None) => now.password.insert(generate_secret()?).clone(),
    };
    if is_first_start && now != kept {
        credentials::store(data_dir, &now)?;
        show(data_dir, &kept, &now);
    }
    Ok(FirstIdentity {
        domain: given.domain.clone(),
        user: given.user.clone(),
        password,
        project_id,
        region: given.region.clone(),
        access_key_id: key.0,
        secret_access_key: key.1,
    })
}

/// Tells of settings that say something else than what the first start stored.
pub(super) fn warn_of_differences(found: &Found, given: &IdentitySettings) {
    let Found::Different(names) = found else { return };
    let is_given = |name: &&str| match *name {
        "access-key-id" | "secret-access-key" => given.key.is_some(),
        "project-id" => given.project_id.is_some(),
        _ => true,
    };
    for setting in names.iter().copied().filter(|name| is_given(name)) {
        tracing::warn!(setting, "the setting differs from what the first start stored, and has no effect");
    }
}

fn project_id(text: &str) -> Result<ProjectId> {
    ProjectId::parse(text).context("the project id in credentials.toml is not 32 hexadecimal characters")
}

fn show(data_dir: &Path, before: &Generated, now: &Generated) {
    let path = credentials::path(data_dir);
    note(&format!("generated credentials, shown only this once and kept in {}:", path.display()));
    let lines = [
        ("TIDEMILL_ACCESS_KEY_ID", &before.access_key_id, &now.access_key_id),
        ("TIDEMILL_SECRET_ACCESS_KEY", &before.secret_access_key, &now.secret_access_key),
        ("TIDEMILL_PROJECT_ID", &before.project_id, &now.project_id),
        ("TIDEMILL_PASSWORD", &before.password, &now.password),
    ];
    for (name, before, now) in lines {
        if let (None, Some(value)) = (before, now) {
            note(&format!("  {name}={value}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(key: Option<(&str, &str)>) -> IdentitySettings {
        IdentitySettings {
            key: key.map(|(a, s)| (a.to_owned(), s.to_owned())),
            project_id: None,
            password: None,
            domain: "local".into(),
            user: "admin".into(),
            region: "local-1".into(),
        }
    }

    #[test]
    fn what_was_generated_once_stays() {
        let dir = tempfile::tempdir().unwrap();
        let first = complete(dir.path(), &given(None), true).unwrap();
        let again = complete(dir.path(), &given(None), true).unwrap();
        assert_eq!(first.secret_access_key, again.secret_access_key);
        assert_eq!((first.project_id, first.password), (again.project_id, again.password));
    }

    #[test]
    fn a_later_start_generates_nothing() {
        let dir = tempfile::tempdir().unwrap();
        complete(dir.path(), &given(None), false).unwrap();
        assert!(!credentials::path(dir.path()).exists());
    }

    #[test]
    fn a_given_secret_is_not_written_down() {
        let dir = tempfile::tempdir().unwrap();
        let user = complete(dir.path(), &given(Some(("AK", "given-secret"))), true).unwrap();
        assert_eq!(user.secret_access_key, "given-secret");
        let kept = std::fs::read_to_string(credentials::path(dir.path())).unwrap();
        assert!(!kept.contains("given-secret") && kept.contains("password"), "{kept}");
    }
}
