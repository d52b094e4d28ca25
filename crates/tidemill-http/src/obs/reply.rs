//! Answers.

use super::dialect::Dialect;
use super::error::ObsError;
use super::headers::{insert, insert_prefixed};
use super::xml::Xml;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};

/// An answer without a body.
pub(crate) fn empty(status: StatusCode, headers: HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// 204.
pub(crate) fn no_content() -> Response {
    empty(StatusCode::NO_CONTENT, HeaderMap::new())
}

/// An answer with a document.
pub(crate) fn document(status: StatusCode, xml: Xml) -> Response {
    text(status, xml.finish())
}

fn text(status: StatusCode, document: String) -> Response {
    let mut response = Response::new(Body::from(document));
    *response.status_mut() = status;
    insert(response.headers_mut(), header::CONTENT_TYPE, "application/xml");
    response
}

/// What the endpoint knows of a request when it answers, whatever became of it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) dialect: Dialect,
    /// Not signed: it may be a client that still asks which dialect is spoken.
    pub(crate) anonymous: bool,
    pub(crate) request_id: String,
    pub(crate) resource: String,
    /// Answers to HEAD have no body.
    pub(crate) head: bool,
}

impl Frame {
    /// The document of a refusal.
    pub(crate) fn refusal(&self, error: &ObsError) -> Response {
        let mut response = if self.head || error.status == StatusCode::NOT_MODIFIED {
            empty(error.status, HeaderMap::new())
        } else {
            let mut xml = Xml::new("Error", "");
            xml.leaf("Code", error.code);
            xml.leaf("Message", &error.message);
            xml.leaf("Resource", &self.resource);
            xml.leaf("RequestId", &self.request_id);
            xml.leaf("HostId", &self.request_id);
            document(error.status, xml)
        };
        for (name, value) in &error.headers {
            match *name {
                "content-range" => insert(response.headers_mut(), header::CONTENT_RANGE, value),
                "etag" => insert(response.headers_mut(), header::ETAG, value),
                "last-modified" => insert(response.headers_mut(), header::LAST_MODIFIED, value),
                name => insert_prefixed(response.headers_mut(), self.dialect, name, value),
            }
        }
        response
    }

    /// Adds what every answer carries.
    pub(crate) fn sign(&self, response: &mut Response) {
        let headers = response.headers_mut();
        insert_prefixed(headers, self.dialect, "request-id", &self.request_id);
        insert_prefixed(headers, self.dialect, "id-2", &self.request_id);
        if self.anonymous {
            insert_prefixed(headers, Dialect::Obs, "request-id", &self.request_id);
            insert_prefixed(headers, Dialect::Obs, "api", "3.0");
        }
    }
}
