//! The commands from the first stream to a verified bucket.

use crate::support::{Server, download, stderr, stdout, tidemill, wait_for};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

fn lines(count: usize) -> String {
    (0..count).map(|n| format!("line {n} {}\n", "x".repeat(n % 50))).collect()
}

fn put(server: &Server, text: &str) {
    std::fs::write(server.dir.path().join("in.txt"), text).unwrap();
    let done = server.json(&["record", "put", "orders", "in.txt", "--partition", "0"]);
    assert_eq!(done["records"], text.lines().count());
}

/// Bytes the dump task has delivered, as its bucket shows them.
fn delivered(server: &Server, task: &str) -> u64 {
    let detail = server.json(&["dump", "show", "orders", task]);
    detail["partitions"][0]["last_transfer_offset"].as_i64().map_or(0, |n| (n + 1) as u64)
}

fn create(server: &Server) {
    assert_eq!(server.json(&["stream", "create", "orders"])["created"], "orders");
    let task = ["dump", "create", "orders", "to-bucket", "--bucket", "my-bucket", "--create-bucket"];
    let more = ["--interval", "30", "--from", "trim-horizon", "--prefix", "out"];
    assert_eq!(server.json(&[&task[..], &more].concat())["created"], "to-bucket");
}

#[test]
fn a_file_goes_in_and_comes_out_of_stream_and_bucket() {
    let server = Server::start();
    create(&server);
    let text = lines(1_234);
    put(&server, &text);
    let back = server.command(&["record", "get", "orders"]);
    assert_eq!(stdout(&back), text);

    server.advance(31_000);
    wait_for("the delivery", || (delivered(&server, "to-bucket") == 1_234).then_some(()));
    // The ledger follows what it tells about.
    let verify = ["dump", "verify", "--json", "--bucket", "my-bucket"];
    let proven = wait_for("the proof", || Some(server.command(&verify)).filter(|o| o.status.success()));
    let report: Value = serde_json::from_slice(&proven.stdout).unwrap();
    let partition = &report["tasks"][0]["partitions"][0];
    assert_eq!(
        (&report["ok"], &partition["records"], &partition["to"]),
        (&true.into(), &1_234.into(), &1_234.into())
    );

    let bucket = server.dir.path().join("downloaded");
    download(&server, "my-bucket", &bucket);
    let directory = bucket.display().to_string();
    assert!(server.command(&["dump", "verify", "--dir", &directory]).status.success());
    let object = bucket.join("out").read_dir().unwrap().next().unwrap().unwrap().path();
    std::fs::write(&object, std::fs::read_to_string(&object).unwrap().replace("line 7 ", "line 8 ")).unwrap();
    let altered = server.command(&["dump", "verify", "--dir", &directory]);
    assert_eq!(altered.status.code(), Some(1));
    assert!(stdout(&altered).contains("ObjectAltered"), "{}", stdout(&altered));
}

#[test]
fn a_stop_flushes_nothing_and_the_next_start_goes_on() {
    let server = Server::start();
    create(&server);
    put(&server, &lines(100));
    let (dir, status) = server.stop();
    assert_eq!(status.code(), Some(0));
    let server = Server::start_in(dir, &[]);
    assert_eq!(delivered(&server, "to-bucket"), 0);
    server.advance(31_000);
    wait_for("the delivery", || (delivered(&server, "to-bucket") == 100).then_some(()));
}

#[test]
fn streams_are_created_listed_shown_and_deleted() {
    let server = Server::start();
    assert_eq!(server.json(&["stream", "list"]), Value::Array(vec![]));
    server.json(&["stream", "create", "b", "--partitions", "3", "--retention", "48"]);
    server.json(&["stream", "create", "a"]);
    let names: Vec<_> = server
        .json(&["stream", "list"])
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["stream_name"].clone())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let shown = server.json(&["stream", "show", "b"]);
    assert_eq!((&shown["retention_period"], shown["partitions"].as_array().unwrap().len()), (&48.into(), 3));
    let table = stdout(&server.command(&["stream", "list"]));
    assert!(table.starts_with("NAME  STATUS") && table.contains("\nb     RUNNING"), "{table}");
    assert_eq!(server.json(&["stream", "delete", "b"])["deleted"], "b");
    let gone = server.command(&["stream", "show", "b"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(stderr(&gone).starts_with("tidemill: DIS.4301 Stream does not exist."), "{}", stderr(&gone));
    assert!(gone.stdout.is_empty());
}

#[test]
fn dump_tasks_stop_start_and_are_deleted() {
    let server = Server::start();
    create(&server);
    let state = || server.json(&["dump", "show", "orders", "to-bucket"])["state"].clone();
    assert_eq!(state(), "RUNNING");
    server.json(&["dump", "stop", "orders", "to-bucket"]);
    assert_eq!(state(), "PAUSED");
    server.json(&["dump", "start", "orders", "to-bucket"]);
    assert_eq!(state(), "RUNNING");
    assert_eq!(server.json(&["dump", "list", "orders"])[0]["task_name"], "to-bucket");
    server.json(&["dump", "delete", "orders", "to-bucket"]);
    assert_eq!(server.json(&["dump", "list", "orders"]), Value::Array(vec![]));
    let receipts = server.json(&["dump", "receipts"]);
    assert_eq!(receipts[0]["receipt"]["task_name"], "to-bucket", "{receipts}");
}

#[test]
fn a_put_from_standard_input_and_a_get_from_the_middle() {
    let server = Server::start();
    server.json(&["stream", "create", "orders"]);
    let mut put = tidemill(server.dir.path())
        .args(["record", "put", "orders", "-", "--data-dir", "data"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    put.stdin.take().unwrap().write_all(b"one\ntwo\nthree").unwrap();
    assert!(put.wait().unwrap().success());
    let middle = server.command(&["record", "get", "orders", "--from", "1", "--limit", "1"]);
    assert_eq!(stdout(&middle), "two\n");
    let record: Value = serde_json::from_str(
        stdout(&server.command(&["record", "get", "orders", "--json"])).lines().next_back().unwrap(),
    )
    .unwrap();
    assert_eq!((&record["sequence_number"], &record["data"]), (&"2".into(), &"dGhyZWU=".into()));
}

#[test]
fn batches_are_bounded_and_nothing_is_lost_between_them() {
    let server = Server::start();
    server.json(&["stream", "create", "orders"]);
    // 12 lines of 700 kB need several requests; so do 1,500 short ones.
    let text: String =
        (0..12).map(|n| format!("{n}{}\n", "y".repeat(700_000))).collect::<String>() + &lines(1_500);
    put(&server, &text);
    assert!(stdout(&server.command(&["record", "get", "orders"])) == text);
}

#[test]
fn a_line_that_cannot_be_a_record_is_named() {
    let server = Server::start();
    server.json(&["stream", "create", "orders"]);
    std::fs::write(server.dir.path().join("in.txt"), "one\n\nthree\n").unwrap();
    let output = server.command(&["record", "put", "orders", "in.txt"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("line 2 is empty"), "{}", stderr(&output));
}
