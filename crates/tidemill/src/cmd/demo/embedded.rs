//! A server of our own for the demo: the same binary on free ports with a directory that goes away.

use crate::server::running::Running;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tidemill_model::random_hex32;

/// The running server. It is stopped and its directory removed when this is dropped.
pub(super) struct Embedded {
    child: Child,
    directory: Directory,
    /// Where it listens.
    pub(super) urls: Running,
}

struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Embedded {
    /// Starts the server and waits until it is ready. `seen` gets the bytes its log has.
    pub(super) fn start() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("tidemill-demo-{}", random_hex32()));
        std::fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        let directory = Directory(path);
        let mut child = command(&directory.0)?.spawn().context("cannot start the server")?;
        remove_at_interrupt(directory.0.clone(), child.id())?;
        let urls = ready(&mut child);
        match urls {
            Ok(urls) => Ok(Self { child, directory, urls }),
            Err(error) => {
                let _ = child.wait();
                let log = std::fs::read_to_string(directory.0.join("log")).unwrap_or_default();
                Err(error.context(format!("the server did not start: {}", log.trim())))
            }
        }
    }

    /// Its data directory.
    pub(super) fn data_dir(&self) -> PathBuf {
        self.directory.0.join("data")
    }

    /// Waits until someone ends the server.
    pub(super) fn wait(&mut self) -> Result<()> {
        self.child.wait().map(drop).context("waiting for the server")
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let (Ok(None), Some(pid)) = (self.child.try_wait(), Pid::from_raw(self.child.id() as i32)) {
            let _ = kill_process(pid, Signal::TERM);
            let _ = self.child.wait();
        }
    }
}

/// The server gets no setting of the caller's: neither the environment's nor a file's.
fn command(directory: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe().context("cannot find this program")?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TIDEMILL_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(directory)
        .args(["serve", "--data-dir", "data", "--listen", "127.0.0.1:0", "--objects-listen", "127.0.0.1:0"])
        .args(["--log-ring-size", "64MiB", "--disk-full-below", "64MiB", "--limits.throughput=false"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(directory.join("log"))?);
    Ok(command)
}

/// Reads the ready line: `tidemill ready api=URL objects=URL`.
fn ready(child: &mut Child) -> Result<Running> {
    let stdout = child.stdout.take().context("the server's output is not there")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).context("reading the server's output")?;
    let value =
        |name: &str| line.split_whitespace().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
    match (value("api="), value("objects=")) {
        (Some(api), Some(objects)) => Ok(Running { api, objects }),
        _ => bail!("no ready line"),
    }
}

/// Ctrl-C ends this process and the server together; nothing is left behind.
fn remove_at_interrupt(directory: PathBuf, server: u32) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_err() {
            return;
        }
        if let Some(pid) = Pid::from_raw(server as i32) {
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::empty());
        }
        let _ = std::fs::remove_dir_all(&directory);
        std::process::exit(130);
    });
    Ok(())
}
