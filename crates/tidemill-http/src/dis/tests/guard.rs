//! Rates over the whole API: requests about streams, and failed authentications.

use super::*;
use axum::extract::ConnectInfo;
use std::net::SocketAddr;
use std::time::Duration;

/// An API whose rates are small.
async fn small() -> Api {
    let mut api = Api::new().await;
    let rates = Rates { stream_requests: 3, failed_authentications: 3 };
    let mut state = api.state();
    state.gate.guard = Guard::new(api.clock.clone(), rates);
    api.router = router(state).fallback(unknown_route);
    api
}

#[tokio::test]
async fn a_project_sends_so_many_stream_requests_a_second() {
    let api = small().await;
    for _ in 0..3 {
        assert_eq!(api.get("/streams").await.status, 200);
    }
    for path in ["/streams", "/streams/s/", "/streams/s/metrics"] {
        assert_eq!(api.get(path).await.refused(400, "DIS.4305"), "Too many stream requests.");
    }
    assert_eq!(api.get("/apps").await.status, 200, "only streams count");
    api.get("/records").await.refused(400, "DIS.4217");
    api.clock.advance(Duration::from_secs(1));
    assert_eq!(api.get("/streams").await.status, 200);
}

async fn from(api: &Api, address: &str, token: &str) -> Answer {
    let mut request = Request::builder()
        .uri(format!("/v2/{PROJECT}/apps"))
        .header("host", HOST)
        .header("x-auth-token", token)
        .body(Body::empty())
        .unwrap();
    let peer: SocketAddr = format!("{address}:4000").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    api.send(request).await
}

#[tokio::test]
async fn an_address_that_keeps_failing_is_blocked_for_a_while() {
    let mut api = small().await;
    for _ in 0..3 {
        from(&api, "192.0.2.1", "wrong").await.refused(401, "APIGW.0301");
    }
    let message = "Too many request failures. Please try again later.";
    assert_eq!(from(&api, "192.0.2.1", &api.token).await.refused(400, "DIS.4309"), message);
    assert_eq!(from(&api, "192.0.2.2", &api.token).await.status, 200, "others go on");
    for _ in 0..4 {
        from(&api, "127.0.0.1", "wrong").await.refused(401, "APIGW.0301");
    }
    api.later(300).await;
    assert_eq!(from(&api, "192.0.2.1", &api.token).await.status, 200);
}
