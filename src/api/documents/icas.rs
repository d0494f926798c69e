//! `/icas`: which accounts of institutions are to be credited (informativa conto accredito).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::hand_in::{Strictness, check_of_accounts, plan_of_accounts};
use super::model::{CheckModel, IcasPage, MassiveCheckModel, ValidationModel, checks_example};
use super::{DocumentError, conflict, kept};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of, carry_out};
use crate::api::apiconfig::HEADING;
use crate::api::apiconfig::names::Named;
use crate::api::imports::archive::{ArchiveError, unpack};
use crate::api::imports::upload::{self, Upload};
use crate::api::openapi::{Answer, Doc, Method, Routes, form};
use crate::api::positions::query::BadQuery;
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::documents::read_accounts;
use crate::domain::access::Permission;
use crate::domain::document::DocumentKind;
use crate::domain::governance::Proposal;

/// The parameter that names a document.
const NAME: &str = "idica";

pub(super) fn routes() -> Routes {
    let at = |method, path| (method, (HEADING.0, path));
    let (read, write) = (Permission::IbanRead, Permission::IbanWrite);
    let body = |permission| Needs::new(permission, Of::Body);
    Routes::default()
        .guarded(Needs::new(read, Of::Own), at(Method::Get, "/icas"), list, list_doc())
        .guarded(body(write), at(Method::Post, "/icas"), create, create_doc())
        .guarded(body(read), at(Method::Post, "/icas/check"), check, check_doc())
        .guarded(body(read), at(Method::Post, "/icas/check/massive"), check_many, check_many_doc())
        .guarded(body(write), at(Method::Post, "/icas/massive"), create_many, create_many_doc())
        .guarded(Needs::known(), at(Method::Post, "/icas/xsd"), validate, validate_doc())
        .guarded(body(read), at(Method::Get, "/icas/{idica}"), one, one_doc())
        .guarded(body(write), at(Method::Delete, "/icas/{idica}"), delete, delete_doc())
}

async fn list(State(api): State<Arc<Api>>, access: Access, uri: Uri) -> Result<Response, Problem> {
    let (page, page_info) = kept::list((&api, &access), (DocumentKind::Accounts, NAME), &uri).await?;
    let icas = page.into_iter().map(Into::into).collect();
    Ok(unkept(Json(IcasPage { icas, page_info }).into_response()))
}

fn list_doc() -> Doc {
    let example = json!({
        "icas": [{
            "id_ica": "ICA-99000010019-20261122120000", "creditor_institution_code": "99000010019",
            "business_name": "Comune di Borgo Esempio", "validity_date": "2026-12-01T00:00:00Z",
            "publication_date": "2026-11-22T11:00:00Z",
        }],
        "page_info": { "page": 0, "limit": 50, "items_found": 1, "total_pages": 1, "total_items": 1 },
    });
    kept::list_doc(Doc::new("getIcas", "List documents about accounts"), NAME)
        .answers(StatusCode::OK, Answer::json::<IcasPage>("The page.", example))
}

/// Answers 201 when the document is kept and its accounts are registered; 400 or 409 with what is wrong.
async fn create(State(api): State<Arc<Api>>, access: Access, upload: Upload) -> Result<Response, Problem> {
    let wrong = BadQuery("The query parameter force must be true or false.");
    let forced = upload.params.flag("force", wrong)?.unwrap_or(false);
    let strictness = if forced { Strictness::Forced } else { Strictness::Whole };
    let proposals = plan_of_accounts((&api, &access), &upload.bytes, strictness).await?;
    created(&api, &access, &proposals).await
}

async fn created(api: &Api, access: &Access, proposals: &[Proposal]) -> Result<Response, Problem> {
    let written = carry_out(api, access, proposals).await.map_err(DocumentError::from)?;
    Ok(written.answer(|_| StatusCode::CREATED.into_response()))
}

fn create_doc() -> Doc {
    taking(Doc::new("createIca", "Hand in a document about accounts"))
        .about(
            "What it says is checked against the register, and the accounts that it names are registered with it, \
             from its first day on and without a last one.",
        )
        .query(
            "force",
            form::flag(),
            "Whether another name than in the register, and a first day that is not ahead, are let pass.",
        )
        .refuses([DocumentError::Unsound(Vec::new()).into()])
}

fn taking(doc: Doc) -> Doc {
    upload::documented(doc)
        .answers(StatusCode::CREATED, Answer::empty("It is kept, and its accounts are registered."))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([unreadable(), conflict("document_exists", "There is something of that name already.")])
}

