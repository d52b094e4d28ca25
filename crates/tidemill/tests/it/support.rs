//! The built binary: one-shot commands and a running server.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use tempfile::TempDir;
use tidemill_iam::object_signature::{PresignRequest, presign};

/// A command with nothing of the caller's environment and no `tidemill.toml` around.
pub(crate) fn tidemill(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidemill"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIDEMILL_")) {
        command.env_remove(name);
    }
    command.current_dir(dir).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(dir: &Path, args: &[&str]) -> Output {
    tidemill(dir).args(args).output().unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A running server on free ports with small files.
pub(crate) struct Server {
    pub(crate) dir: TempDir,
    child: Child,
    pub(crate) api: String,
    pub(crate) objects: String,
}

pub(crate) const SMALL: [&str; 4] = ["--log-ring-size", "32MiB", "--disk-full-below", "1MiB"];

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), &[])
    }

    /// Starts in `dir` with the data directory `data` and the test control `control`.
    pub(crate) fn start_in(dir: TempDir, more: &[&str]) -> Self {
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let mut child = tidemill(dir.path())
            .args([
                "serve",
                "--data-dir",
                "data",
                "--listen",
                "127.0.0.1:0",
                "--objects-listen",
                "127.0.0.1:0",
            ])
            .args(["--test-control", "control"])
            .args(SMALL)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url =
            |name: &str| line.split_whitespace().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
        let (Some(api), Some(objects)) = (url("api="), url("objects=")) else {
            let _ = child.wait();
            panic!(
                "no ready line but {line:?}; log: {}",
                std::fs::read_to_string(dir.path().join("log")).unwrap()
            );
        };
        assert!(line.starts_with("tidemill ready "), "{line}");
        Self { dir, child, api, objects }
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What it wrote to stderr so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap()
    }

    /// A client command against this server.
    pub(crate) fn command(&self, args: &[&str]) -> Output {
        tidemill(self.dir.path()).args(args).args(["--data-dir", "data"]).output().unwrap()
    }

    /// A client command that must succeed; its JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let output = self.command(&[args, &["--json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Moves the server's clock.
    pub(crate) fn advance(&self, ms: u64) {
        let mut socket = UnixStream::connect(self.dir.path().join("control")).unwrap();
        writeln!(socket, "{{\"advance_ms\":{ms}}}").unwrap();
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"now_ms\":"), "{line}");
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn stop(self) -> (TempDir, ExitStatus) {
        self.stop_with(Signal::TERM)
    }

    /// A signal, and how it ended.
    pub(crate) fn stop_with(mut self, signal: Signal) -> (TempDir, ExitStatus) {
        let pid = Pid::from_raw(self.child.id() as i32).unwrap();
        kill_process(pid, signal).unwrap();
        let status = self.child.wait().unwrap();
        let dir = std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap());
        (dir, status)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Downloads every object of a bucket into files named like their keys.
pub(crate) fn download(server: &Server, bucket: &str, into: &Path) {
    let (_, listing) = signed_get(server, bucket, "");
    for key in listing.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap()) {
        let file = into.join(key);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, signed_get(server, bucket, key).1).unwrap();
    }
}

fn signed_get(server: &Server, bucket: &str, key: &str) -> (u16, String) {
    let shown = server.json(&["key", "show", "--secret"]);
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    let (host, port) = server.objects.strip_prefix("http://").unwrap().split_once(':').unwrap();
    let request = PresignRequest {
        method: "GET",
        scheme: "http",
        host,
        port: port.parse().unwrap(),
        path_style: true,
        bucket,
        key,
        expires_s: tidemill_model::Clock::system().now_s() + 3600,
        parameters: &[],
        security_token: None,
    };
    let url = presign(&request, &text("access_key_id"), &text("secret_access_key"));
    let (status, body) = get(&url, "");
    assert_eq!(status, 200, "{body}");
    (status, body)
}

/// GET over plain HTTP/1.1: status and body.
pub(crate) fn get(base: &str, path: &str) -> (u16, String) {
    let mut answer = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent()
        .get(format!("{base}{path}"))
        .call()
        .unwrap();
    let mut body = String::new();
    answer.body_mut().as_reader().read_to_string(&mut body).unwrap();
    (answer.status().as_u16(), body)
}

/// Polls until `ready` answers.
pub(crate) fn wait_for<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        if let Some(found) = ready() {
            return found;
        }
        assert!(std::time::Instant::now() < until, "waited in vain for {what}");
        std::thread::yield_now();
    }
}
