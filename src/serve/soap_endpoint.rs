//! The node's door: bytes in, bytes out; what they mean is the [`SoapHandler`]'s.
//!
//! Any path is accepted, because the path is what the operator registered with the node.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::BoxFuture;
use super::catch::{Panicked, catch};
use super::contract::{address_of, readdressed, relinked};
use super::listener::Peer;
use super::stack::{Handled, RequestId};
use crate::observe::Outcome;
use crate::soap::{FaultCode, SoapFault};

/// The charset is stated: the node reads the body as text and falls back to ISO-8859-1 without it.
const XML: HeaderValue = HeaderValue::from_static("text/xml; charset=utf-8");
const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");
/// Seconds until a caller told 503 may try again; what made us say it is over by then or worth a page.
const RETRY_IN: HeaderValue = HeaderValue::from_static("5");

/// One SOAP request, whole.
#[derive(Debug, Clone)]
pub struct SoapCall {
    /// Who calls.
    pub peer: Arc<Peer>,
    /// For logs and for rows written on its behalf.
    pub request_id: RequestId,
    /// As sent, without its quotes; often wrong, so never to be dispatched on.
    pub soap_action: Option<String>,
    /// The body, at most `max_message` bytes, not looked at.
    pub body: Bytes,
}

/// The answer to a SOAP request.
#[derive(Debug, Clone)]
pub struct SoapReply {
    /// 200 with an outcome, 500 with a soap:Fault, 503 without a body.
    pub status: StatusCode,
    /// The envelope; not sent with 503, which the node must not read as an answer.
    pub body: Bytes,
    /// The operation, a constant of the code (it becomes a metric's label).
    pub primitive: &'static str,
    /// How it ended, for logs and metrics.
    pub outcome: Outcome,
}

/// Who answers SOAP requests.
pub trait SoapHandler: Send + Sync + 'static {
    /// Answers one request within its own deadline. Dropped when the caller hangs up or the whole
    /// request's time is over.
    fn call(&self, call: SoapCall) -> BoxFuture<SoapReply>;
}

/// The contract served on `?wsdl` and `?xsd=NAME`: file names and texts.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    /// The WSDL.
    pub wsdl: &'static str,
    /// Each schema it leads to, by file name.
    pub schemas: &'static [(&'static str, &'static str)],
}

/// What the endpoint needs to know.
#[derive(Debug, Clone)]
pub struct SoapSettings {
    /// Largest body, in bytes.
    pub max_message: usize,
    /// The address to write in the WSDL; None: the request's own host.
    pub public_url: Option<String>,
    /// The contract.
    pub contract: Contract,
}

#[derive(Clone)]
struct Endpoint {
    settings: Arc<SoapSettings>,
    handler: Arc<dyn SoapHandler>,
}

/// The routes of the SOAP listener; put [`super::Stack::around`] them.
pub fn routes(settings: SoapSettings, handler: Arc<dyn SoapHandler>) -> Router {
    Router::new().fallback(any).with_state(Endpoint { settings: Arc::new(settings), handler })
}

async fn any(
    State(endpoint): State<Endpoint>,
    Extension(peer): Extension<Arc<Peer>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    match *request.method() {
        Method::POST => endpoint.post(peer, request_id, request).await,
        Method::GET => endpoint.get(request.uri(), request.headers()),
        _ => method_not_allowed(),
    }
}

impl Endpoint {
    async fn post(&self, peer: Arc<Peer>, request_id: RequestId, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        if !is_xml(&parts.headers) {
            return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type is not an XML type");
        }
        let body = match self.read(&parts.headers, body).await {
            Ok(body) => body,
            Err(response) => return response,
        };
        let soap_action = soap_action(&parts.headers);
        let call = SoapCall { peer, request_id, soap_action, body };
        // The call itself may panic as well as its future.
        let handler = Arc::clone(&self.handler);
        match catch(async move { handler.call(call).await }).await {
            Ok(reply) => answer(reply),
            Err(Panicked) => answer(SoapReply {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                body: SoapFault::new(FaultCode::Server, "internal error").render().into(),
                primitive: "none",
                outcome: Outcome::Panicked,
            }),
        }
    }