/// A document that breaks its schema, to show how that is refused.
fn unreadable() -> Problem {
    match read_accounts(b"<informativaContoAccredito/>") {
        Err(refused) => DocumentError::from(refused).into(),
        Ok(_) => DocumentError::Unknown.into(),
    }
}

/// Answers 200 with everything that the document says, and whether it can stand.
async fn check(State(api): State<Arc<Api>>, access: Access, upload: Upload) -> Result<Response, Problem> {
    let items = check_of_accounts((&api, &access), &upload.bytes).await?;
    Ok(unkept(Json(items).into_response()))
}

fn check_doc() -> Doc {
    upload::documented(Doc::new("verifyIca", "Check a document about accounts"))
        .about("Against its schema and against the register; nothing is kept.")
        .answers(StatusCode::OK, Answer::list::<CheckModel>("What it says.", checks_example()))
}

/// The same of every file of an archive.
async fn check_many(
    State(api): State<Arc<Api>>,
    access: Access,
    upload: Upload,
) -> Result<Response, Problem> {
    let mut checks = Vec::new();
    for entry in unpack(&upload.bytes, "xml").map_err(packed)? {
        let check_items = check_of_accounts((&api, &access), &entry.bytes).await?;
        checks.push(MassiveCheckModel { file_name: entry.name, check_items });
    }
    Ok(unkept(Json(checks).into_response()))
}

fn check_many_doc() -> Doc {
    let example = json!([{ "fileName": "ica.xml", "checkItems": checks_example() }]);
    upload::documented(Doc::new("massiveVerifyIcas", "Check an archive of documents about accounts"))
        .about("A ZIP archive of 1 to 10 XML files.")
        .answers(StatusCode::OK, Answer::list::<MassiveCheckModel>("What each says.", example))
        .refuses([packed(ArchiveError::Entries)])
}

/// Hands in every file of an archive, or none.
async fn create_many(
    State(api): State<Arc<Api>>,
    access: Access,
    upload: Upload,
) -> Result<Response, Problem> {
    let mut proposals: Vec<Proposal> = Vec::new();
    for entry in unpack(&upload.bytes, "xml").map_err(packed)? {
        let plan = plan_of_accounts((&api, &access), &entry.bytes, Strictness::Whole).await?;
        // Two documents of an institution may name the same account, and the first registers it.
        let named = |one: &Proposal| {
            proposals.iter().any(|other| (other.kind, &other.target) == (one.kind, &one.target))
        };
        let fresh: Vec<Proposal> = plan
            .into_iter()
            .filter(|one| one.kind == crate::domain::governance::Kind::Document || !named(one))
            .collect();
        proposals.extend(fresh);
    }
    created(&api, &access, &proposals).await
}

fn create_many_doc() -> Doc {
    taking(Doc::new("massiveCreateIcas", "Hand in an archive of documents about accounts"))
        .about("A ZIP archive of 1 to 10 XML files: all of them are kept, or none.")
        .refuses([packed(ArchiveError::Entries)])
}

fn packed(error: ArchiveError) -> Problem {
    let mut detail = format!("{error}.");
    detail.get_mut(..1).map(str::make_ascii_uppercase);
    let (status, title) = match error {
        ArchiveError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large"),
        _ => (StatusCode::BAD_REQUEST, "Bad Request"),
    };
    Problem::new(status, title, error.code(), detail)
}

/// Answers 200 with whether the document keeps its schema.
async fn validate(upload: Upload) -> Response {
    let refused = read_accounts(&upload.bytes).err();
    let answer = ValidationModel {
        xsd_compliant: refused.is_none(),
        xsd_schema: super::schema::PLACE,
        detail: refused.map(|refused| refused.to_string()).unwrap_or_default(),
    };
    unkept(Json(answer).into_response())
}

fn validate_doc() -> Doc {
    let example = json!({
        "xsdCompliant": false, "xsdSchema": super::schema::PLACE,
        "detail": "line 4, column 26, /informativaContoAccredito/identificativoDominio: length must be 11",
    });
    upload::documented(Doc::new("checkXSD", "Check whether a document about accounts keeps its schema"))
        .answers(StatusCode::OK, Answer::json::<ValidationModel>("Whether it does.", example))
}

async fn one(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(flow): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    kept::read((&api, &access), DocumentKind::Accounts, (&flow, &uri)).await
}

fn one_doc() -> Doc {
    kept::read_doc(Doc::new("getIca", "Read a document about accounts"), NAME)
}

async fn delete(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(flow): Named<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    kept::delete((&api, &access), DocumentKind::Accounts, (&flow, &uri)).await
}

fn delete_doc() -> Doc {
    kept::delete_doc(Doc::new("deleteIca", "Delete a document about accounts"), NAME)
}
