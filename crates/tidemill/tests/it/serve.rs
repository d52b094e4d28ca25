//! Starting and stopping the server.

use crate::support::{Server, get, run, stderr, tidemill};
use rustix::process::Signal;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn it_says_where_it_listens_and_sigterm_ends_it_with_0() {
    let server = Server::start();
    assert_eq!(get(&server.api, "/healthz").0, 200);
    assert_eq!(get(&server.api, "/readyz").0, 200);
    assert_eq!(mode(&server.data_dir()), 0o700);
    let (dir, status) = server.stop();
    assert_eq!(status.code(), Some(0));
    let (_, status) = Server::start_in(dir, &[]).stop_with(Signal::INT);
    assert_eq!(status.code(), Some(0));
}

#[test]
fn operators_find_what_they_need_without_a_token() {
    let server = Server::start();
    let (status, page) = get(&server.api, "/openapi.json");
    let document: serde_json::Value = serde_json::from_str(&page).unwrap();
    assert!(status == 200 && document["openapi"].as_str().unwrap().starts_with("3."));
    assert_eq!(get(&server.api, "/metrics").0, 200);
}

#[test]
fn a_wrong_method_is_told_in_the_shape_of_every_error() {
    let server = Server::start();
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    for path in ["/", "/healthz", "/readyz", "/metrics", "/openapi.json"] {
        let mut answer = agent.post(format!("{}{path}", server.api)).send_empty().unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let body: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(
            (answer.status().as_u16(), &body["errorCode"]),
            (405, &"APIGW.0103".into()),
            "{path}: {text}"
        );
        assert_eq!((&body["error_code"], &body["error_msg"]), (&body["errorCode"], &body["message"]));
    }
}

#[test]
fn generated_credentials_are_private_and_shown_once() {
    let server = Server::start();
    let file = server.data_dir().join("credentials.toml");
    assert_eq!(mode(&file), 0o600);
    let kept = std::fs::read_to_string(&file).unwrap();
    let secret = kept.lines().find_map(|l| l.strip_prefix("secret-access-key = ")).unwrap().trim_matches('"');
    assert!(secret.len() == 40 && server.log().contains(&format!("TIDEMILL_SECRET_ACCESS_KEY={secret}\n")));
    let shown = server.json(&["key", "show"]);
    assert_eq!(shown["secret_access_key"], "***");
    assert_eq!(server.json(&["key", "show", "--secret"])["secret_access_key"], secret);

    let (dir, _) = server.stop();
    let again = Server::start_in(dir, &[]);
    assert!(!again.log().contains(secret));
    assert_eq!(std::fs::read_to_string(again.data_dir().join("credentials.toml")).unwrap(), kept);
    assert!(again.command(&["stream", "list"]).status.success());
}

#[test]
fn a_second_process_on_the_directory_gets_one_clear_line() {
    let server = Server::start();
    let output = run(
        server.dir.path(),
        &["serve", "--data-dir", "data", "--listen", "127.0.0.1:0", "--objects-listen", "127.0.0.1:0"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "tidemill: the data directory data is in use by another tidemill process\n");
}

#[test]
fn a_busy_port_gets_one_clear_line_and_makes_no_credentials() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &["serve", "--listen", "127.0.0.1:0", "--objects-listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    let wanted = format!(
        "tidemill: {address} is in use by another process: choose another address with --objects-listen\n"
    );
    assert_eq!(stderr(&output), wanted);
    assert!(!dir.path().join("tidemill-data/credentials.toml").exists());
}

#[test]
fn a_directory_of_another_user_gets_one_clear_line() {
    let dir = tempfile::tempdir().unwrap();
    let foreign = if rustix::process::geteuid().is_root() {
        let path = dir.path().join("foreign");
        std::fs::create_dir(&path).unwrap();
        std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
        path.display().to_string()
    } else {
        "/usr".to_owned()
    };
    let output = run(dir.path(), &["serve", "--data-dir", &foreign]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("belongs to user") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_newer_directory_is_refused() {
    let (dir, _) = Server::start().stop();
    std::fs::write(dir.path().join("data/format"), "99\n").unwrap();
    let output = run(dir.path(), &["serve", "--data-dir", "data"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("has format 99, this program knows 1"), "{}", stderr(&output));
}

#[test]
fn a_given_identity_is_used_and_its_secret_not_written_down() {
    let dir = tempfile::tempdir().unwrap();
    let config = "access-key-id = 'GIVEN'\nsecret-access-key = 'given-secret'\npassword = 'given-password'\n\
                  project-id = '0123456789abcdef0123456789abcdef'\n";
    std::fs::write(dir.path().join("tidemill.toml"), config).unwrap();
    let server = Server::start_in(dir, &[]);
    assert!(server.command(&["stream", "list"]).status.success());
    assert!(!server.data_dir().join("credentials.toml").exists());
    assert!(!server.log().contains("given-"));
    let wrong = tidemill(server.dir.path())
        .args(["stream", "list", "--data-dir", "data"])
        .env("TIDEMILL_SECRET_ACCESS_KEY", "another")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(stderr(&wrong).contains("APIGW.0301"), "{}", stderr(&wrong));
}

#[test]
fn the_test_control_is_private_announced_and_off_by_default() {
    let server = Server::start();
    assert_eq!(mode(&server.dir.path().join("control")), 0o600);
    assert!(server.log().contains("test control is on"));
    let (dir, _) = server.stop();
    assert!(!dir.path().join("control").exists());
}

#[test]
fn logs_are_json_if_asked_for_and_stdout_only_has_the_ready_line() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start_in(dir, &["--log-format", "json"]);
    let logged = server.log();
    let line = logged.lines().find(|line| line.starts_with('{')).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
}

#[test]
fn an_unreachable_server_is_a_failure_with_its_address() {
    let dir = tempfile::tempdir().unwrap();
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = tidemill(dir.path())
        .args(["stream", "list", "--endpoint", &format!("http://{unused}")])
        .env("TIDEMILL_ACCESS_KEY_ID", "AK")
        .env("TIDEMILL_SECRET_ACCESS_KEY", "SK")
        .env("TIDEMILL_PROJECT_ID", "0123456789abcdef0123456789abcdef")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with(&format!("tidemill: cannot reach http://{unused}: ")));
}
