//! Whatever arrives gets the contract's error in all four members, and loses nothing.

use super::*;
use std::time::Duration;

#[tokio::test]
async fn unknown_routes_and_wrong_methods_have_their_codes() {
    let api = Api::new().await;
    api.get("/nothing").await.refused(404, "APIGW.0101");
    api.get("/streams/s/nothing").await.refused(404, "APIGW.0101");
    api.call("DELETE", "/records", "").await.refused(405, "APIGW.0103");
    api.call("PATCH", "/streams/s/", "").await.refused(405, "APIGW.0103");
}

#[tokio::test]
async fn credentials_come_before_everything() {
    let api = Api::new().await;
    let request = |token: Option<&str>, project: &str| {
        let request = Request::builder().method("POST").uri(format!("/v2/{project}/records"));
        let request = token.into_iter().fold(request, |request, token| request.header("x-auth-token", token));
        request.body(Body::from("{")).unwrap()
    };
    let message = api.send(request(None, PROJECT)).await.refused(401, "APIGW.0301").to_owned();
    assert!(message.starts_with("Incorrect IAM authentication information"), "{message}");
    api.send(request(Some("wrong"), PROJECT)).await.refused(401, "APIGW.0301");
    let token = api.token.clone();
    for foreign in ["0".repeat(32), "x".into(), format!("{PROJECT}0")] {
        api.send(request(Some(&token), &foreign)).await.refused(400, "DIS.4117");
    }
    api.send(request(Some(&token), PROJECT)).await.refused(400, "DIS.4300");
    api.clock.advance(Duration::from_secs(25 * 3600));
    api.send(request(Some(&token), PROJECT)).await.refused(401, "APIGW.0301");
}

#[tokio::test]
async fn bad_bodies_are_refused_whole_and_nothing_is_stored() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let deep = |n: usize| {
        format!(
            r#"{{"stream_name":"s","x":{}{},"records":[{{"data":"YQ=="}}]}}"#,
            "[".repeat(n),
            "]".repeat(n)
        )
    };
    for (body, code) in [
        (String::new(), "DIS.4202"),
        ("{}".into(), "DIS.4202"),
        (r#"{"stream_name":"s","records":[]}"#.into(), "DIS.4202"),
        ("not json".into(), "DIS.4300"),
        (r#"{"stream_name":"s","records":[{"data":"YQ=="}]"#.into(), "DIS.4300"),
        ("[".repeat(200_000), "DIS.4200"),
        (deep(100_000), "DIS.4300"),
        (r#"{"stream_name":5,"records":[{"data":"YQ=="}]}"#.into(), "DIS.4200"),
        (r#"{"stream_name":"s","records":"x"}"#.into(), "DIS.4200"),
        (r#"{"stream_name":"s","records":[{"data":"YQ=="},{"data":"YQ="}]}"#.into(), "DIS.4200"),
        (r#"{"stream_name":"s","records":[{"data":"YQ=="},{"data":"%%%%"}]}"#.into(), "DIS.4200"),
        (r#"{"stream_name":"s","records":[{"data":"YQ==","timestamp":"1"}]}"#.into(), "DIS.4200"),
        (r#"{"records":[{"data":"YQ=="}]}"#.into(), "DIS.4200"),
        (r#"{"stream_name":"s","records":[{"data":"YQ=="}],"records":[{"data":"Yg=="}]}"#.into(), "DIS.4200"),
        (r#"{"stream_name":"s","records":[{"data":"YQ==","data":"Yg=="}]}"#.into(), "DIS.4200"),
    ] {
        let shown: String = body.chars().take(60).collect();
        let answer = api.call("POST", "/records", body).await;
        assert_eq!(answer.body["error_code"], code, "{shown}: {}", answer.body);
        answer.refused(400, code);
    }
    let detail = api.get("/streams/s").await.body;
    assert_eq!(detail["partitions"][0]["sequence_number_range"], "[0 : 0]");
    for path in ["/streams", "/apps", "/checkpoints"] {
        api.call("POST", path, "").await.refused(400, "DIS.4202");
        api.call("POST", path, "{").await.refused(400, "DIS.4300");
        api.call("POST", path, "[".repeat(100_000)).await.refused(400, "DIS.4300");
    }
}

#[tokio::test]
async fn a_body_over_five_mebibytes_is_413_with_and_without_a_length() {
    let api = Api::new().await;
    api.create("s", 1).await;
    let text = "Invalid request. [body over 5242880 bytes]";
    let large = vec![b' '; 5 * 1024 * 1024 + 1];
    let stated = api.call("POST", "/records", large.clone()).await;
    assert_eq!(stated.refused(413, "DIS.4200"), text);
    let pieces =
        large.chunks(1 << 20).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    let streamed = api.call("POST", "/records", Body::from_stream(futures::stream::iter(pieces))).await;
    assert_eq!(streamed.refused(413, "DIS.4200"), text);
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut_after_30_seconds() {
    let api = Api::new().await;
    let body = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let (answer, ()) = tokio::join!(api.call("POST", "/records", body), async {
        tokio::task::yield_now().await;
        api.clock.advance(Duration::from_secs(31));
    });
    answer.refused(400, "DIS.4300");
}
