//! A server under test: started as its own process, paused while another one is measured.

use crate::load::caller::Caller;
use crate::load::connection::Connection;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tidemill_model::Clock;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

const ACCESS_KEY: &str = "BENCHACCESSKEY000001";
const SECRET_KEY: &str = "benchmark-only-secret-key-0123456789abcdef";
const PROJECT: &str = "0123456789abcdef0123456789abcdef";
const PASSWORD: &str = "benchmark-only-password";
/// Longest wait for a ready line.
const READY_LIMIT: Duration = Duration::from_secs(120);

/// Which server it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Reference,
    Tidemill,
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) caller: Caller,
    /// `host:port` of the object endpoint; empty for the reference, which has none.
    pub(crate) objects: String,
    /// Seconds from the start of the process to its ready line.
    pub(crate) ready_s: f64,
    child: Child,
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts the ring reference with its ring in `folder`.
    pub(crate) async fn start_reference(folder: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("ring-reference").arg(folder.join("ring"));
        Self::start(Kind::Reference, command, folder).await
    }

    /// Starts `tidemill serve` on `folder/data` and gets a token.
    pub(crate) async fn start_tidemill(binary: &Path, folder: &Path) -> Result<Self> {
        let mut server = Self::start_tidemill_idle(binary, folder).await?;
        server.caller.token = token(&server.caller).await.context("asking for a token")?;
        Ok(server)
    }

    /// Starts `tidemill serve` on `folder/data` and asks it nothing.
    pub(crate) async fn start_tidemill_idle(binary: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--data-dir").arg(folder.join("data"));
        command.args(["--listen", "127.0.0.1:0", "--objects-listen", "127.0.0.1:0"]);
        command.arg("--limits.throughput=false");
        command.env("TIDEMILL_ACCESS_KEY_ID", ACCESS_KEY).env("TIDEMILL_SECRET_ACCESS_KEY", SECRET_KEY);
        command.env("TIDEMILL_PROJECT_ID", PROJECT).env("TIDEMILL_PASSWORD", PASSWORD);
        Self::start(Kind::Tidemill, command, folder).await
    }

    async fn start(kind: Kind, mut command: Command, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let log = std::fs::File::options().create(true).append(true).open(folder.join("stderr.log"))?;
        command.stdout(Stdio::piped()).stderr(log).stdin(Stdio::null()).kill_on_drop(true);
        let started = Instant::now();
        let mut child =
            command.spawn().with_context(|| format!("starting {:?}", command.as_std().get_program()))?;
        let mut stdout = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let address = tokio::time::timeout(READY_LIMIT, ready_address(&mut stdout)).await;
        let (address, objects) = address.context("no ready line in time")??;
        let caller = Caller {
            address,
            project: PROJECT.into(),
            access_key: ACCESS_KEY.into(),
            secret_key: SECRET_KEY.into(),
            token: "none".into(),
            clock: Clock::system(),
        };
        Ok(Self { kind, caller, objects, ready_s: started.elapsed().as_secs_f64(), child, _stdout: stdout })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// Stops all its threads until [`Server::resume`]: what it still had to do is paid in its own rounds.
    pub(crate) fn pause(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets a paused server go on.
    pub(crate) fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// SIGTERM, and waits until it has ended by itself.
    pub(crate) async fn terminate(mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        let status = self.child.wait().await?;
        if !status.success() {
            bail!("the server ended with {status} after SIGTERM");
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = Pid::from_raw(self.pid() as i32).context("the server has ended")?;
        Ok(kill_process(pid, signal)?)
    }
}

/// The `host:port` after `api=http://`, and the one after `objects=http://` if there is one, in the first line that
/// says `ready`.
async fn ready_address(stdout: &mut Lines<BufReader<ChildStdout>>) -> Result<(String, String)> {
    while let Some(line) = stdout.next_line().await? {
        if let Some((_, rest)) = line.split_once(" ready api=http://") {
            let mut words = rest.split_whitespace();
            let api = words.next().unwrap_or_default();
            let objects = words.find_map(|word| word.strip_prefix("objects=http://")).unwrap_or_default();
            return Ok((api.to_owned(), objects.to_owned()));
        }
    }
    bail!("the server ended before it was ready; see stderr.log beside its data")
}

async fn token(caller: &Caller) -> Result<String> {
    let body = format!(
        r#"{{"auth":{{"identity":{{"methods":["password"],"password":{{"user":{{"name":"admin","password":"{PASSWORD}","domain":{{"name":"local"}}}}}}}},"scope":{{"project":{{"id":"{PROJECT}"}}}}}}}}"#
    );
    let mut connection = Connection::open(&caller.address).await?;
    let head = caller.head("POST", "/v3/auth/tokens", "", body.len());
    let answer = connection.call(&head, body.as_bytes()).await?;
    answer.expect_success("token")?;
    Ok(answer.header("x-subject-token").context("no X-Subject-Token")?.to_owned())
}
