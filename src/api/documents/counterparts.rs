//! `/counterparttables`: who institutions are as counterparts of payments (tabella delle controparti).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::hand_in::plan_of_counterparts;
use super::model::CounterpartsPage;
use super::{DocumentError, conflict, kept};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of, carry_out};
use crate::api::apiconfig::HEADING;
use crate::api::apiconfig::names::Named;
use crate::api::imports::upload::{self, Upload};
use crate::api::openapi::{Answer, Doc, Method, Routes};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::documents::read_counterparts;
use crate::domain::access::Permission;
use crate::domain::document::DocumentKind;

/// The parameter that names a document.
const NAME: &str = "idcounterparttable";

pub(super) fn routes() -> Routes {
    let all = |method| (method, (HEADING.0, "/counterparttables"));
    let one_of = |method| (method, (HEADING.0, "/counterparttables/{idcounterparttable}"));
    let (read, write) = (Permission::InstitutionRead, Permission::IbanWrite);
    Routes::default()
        .guarded(Needs::new(read, Of::Own), all(Method::Get), list, list_doc())
        .guarded(Needs::new(write, Of::Body), all(Method::Post), create, create_doc())
        .guarded(Needs::new(read, Of::Body), one_of(Method::Get), one, one_doc())
        .guarded(Needs::new(write, Of::Body), one_of(Method::Delete), delete, delete_doc())
}

async fn list(State(api): State<Arc<Api>>, access: Access, uri: Uri) -> Result<Response, Problem> {
    let (page, page_info) = kept::list((&api, &access), (DocumentKind::Counterpart, NAME), &uri).await?;
    let counterpart_tables = page.into_iter().map(Into::into).collect();
    Ok(unkept(Json(CounterpartsPage { counterpart_tables, page_info }).into_response()))
}

fn list_doc() -> Doc {
    let example = json!({
        "counterpart_tables": [{
            "id_counterpart_table": "TDC-99000010019-20261122120000",
            "creditor_institution_code": "99000010019", "business_name": "Comune di Borgo Esempio",
            "validity_date": "2026-12-01T00:00:00Z", "publication_date": "2026-11-22T11:00:00Z",
        }],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    kept::list_doc(Doc::new("getCounterpartTables", "List documents about counterparts"), NAME)
        .answers(StatusCode::OK, Answer::json::<CounterpartsPage>("The page.", example))
}

/// Answers 201 when each document of the file is kept; 400 or 409 with what is wrong.
async fn create(State(api): State<Arc<Api>>, access: Access, upload: Upload) -> Result<Response, Problem> {
    let proposals = plan_of_counterparts((&api, &access), &upload.bytes).await?;
    let written = carry_out(&api, &access, &proposals).await.map_err(DocumentError::from)?;
    Ok(written.answer(|_| StatusCode::CREATED.into_response()))
}

fn create_doc() -> Doc {
    let unreadable = read_counterparts(b"<informativaControparte/>").err();
    upload::documented(Doc::new("createCounterpartTable", "Hand in a document about counterparts"))
        .about("Of one institution, or a list of them: all are kept, or none.")
        .answers(StatusCode::CREATED, Answer::empty("It is kept."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses(unreadable.map(|refused| DocumentError::from(refused).into()))
        .refuses([
            DocumentError::Unsound(Vec::new()).into(),
            conflict("document_exists", "There is something of that name already."),
        ])
}

async fn one(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(flow): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    kept::read((&api, &access), DocumentKind::Counterpart, (&flow, &uri)).await
}

fn one_doc() -> Doc {
    kept::read_doc(Doc::new("getCounterpartTable", "Read a document about a counterpart"), NAME)
}

async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(flow): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    kept::delete((&api, &access), DocumentKind::Counterpart, (&flow, &uri)).await
}

fn delete_doc() -> Doc {
    kept::delete_doc(Doc::new("deleteCounterpartTable", "Delete a document about a counterpart"), NAME)
}