    /// A declared size is refused before a byte of it is read, an undeclared one as soon as it is over.
    async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Response> {
        let limit = self.settings.max_message;
        let too_large =
            || refused(StatusCode::PAYLOAD_TOO_LARGE, "the message is larger than soap.max_message");
        let declared =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|size| size > limit) {
            return Err(too_large());
        }
        to_bytes(body, limit).await.map_err(|error| {
            let source = std::error::Error::source(&error);
            if source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>()) {
                too_large()
            } else {
                refused(StatusCode::BAD_REQUEST, "the body ended early")
            }
        })
    }

    fn get(&self, uri: &Uri, headers: &HeaderMap) -> Response {
        let Contract { wsdl, schemas } = self.settings.contract;
        let names: Vec<&str> = schemas.iter().map(|(name, _)| *name).collect();
        let query = uri.query().unwrap_or("");
        if query.eq_ignore_ascii_case("wsdl") {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or(uri.host()).unwrap_or("");
            let public = self.settings.public_url.clone();
            let Some(url) = public.or_else(|| address_of("https", host, uri.path())) else {
                return StatusCode::BAD_REQUEST.into_response();
            };
            return document(readdressed(&relinked(wsdl, &names), &url));
        }
        let asked = query.split_once('=').filter(|(key, _)| key.eq_ignore_ascii_case("xsd"));
        match asked.map(|(_, asked)| schemas.iter().find(|(name, _)| *name == asked)) {
            Some(Some((_, text))) => document(relinked(text, &names)),
            Some(None) => StatusCode::NOT_FOUND.into_response(),
            None => method_not_allowed(),
        }
    }
}

fn document(text: String) -> Response {
    let mut response = ([(CONTENT_TYPE, XML)], text).into_response();
    response.extensions_mut().insert(Handled { primitive: "none", outcome: Outcome::Contract });
    response
}

fn method_not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, HeaderValue::from_static("POST"))]).into_response()
}

fn answer(reply: SoapReply) -> Response {
    let mut response = if reply.status == StatusCode::SERVICE_UNAVAILABLE {
        (reply.status, [(RETRY_AFTER, RETRY_IN)]).into_response()
    } else {
        (reply.status, [(CONTENT_TYPE, XML)], reply.body).into_response()
    };
    let handled = Handled { primitive: reply.primitive, outcome: reply.outcome };
    response.extensions_mut().insert(handled);
    response
}

fn refused(status: StatusCode, why: &'static str) -> Response {
    let body = SoapFault::new(FaultCode::Client, why).render().into();
    answer(SoapReply { status, body, primitive: "none", outcome: Outcome::Refused })
}

/// Any XML type; callers that send none are known, and the decoder judges the bytes anyway.
fn is_xml(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let essence = value.to_str().unwrap_or("?").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence.is_empty() || essence == "text/xml" || essence == "application/xml" || essence.ends_with("+xml")
}

fn soap_action(headers: &HeaderMap) -> Option<String> {
    let action = headers.get(SOAP_ACTION)?.to_str().ok()?.trim().trim_matches('"');
    (!action.is_empty()).then(|| action.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_xml_type_and_none_is_accepted() {
        let xml = |value: &'static str| {
            is_xml(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        assert!(is_xml(&HeaderMap::new()));
        for good in ["text/xml", "Text/XML; charset=utf-8", "application/xml", "application/soap+xml;x=y"] {
            assert!(xml(good), "{good}");
        }
        for bad in ["application/json", "multipart/related; type=\"text/xml\"", "text/plain", "text/xmlx"] {
            assert!(!xml(bad), "{bad}");
        }
    }

    #[test]
    fn soap_action_is_taken_bare() {
        let action = |value: &'static str| {
            soap_action(&HeaderMap::from_iter([(SOAP_ACTION, HeaderValue::from_static(value))]))
        };
        assert_eq!(action("\"paSendRT\"").unwrap(), "paSendRT");
        assert_eq!(action("paSendRT").unwrap(), "paSendRT");
        assert_eq!(action("\"\""), None);
    }
}
