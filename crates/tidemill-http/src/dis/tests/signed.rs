//! Signed requests: the body's hash counts, and a `+` is what the signature says.

use super::*;
use tidemill_iam::api_signature::{SignRequest, sign};

fn signed(api: &Api, method: &str, target: &str, signed_body: &str, body: &str) -> Request {
    let now_ms = api.clock.now_ms();
    let to_sign = SignRequest { method, target, host: HOST, body: signed_body.as_bytes(), now_ms };
    let headers = sign(&to_sign, "AK", "SK");
    let request = Request::builder().method(method).uri(target).header("host", HOST);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    // In pieces, so that the hash is built as the body arrives.
    let pieces: Vec<_> = body.as_bytes().chunks(7).map(|p| Ok::<_, std::io::Error>(p.to_vec())).collect();
    request.body(Body::from_stream(futures::stream::iter(pieces))).unwrap()
}

#[tokio::test]
async fn a_signed_put_is_taken_and_a_changed_body_is_not() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let target = format!("/v2/{PROJECT}/records/");
    let body = json!({"stream_name": "s", "records": [{"data": "YQ=="}]}).to_string();
    let put = api.send(signed(&api, "POST", &target, &body, &body)).await;
    assert_eq!((put.status.as_u16(), &put.body["records"][0]["sequence_number"]), (200, &json!("0")));
    let changed = body.replace("YQ==", "Yg==");
    api.send(signed(&api, "POST", &target, &body, &changed)).await.refused(401, "APIGW.0301");
    api.clock.advance(std::time::Duration::from_secs(1));
    let foreign = target.replace(PROJECT, &"f".repeat(32));
    api.send(signed(&api, "POST", &foreign, &body, &body)).await.refused(400, "DIS.4117");
}

#[tokio::test]
async fn a_signature_too_far_from_now_is_refused() {
    let api = Api::new().await;
    let target = format!("/v2/{PROJECT}/streams");
    let request = signed(&api, "GET", &target, "", "");
    api.clock.advance(std::time::Duration::from_secs(16 * 60));
    api.send(request).await.refused(401, "APIGW.0301");
    assert_eq!(api.send(signed(&api, "GET", &target, "", "")).await.status, 200);
}
