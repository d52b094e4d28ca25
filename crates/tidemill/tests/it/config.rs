//! Settings: errors, origins, secrets.

use crate::support::{run, stderr, stdout, tidemill};
use serde_json::Value;

#[test]
fn an_unknown_setting_in_the_file_names_the_nearest_one() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("tidemill.toml"), "object-listen = '127.0.0.1:0'\n").unwrap();
    let output = run(dir.path(), &["serve"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "tidemill: unknown setting \"object-listen\" in tidemill.toml; did you mean \"objects-listen\"?\n"
    );
}

#[test]
fn a_wrong_value_and_a_wrong_flag_end_with_2_before_anything_is_made() {
    let dir = tempfile::tempdir().unwrap();
    for args in [
        &["serve", "--listen", "here"][..],
        &["serve", "--lisen", "127.0.0.1:0"],
        &["serve", "--tls-cert", "x"],
        &["serve", "--project-id", "short"],
        &["serve", "--access-key-id", "alone"],
        &["serve", "--log-ring-size", "1KiB"],
        &["serve", "--log-level", "loud"],
        &["stream", "list", "--endpoint", "nowhere"],
        &["nonsense"],
    ] {
        let output = run(dir.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn another_machine_needs_tls_or_a_flag_that_says_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &["serve", "--objects-listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("0.0.0.0:0") && text.contains("--allow-plaintext"), "{text}");
    assert_eq!(text.lines().count(), 1);
    let allowed = ["config", "check", "--objects-listen", "0.0.0.0:0", "--allow-plaintext"];
    assert!(run(dir.path(), &allowed).status.success());
}

#[test]
fn config_check_shows_origins_and_masks_secrets() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("tidemill.toml"), "region = 'from-file'\npassword = 'hunter2'\n").unwrap();
    let output = tidemill(dir.path())
        .args(["config", "check", "--json", "--listen", "127.0.0.1:1"])
        .env("TIDEMILL_USER", "from-env")
        .env("TIDEMILL_USR", "typo")
        .output()
        .unwrap();
    assert!(output.status.success());
    let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |name: &str| {
        let setting = &checked["settings"][name];
        (setting["value"].as_str().unwrap().to_owned(), setting["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("listen"), ("127.0.0.1:1".into(), "flag".into()));
    assert_eq!(of("user"), ("from-env".into(), "environment TIDEMILL_USER".into()));
    assert_eq!(of("region"), ("from-file".into(), "file tidemill.toml".into()));
    assert_eq!(of("domain"), ("local".into(), "default".into()));
    assert_eq!(of("password").0, "***");
    assert!(!stdout(&output).contains("hunter2"));
    assert!(stderr(&output).contains("TIDEMILL_USR is no setting; did you mean TIDEMILL_USER?"));
}

#[test]
fn the_example_file_is_accepted_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/tidemill.toml");
    let output = run(dir.path(), &["config", "check", "--config", example]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn help_tells_the_exit_codes_and_version_the_version() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["--help"][..], &["serve", "--help"], &["dump", "--help"], &["record", "--help"]] {
        let output = run(dir.path(), args);
        assert!(output.status.success());
        assert!(stdout(&output).contains("Exit codes: 0 done; 1 failed; 2 wrong command line"), "{args:?}");
    }
    let version = stdout(&run(dir.path(), &["--version"]));
    assert_eq!(version, concat!("tidemill ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_client_without_credentials_says_where_they_could_come_from() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &["stream", "list"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("--data-dir") && text.contains("TIDEMILL_ACCESS_KEY_ID"), "{text}");
}
