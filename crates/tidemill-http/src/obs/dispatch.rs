//! Every request: verify, pick the operation, answer.

use super::dialect::claimed;
use super::error::ObsError;
use super::payload::Payload;
use super::reply::Frame;
use super::request::{Call, Target};
use super::{
    ObsState, acl, append, bucket, copy, delete_many, fixed, image, list, list_uploads, multipart, object,
    probe,
};
use crate::RequestId;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Method, Version, header};
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::Duration;
use tidemill_iam::RequestHead;
use tidemill_iam::object_signature::Addressing;
use tidemill_model::random_hex32;

/// Of the body of a refused request so much is still read, so that clients that send first get to read
/// the answer.
const DRAINED_BYTES_MAX: usize = 1024 * 1024;
const DRAINED_TIME_MAX: Duration = Duration::from_secs(5);

/// The endpoint: its state and how it finds buckets.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) state: ObsState,
    pub(crate) addressing: Addressing,
    pub(crate) images: image::ImageWork,
}

/// Answers a request.
pub(crate) async fn serve(endpoint: Arc<Endpoint>, request: Request) -> Response {
    let (parts, mut body) = request.into_parts();
    let head = RequestHead::new(&parts.method, &parts.uri, &parts.headers);
    let target = Target::of(&head, &endpoint.addressing.place(&head));
    let mut frame = Frame {
        dialect: claimed(&head),
        anonymous: false,
        request_id: parts.extensions.get::<RequestId>().map_or_else(random_hex32, |id| id.0.clone()),
        resource: target.as_ref().map_or_else(|_| parts.uri.path().to_owned(), Target::resource),
        head: parts.method == Method::HEAD,
    };
    let answered = match &target {
        Ok(target) => answer(&endpoint, &parts, target, &mut body, &mut frame).await,
        Err(error) => Err(ObsError::bad(error.code, error.message.clone())),
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(error) => {
            let mut response = frame.refusal(&error);
            if !drained(&endpoint, &parts, &mut body).await && parts.version <= Version::HTTP_11 {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response
        }
    };
    frame.sign(&mut response);
    response
}

async fn answer(
    endpoint: &Endpoint,
    parts: &Parts,
    target: &Target,
    body: &mut Body,
    frame: &mut Frame,
) -> Result<Response, ObsError> {
    let head = RequestHead::new(&parts.method, &parts.uri, &parts.headers);
    let auth = endpoint.state.iam.begin_object(&head, &endpoint.addressing)?;
    frame.dialect = auth.dialect;
    frame.anonymous = auth.key.is_none();
    if frame.anonymous && probe::is_probe(&parts.method, target) {
        return probe::answer(endpoint, target).await;
    }
    let caller = match &auth.key {
        None => None,
        Some(key) => {
            let gone = tidemill_iam::object_signature::ObjectAuthError::UnknownKey;
            Some(endpoint.state.iam.caller_of(key).ok_or(gone)?)
        }
    };
    let call = Call { parts, target, dialect: auth.dialect, caller };
    let payload = Payload { body, clock: &endpoint.state.clock, rule: auth.payload };
    if target.query.has("x-oss-process") {
        return Err(ObsError::not_implemented("The parameter x-oss-process"));
    }
    match (&target.bucket, target.key.is_empty()) {
        (None, _) => service_level(endpoint, &call).await,
        (Some(_), true) => bucket_level(endpoint, &call, payload).await,
        (Some(_), false) => object_level(endpoint, &call, payload).await,
    }
}

async fn service_level(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    match call.parts.method {
        Method::GET | Method::HEAD => bucket::list(endpoint, call).await,
        _ => Err(ObsError::method_not_allowed()),
    }
}

async fn bucket_level(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    let query = call.query();
    let configuration = fixed::of_bucket(query);
    match call.parts.method {
        Method::GET if query.has("acl") => acl::get_bucket(endpoint, call).await,
        Method::GET if query.has("location") => bucket::location(endpoint, call).await,
        Method::GET if query.has("uploads") => list_uploads::get(endpoint, call).await,
        Method::PUT if query.has("acl") => acl::put_bucket(endpoint, call, payload).await,
        Method::POST if query.has("delete") => delete_many::post(endpoint, call, payload).await,
        Method::GET => match configuration {
            Some(fixed) => fixed::get(endpoint, call, fixed).await,
            None => list::get(endpoint, call).await,
        },
        Method::HEAD => bucket::head(endpoint, call).await,
        Method::PUT if configuration.is_none() => bucket::create(endpoint, call, payload).await,
        Method::DELETE if configuration.is_none() => bucket::delete(endpoint, call).await,
        // What is never configured can be removed at any time.
        Method::DELETE => fixed::delete(endpoint, call).await,
        Method::PUT => Err(ObsError::not_implemented("This configuration of a bucket")),
        Method::POST => Err(ObsError::not_implemented("Uploading with a form")),
        _ => Err(ObsError::method_not_allowed()),
    }
}

async fn object_level(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    let query = call.query();
    let configuration = fixed::of_object(query);
    if let Some(parameter) = query.get(image::PARAMETER) {
        return match call.parts.method {
            Method::GET | Method::HEAD => image::get(endpoint, call, parameter).await,
            _ => Err(ObsError::not_implemented("Storing a processed image")),
        };
    }
    let (copied, part) = (call.prefixed("copy-source").is_some(), query.has("uploadId"));
    match call.parts.method {
        Method::GET if part => multipart::list_parts(endpoint, call).await,
        Method::GET if query.has("acl") => acl::get_object(endpoint, call).await,
        Method::GET if configuration.is_some() => fixed::get_object(endpoint, call).await,
        Method::GET | Method::HEAD => object::get(endpoint, call).await,
        Method::PUT if query.has("acl") => acl::put_object(endpoint, call, payload).await,
        Method::PUT if part && copied => copy::part(endpoint, call).await,
        Method::PUT if part => multipart::put_part(endpoint, call, payload).await,
        Method::PUT if configuration.is_some() => {
            Err(ObsError::not_implemented("This property of an object"))
        }
        Method::PUT if copied => copy::object(endpoint, call).await,
        Method::PUT => object::put(endpoint, call, payload).await,
        Method::DELETE if part => multipart::abort(endpoint, call).await,
        Method::DELETE if configuration.is_some() => fixed::delete(endpoint, call).await,
        Method::DELETE => object::delete(endpoint, call).await,
        Method::POST if query.has("uploads") => multipart::create(endpoint, call).await,
        Method::POST if part => multipart::complete(endpoint, call, payload).await,
        Method::POST if query.has("append") => append::post(endpoint, call, payload).await,
        Method::POST => Err(ObsError::not_implemented("This operation on an object")),
        _ => Err(ObsError::method_not_allowed()),
    }
}

/// Reads the rest of a refused request's body within bounds; whether it came to its end. A client that waits
/// for leave to send its body gets the refusal instead.
async fn drained(endpoint: &Endpoint, parts: &Parts, body: &mut Body) -> bool {
    if http_body::Body::is_end_stream(body) {
        return true;
    }
    if parts.headers.contains_key(header::EXPECT) {
        return false;
    }
    let rest = async {
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            bytes += frame.data_ref().map_or(0, |data| data.len());
            if bytes > DRAINED_BYTES_MAX {
                return false;
            }
        }
        true
    };
    tokio::select! {
        ended = rest => ended,
        () = endpoint.state.clock.sleep(DRAINED_TIME_MAX) => false,
    }
}
