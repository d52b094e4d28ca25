//! TLS on both listeners.

use crate::support::{Server, stderr, stdout};

#[test]
fn both_listeners_speak_tls_and_clients_trust_the_given_authority() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(dir.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(dir.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let server = Server::start_in(dir, &["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    assert!(server.api.starts_with("https://") && server.objects.starts_with("https://"));

    let trusting = ["--ca-cert", "cert.pem"];
    let created = server.command(&[&["stream", "create", "orders"][..], &trusting].concat());
    assert!(created.status.success(), "{}", stderr(&created));
    let task = ["dump", "create", "orders", "t", "--bucket", "my-bucket", "--create-bucket"];
    let created = server.command(&[&task[..], &trusting].concat());
    assert!(created.status.success(), "{}", stderr(&created));
    let listed = server.command(&[&["stream", "list"][..], &trusting].concat());
    assert!(stdout(&listed).contains("orders"));

    let doubting = server.command(&["stream", "list"]);
    assert_eq!(doubting.status.code(), Some(1));
    assert!(stderr(&doubting).contains("cannot reach https://"), "{}", stderr(&doubting));
}
