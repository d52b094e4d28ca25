//! The two listeners: bound before anything is started, so that a busy port costs nothing.

use crate::config::Settings;
use crate::server::running::Running;
use anyhow::{Result, bail};
use std::io::ErrorKind;
use std::net::SocketAddr;
use tidemill_http::server::{Bound, bind};

/// Both ports taken, nothing served yet.
pub(super) struct Listeners {
    pub(super) api: Bound,
    pub(super) objects: Bound,
}

impl Listeners {
    /// Takes both ports.
    pub(super) async fn bind(settings: &Settings) -> Result<Self> {
        let api = take(settings.listen, "listen").await?;
        let objects = take(settings.objects_listen, "objects-listen").await?;
        Ok(Self { api, objects })
    }

    /// The URLs that reach them from this machine.
    pub(super) fn urls(&self, tls: bool) -> Running {
        Running { api: url(self.api.addr, tls), objects: url(self.objects.addr, tls) }
    }
}

async fn take(addr: SocketAddr, setting: &str) -> Result<Bound> {
    match bind(addr).await {
        Ok(bound) => Ok(bound),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("{addr} is in use by another process: choose another address with --{setting}")
        }
        Err(error) => bail!("cannot listen on {addr} (--{setting}): {error}"),
    }
}

/// An address that stands for all of a machine's is reached through its loopback address.
fn url(addr: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    let host = match addr {
        SocketAddr::V4(a) if a.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(a) if a.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V6(a) => format!("[{}]", a.ip()),
        SocketAddr::V4(a) => a.ip().to_string(),
    };
    format!("{scheme}://{host}:{}", addr.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_reach_the_listener_from_this_machine() {
        assert_eq!(url(([0, 0, 0, 0], 80).into(), true), "https://127.0.0.1:80");
        assert_eq!(url("[::]:80".parse().unwrap(), false), "http://[::1]:80");
        assert_eq!(url("10.1.2.3:80".parse().unwrap(), false), "http://10.1.2.3:80");
    }
}
