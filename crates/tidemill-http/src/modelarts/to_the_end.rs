//! Calls that change something run to their end, whether or not the client stays.

use super::ModelArtsError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use tracing::Instrument;

/// Runs the handler of a changing call in a task of its own.
///
/// The server drops the future of a request when its client disconnects. A handler dropped between the
/// transaction it committed and the worker it starts then would leave its dataset busy until a restart.
pub(super) async fn to_the_end(request: Request, next: Next) -> Response {
    if *request.method() == Method::GET || *request.method() == Method::HEAD {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) => ModelArtsError::internal(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::routing::post;
    use futures::FutureExt;
    use http::StatusCode;
    use http_body_util::BodyExt;
    use std::sync::Arc;
    use tokio::sync::{Notify, oneshot};
    use tower::ServiceExt;

    fn call() -> Request {
        Request::post("/").body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_handler_finishes_without_its_client() {
        let (go_on, (ended, end)) = (Arc::new(Notify::new()), oneshot::channel());
        let (waits, ended) = (go_on.clone(), Arc::new(parking_lot::Mutex::new(Some(ended))));
        let handler = move || async move {
            waits.notified().await;
            if let Some(ended) = ended.lock().take() {
                let _ = ended.send(());
            }
        };
        let router =
            Router::new().route("/", post(handler)).route_layer(axum::middleware::from_fn(to_the_end));
        let mut response = Box::pin(router.oneshot(call()));
        assert!(response.as_mut().now_or_never().is_none());
        drop(response);
        go_on.notify_one();
        end.await.expect("the handler was dropped with its response");
    }

    #[tokio::test]
    async fn a_panic_is_answered_in_the_shape_of_the_api() {
        async fn broken() {
            panic!("broken on purpose");
        }
        let router =
            Router::new().route("/", post(broken)).route_layer(axum::middleware::from_fn(to_the_end));
        let response = router.oneshot(call()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error_code"], "ModelArts.0010", "{body}");
    }
}
