//! One keep-alive HTTP/1.1 connection: as little client work as possible, for it shares the machine.

use anyhow::{Context, Result, bail};
use std::io::IoSlice;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection and what was read of its answers.
pub(crate) struct Connection {
    socket: TcpStream,
    buffer: Vec<u8>,
}

/// One answer; the body lives in the connection's buffer until the next request.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// An error that shows the answer unless its status is 2xx.
    pub(crate) fn expect_success(&self, what: &str) -> Result<()> {
        if !(200..300).contains(&self.status) {
            let text = String::from_utf8_lossy(&self.body[..self.body.len().min(300)]);
            bail!("{what}: status {}: {text}", self.status);
        }
        Ok(())
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, buffer: Vec::with_capacity(1 << 18) })
    }

    /// Sends a request that `head` ends with an empty line and reads the whole answer.
    pub(crate) async fn call(&mut self, head: &[u8], body: &[u8]) -> Result<Answer<'_>> {
        self.send(head, body).await?;
        self.buffer.clear();
        let head_end = loop {
            self.fill(1 << 16).await?;
            if let Some(at) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head_end])?;
        let status = text.split(' ').nth(1).and_then(|s| s.parse().ok()).context("no status line")?;
        let length = body_length(text)?;
        let end = head_end + length;
        self.buffer.reserve(end.saturating_sub(self.buffer.len()));
        while self.buffer.len() < end {
            self.fill(0).await?;
        }
        let (head, body) = self.buffer.split_at(head_end);
        Ok(Answer { status, head: std::str::from_utf8(head)?, body: &body[..length] })
    }

    async fn send(&mut self, head: &[u8], body: &[u8]) -> Result<()> {
        let (mut head, mut body) = (head, body);
        while !head.is_empty() {
            let sent = self.socket.write_vectored(&[IoSlice::new(head), IoSlice::new(body)]).await?;
            body = &body[sent.saturating_sub(head.len())..];
            head = &head[sent.min(head.len())..];
        }
        Ok(self.socket.write_all(body).await?)
    }

    async fn fill(&mut self, room: usize) -> Result<()> {
        self.buffer.reserve(room);
        if self.socket.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// Every answer of both servers says its length (or has none).
fn body_length(head: &str) -> Result<usize> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(key, _)| key.eq_ignore_ascii_case("content-length"));
    if head.to_ascii_lowercase().contains("transfer-encoding:") {
        bail!("a chunked answer: this client reads only answers with a length");
    }
    length.map_or(Ok(0), |(_, value)| Ok(value.trim().parse()?))
}
