//! The documents that are kept: listed, read, deleted. What the contract calls their names differs, nothing else.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::{DocumentError, in_use, may, proposal, unknown};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::apiconfig::paging::{PageInfo, Paging, has};
use crate::api::apiconfig::refusal::failed;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::document::{DocumentKind, FlowId};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Wish;
use crate::domain::text::Text;
use crate::store::DocumentHead;

/// The parameter that names the institution.
const INSTITUTION: &str = "creditorinstitutioncode";

/// A page of the documents that the caller may see. `name` is the parameter that filters by name.
pub(super) async fn list(
    (api, access): (&Api, &Access),
    (kind, name): (DocumentKind, &str),
    uri: &Uri,
) -> Result<(Vec<DocumentHead>, PageInfo), Problem> {
    let params = Params::read(uri)?;
    let paging = Paging::read(&params)?;
    let (flow, ec) = (params.one(name)?, params.one(INSTITUTION)?);
    let wanted = |head: &DocumentHead| {
        has(head.flow.as_str(), flow)
            && ec.is_none_or(|ec| head.ec.as_str() == ec)
            && access.sees(&Tenant::Institution(head.ec.clone()))
    };
    let mut found = api.store.documents(kind).await.map_err(failed)?;
    found.retain(wanted);
    Ok(paging.of(found))
}

/// What is said of a list.
pub(super) fn list_doc(doc: Doc, name: &str) -> Doc {
    Paging::documented(doc)
        .query(name, form::example_text("ICA-99000010019"), "Only those with this in their name.")
        .query(INSTITUTION, form::or_empty(form::institution()), "Only those about that institution.")
}

/// Which document a request names: by the path, and by the institution in the query.
struct Asked {
    ec: FiscalCode,
    flow: FlowId,
}

fn asked(flow: &str, uri: &Uri) -> Result<Asked, Problem> {
    let params = Params::read(uri)?;
    let wrong = BadQuery("The query parameter creditorinstitutioncode is needed: 11 digits.");
    let ec = params.one(INSTITUTION)?.ok_or(wrong)?;
    let ec = FiscalCode::new(ec).map_err(|_| wrong)?;
    Ok(Asked { ec, flow: Text::new(flow).map_err(|_| unknown())? })
}

/// The document, as it was handed in or made.
pub(super) async fn read(
    (api, access): (&Api, &Access),
    kind: DocumentKind,
    (flow, uri): (&str, &Uri),
) -> Result<Response, Problem> {
    let Asked { ec, flow } = asked(flow, uri)?;
    may(access, &ec)?;
    body(api, kind, (&ec, &flow)).await
}

/// The answer with a document.
pub(super) async fn body(
    api: &Api,
    kind: DocumentKind,
    (ec, flow): (&FiscalCode, &FlowId),
) -> Result<Response, Problem> {
    let body = api.store.document(ec, kind, flow).await.map_err(failed)?;
    let body = body.ok_or(DocumentError::Unknown)?;
    let form = [(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"))];
    Ok(unkept((form, body).into_response()))
}

/// Deletes a document that does not hold.
pub(super) async fn delete(
    (api, access): (&Api, &Access),
    kind: DocumentKind,
    (flow, uri): (&str, &Uri),
) -> Result<Response, Problem> {
    let Asked { ec, flow } = asked(flow, uri)?;
    may(access, &ec)?;
    let found = api.store.documents(kind).await.map_err(failed)?;
    let head = found.into_iter().find(|head| head.ec == ec && head.flow == flow);
    let head = head.ok_or(DocumentError::Unknown)?;
    let written = carry_out(api, access, &[proposal(&head, Wish::Remove, None)]).await;
    let written = written.map_err(DocumentError::from)?;
    Ok(written.answer(|_| StatusCode::OK.into_response()))
}

/// What is said of an endpoint for one document.
pub(super) fn one_doc(doc: Doc, name: &str) -> Doc {
    doc.path(name, form::example_text("ICA-99000010019-20261122120000"), "Name of the document.")
        .needs_query(INSTITUTION, form::institution(), "Whom the document is about.")
        .refuses([unknown(), BadQuery("A query parameter is wrong.").into()])
}

/// What is said of reading one.
pub(super) fn read_doc(doc: Doc, name: &str) -> Doc {
    let answer = Answer::empty("The document, as it was handed in or made.");
    one_doc(doc, name)
        .answers(StatusCode::OK, answer.or_text("application/xml", "<informativaContoAccredito/>"))
}

/// What is said of deleting one.
pub(super) fn delete_doc(doc: Doc, name: &str) -> Doc {
    one_doc(doc, name)
        .about("The document that holds now stays; what holds later, or no longer, can be deleted.")
        .answers(StatusCode::OK, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([in_use()])
}
