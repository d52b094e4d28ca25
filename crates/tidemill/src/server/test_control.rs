//! The test control: a unix socket through which tests move the server's clock.
//!
//! One JSON object a line, one answer a line: `{"advance_ms": N}` moves the clock forward, `{"now": true}`
//! only reads it; both answer `{"now_ms": M}`, anything else `{"error": "..."}`.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tidemill_model::{Clock, random_hex32};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// Longest line that is read.
const LINE_BYTES_MAX: u64 = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    advance_ms: Option<u64>,
    now: Option<bool>,
}

/// The bound socket; its file is removed when this is dropped.
pub(crate) struct TestControl {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for TestControl {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl TestControl {
    /// Makes the socket with mode 0600. A left-over socket file is replaced.
    pub(crate) fn bind(path: &Path) -> Result<Self> {
        let shown = || format!("cannot make the test control socket {}", path.display());
        let listener = bind_private(path).with_context(shown)?;
        tracing::warn!(socket = %path.display(), "test control is on: whoever opens this socket moves the clock");
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers until dropped.
    pub(crate) async fn run(self, clock: Clock) {
        while let Ok((stream, _)) = self.listener.accept().await {
            tokio::spawn(talk(stream, clock.clone()));
        }
    }
}

/// A socket is made with the mode of the process's umask: it gets its own before anyone can reach it, in a
/// directory that is closed to others, and its place after that.
fn bind_private(path: &Path) -> io::Result<UnixListener> {
    if std::fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_socket()) {
        std::fs::remove_file(path)?;
    }
    let room = path.with_file_name(format!(".{}", &random_hex32()[..8]));
    std::fs::DirBuilder::new().mode(0o700).create(&room)?;
    let made = room.join("s");
    let bound = UnixListener::bind(&made).and_then(|listener| {
        std::fs::set_permissions(&made, Permissions::from_mode(0o600))?;
        // Unlike a rename it replaces nothing.
        std::fs::hard_link(&made, path)?;
        Ok(listener)
    });
    let _ = std::fs::remove_dir_all(&room);
    bound
}

async fn talk(stream: UnixStream, clock: Clock) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let mut line = String::new();
    loop {
        line.clear();
        match (&mut read).take(LINE_BYTES_MAX).read_line(&mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let answer = format!("{}\n", answer(&line, &clock));
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn answer(line: &str, clock: &Clock) -> serde_json::Value {
    match serde_json::from_str::<Command>(line) {
        Ok(Command { advance_ms: Some(ms), .. }) => clock.advance(Duration::from_millis(ms)),
        Ok(Command { now: Some(true), .. }) => {}
        Ok(_) => return json!({ "error": "expected advance_ms or now" }),
        Err(error) => return json!({ "error": error.to_string() }),
    }
    json!({ "now_ms": clock.now_ms() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_moves_the_clock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("control");
        let clock = Clock::manual(1_000);
        let control = TestControl::bind(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left");
        let running = tokio::spawn(control.run(clock.clone()));
        let mut stream = BufReader::new(UnixStream::connect(&path).await.unwrap());
        let mut ask = async |text: &str| {
            stream.get_mut().write_all(text.as_bytes()).await.unwrap();
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            line
        };
        assert_eq!(ask("{\"advance_ms\":500}\n").await, "{\"now_ms\":1500}\n");
        assert_eq!(ask("{\"now\":true}\n").await, "{\"now_ms\":1500}\n");
        assert!(ask("nonsense\n").await.starts_with("{\"error\":"));
        running.abort();
        let _ = running.await;
        assert!(!path.exists());
        std::fs::write(&path, "of someone else").unwrap();
        assert!(TestControl::bind(&path).is_err(), "a file is not replaced");
        assert_eq!(std::fs::read(&path).unwrap(), b"of someone else");
    }
}
