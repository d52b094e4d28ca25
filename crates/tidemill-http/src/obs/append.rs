//! Appending to an object (OBS only).

use super::access::PUT_OBJECT;
use super::body::to_blob;
use super::dialect::Dialect;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::{insert_prefixed, to_store};
use super::object::{check_key, stored};
use super::payload::Payload;
use super::request::Call;
use axum::response::Response;

/// `POST /bucket/key?append&position=N`; 409 with the right position if N is not the end.
pub(crate) async fn post(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    if call.dialect != Dialect::Obs {
        return Err(ObsError::not_implemented("Appending in the S3 dialect"));
    }
    endpoint.own_bucket(call, PUT_OBJECT).await?;
    let missing = || ObsError::invalid_argument("position is missing.");
    let position = call.query().number("position")?.ok_or_else(missing)?;
    let headers = to_store(call)?;
    check_key(call.key())?;
    let objects = &endpoint.state.objects;
    let received = to_blob(objects, call, payload).await?;
    let info = objects.append(call.bucket(), call.key(), position, received.content, &headers).await?;
    let mut response = stored(&info.etag, received.checksum);
    insert_prefixed(response.headers_mut(), call.dialect, "next-append-position", &info.size.to_string());
    Ok(response)
}
