//! A receiver of webhooks: a small real HTTP server whose answers a test chooses.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver as Queue, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One request as it came.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Received {
    /// A member of the message.
    pub(crate) fn member(&self, name: &str) -> String {
        let message: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        message[name].as_str().unwrap_or_default().to_owned()
    }
}

/// Takes requests until the process ends.
pub(crate) struct Receiver {
    pub(crate) url: String,
    status: Arc<AtomicU16>,
    requests: Mutex<Queue<Received>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        let status = Arc::new(AtomicU16::new(204));
        let answer = status.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                serve(connection.unwrap(), &sender, answer.load(Ordering::SeqCst));
            }
        });
        Self { url, status, requests: Mutex::new(requests) }
    }

    /// The status of the answers from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// The next request; fails if none comes for a long while.
    pub(crate) fn next(&self) -> Received {
        self.requests.lock().unwrap().recv_timeout(Duration::from_secs(30)).unwrap()
    }

    /// Whether a request came that nobody took.
    pub(crate) fn has_more(&self) -> bool {
        self.requests.lock().unwrap().try_recv().is_ok()
    }
}

fn serve(mut connection: TcpStream, sender: &Sender<Received>, status: u16) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let header = |line: &String| {
        line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
    };
    let headers: HashMap<String, String> = lines.iter().skip(1).filter_map(header).collect();
    let length = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    // Handed over before the answer: once the sender has it, the test can see it.
    let _ = sender.send(Received { headers, body: String::from_utf8(body).unwrap() });
    let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = connection.write_all(answer.as_bytes());
}
