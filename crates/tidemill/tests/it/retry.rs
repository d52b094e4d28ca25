//! What `record put` does with records the server refuses for the moment, against a server that says so.

use crate::support::{stderr, tidemill};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::thread::JoinHandle;

const OK: &str = r#"{"partition_id":"shardId-0000000000","sequence_number":"0"}"#;
const THROTTLED: &str =
    r#"{"error_code":"DIS.4303","error_message":"Exceeded traffic control limit. [DIS.4303]"}"#;
const TOO_LARGE: &str = r#"{"error_code":"DIS.4200","error_message":"Invalid request. [DIS.4200]"}"#;

/// Reads one request; its body.
fn body_of(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}

/// Answers one request after the other with these entries; the payloads each request carried.
fn server(answers: Vec<Vec<&'static str>>) -> (String, JoinHandle<Vec<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = std::thread::spawn(move || {
        let answer = |entries: Vec<&str>| {
            let (mut stream, _) = listener.accept().unwrap();
            let body: serde_json::Value = serde_json::from_str(&body_of(&mut stream)).unwrap();
            let failed = entries.iter().filter(|e| e.contains("error_code")).count();
            let text = format!(r#"{{"failed_record_count":{failed},"records":[{}]}}"#, entries.join(","));
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
            stream.write_all((head + &text).as_bytes()).unwrap();
            let records = body["records"].as_array().unwrap();
            records.iter().map(|r| r["data"].as_str().unwrap().to_owned()).collect()
        };
        answers.into_iter().map(answer).collect()
    });
    (url, seen)
}

fn put(url: &str, text: &str) -> Output {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("in.txt"), text).unwrap();
    tidemill(dir.path())
        .args(["record", "put", "orders", "in.txt", "--json", "--endpoint", url])
        .env("TIDEMILL_ACCESS_KEY_ID", "AK")
        .env("TIDEMILL_SECRET_ACCESS_KEY", "SK")
        .env("TIDEMILL_PROJECT_ID", "0123456789abcdef0123456789abcdef")
        .output()
        .unwrap()
}

#[test]
fn only_the_refused_records_are_sent_again() {
    let (url, seen) = server(vec![vec![OK, THROTTLED, OK, THROTTLED], vec![THROTTLED, OK], vec![OK]]);
    let output = put(&url, "a\nb\nc\nd\n");
    assert!(output.status.success(), "{}", stderr(&output));
    let [a, b, c, d] = ["YQ==", "Yg==", "Yw==", "ZA=="];
    assert_eq!(seen.join().unwrap(), [vec![a, b, c, d], vec![b, d], vec![b]]);
    let done: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&done["records"], &done["sent_again"]), (&4.into(), &3.into()));
}

#[test]
fn a_refusal_for_good_ends_the_put_with_its_reason() {
    let (url, seen) = server(vec![vec![OK, TOO_LARGE]]);
    let output = put(&url, "a\nb\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("1 record(s) of a batch were refused: DIS.4200"), "{}", stderr(&output));
    assert_eq!(seen.join().unwrap().len(), 1);
}
