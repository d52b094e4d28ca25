//! Deleting many objects in one request.

use super::access::DELETE_OBJECT;
use super::body::to_memory;
use super::bucket::namespace;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::payload::Payload;
use super::query::{decode, encode};
use super::reply::document;
use super::request::Call;
use super::xml::Xml;
use super::xml_read::Element;
use axum::response::Response;
use http::StatusCode;
use tidemill_model::limits::OBJECT_LIST_MAX;

/// `POST /bucket?delete`: up to 1000 keys, all at once; keys that are not there count as deleted.
pub(crate) async fn post(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, DELETE_OBJECT).await?;
    let request = Element::parse(&to_memory(call, payload).await?)?;
    let quiet = request.child_text("Quiet").is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
    let url = request.child_text("EncodingType").is_some_and(|form| form.trim().eq_ignore_ascii_case("url"));
    let mut keys = Vec::new();
    for object in request.all("Object") {
        let key = object.child_text("Key").filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| ObsError::malformed_xml("An object to delete needs a Key."))?;
        keys.push(if url { decode(key)? } else { key.to_owned() });
    }
    if keys.is_empty() || keys.len() > OBJECT_LIST_MAX {
        return Err(ObsError::malformed_xml("The list of objects to delete holds 1 to 1000 of them."));
    }
    endpoint.state.objects.delete_many(call.bucket(), keys.clone()).await?;
    let mut xml = Xml::new("DeleteResult", &namespace(endpoint, call.dialect));
    if url {
        xml.leaf("EncodingType", "url");
    }
    for key in keys.iter().filter(|_| !quiet) {
        xml.open("Deleted");
        xml.leaf("Key", if url { encode(key) } else { key.clone() }.as_str());
        xml.close();
    }
    Ok(document(StatusCode::OK, xml))
}
