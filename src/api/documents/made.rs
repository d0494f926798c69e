//! `/admin/v1/creditor-institutions/{ec}/documents`: documents that are made of the register.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Time;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::hand_in::kept as kept_counterpart;
use super::model::{DocumentModel, DocumentsModel, example};
use super::{DocumentError, conflict, kept, proposal, unknown};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of, carry_out};
use crate::api::admin::HEADING;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, AnswerHeader, Doc, Method, Routes, form};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::documents::{write_accounts, write_counterpart};
use crate::domain::access::Permission;
use crate::domain::account::AccountStatus;
use crate::domain::document::{
    AccountsDocument, CounterpartDocument, DocumentKind, FlowId, NamedAccount, Period, Span,
};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Proposal, Wish};
use crate::domain::registry::InstitutionFacts;
use crate::domain::rome;
use crate::domain::text::Text;
use crate::store::{AccountFilter, DocumentHead};

pub(super) fn routes() -> Routes {
    let all = |method| (method, (HEADING.0, "/creditor-institutions/{ec}/documents"));
    let one = (Method::Get, (HEADING.0, "/creditor-institutions/{ec}/documents/{kind}/{flow}"));
    let needs = |permission| Needs::new(permission, Of::Institution("ec"));
    Routes::default()
        .guarded(needs(Permission::IbanRead), all(Method::Get), list, list_doc())
        .guarded(needs(Permission::IbanWrite), all(Method::Post), make, make_doc())
        .guarded(needs(Permission::IbanRead), one, read, read_doc())
}

/// Why no document can be made.
#[derive(Debug, thiserror::Error)]
enum MakeError {
    #[error("no such kind of document")]
    Kind,
    #[error("there is no account that money may come to")]
    NoAccounts,
    #[error("the register has what the document has no room for")]
    NoRoom,
}

impl From<MakeError> for Problem {
    fn from(error: MakeError) -> Self {
        match error {
            MakeError::Kind => {
                let message = "must be ICA or TDC".to_owned();
                let violation = Violation { pointer: "/kind".to_owned(), code: "unknown_word", message };
                let detail = "The request cannot be carried out, for the reasons that violations gives.";
                Problem::new(StatusCode::BAD_REQUEST, "Bad Request", "invalid_body", detail)
                    .with_violations(vec![violation])
            }
            MakeError::NoAccounts => {
                conflict("no_accounts", "The institution has no account that money may come to now.")
            }
            MakeError::NoRoom => {
                conflict("no_room", "The name of the institution is longer than a document can say.")
            }
        }
    }
}

/// Which document is to be made.
#[derive(Deserialize, ToSchema)]
#[schema(as = RegisterDocumentRequest)]
struct MakeRequest {
    /// `ICA`: the accounts to be credited. `TDC`: who the institution is as a counterpart.
    kind: String,
}

/// Answers 201 with what is known of the document, and where it is.
async fn make(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(ec): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let facts = institution(&api, &ec).await?;
    let kind = serde_json::from_value::<MakeRequest>(body).ok();
    let kind = kind.and_then(|asked| DocumentKind::from_word(&asked.kind)).ok_or(MakeError::Kind)?;
    let flow = kind.flow_of(&facts.ec, access.now);
    let flow: FlowId = Text::new(&flow).map_err(|_| MakeError::NoRoom)?;
    let name = Text::new(facts.name.as_str()).map_err(|_| MakeError::NoRoom)?;
    let head = DocumentHead {
        ec: facts.ec.clone(),
        kind,
        flow,
        name,
        published_at: access.now,
        valid_from: access.now,
    };
    let made = match kind {
        DocumentKind::Accounts => of_accounts(&api, &head).await?,
        DocumentKind::Counterpart => of_counterpart(&facts, &head)?,
    };
    let written = carry_out(&api, &access, &[made]).await.map_err(DocumentError::from)?;
    Ok(unkept(written.answer(|_| created(&head))))
}

fn created(head: &DocumentHead) -> Response {
    let place =
        format!("/admin/v1/creditor-institutions/{}/documents/{}/{}", head.ec, head.kind.word(), head.flow);
    let mut response = (StatusCode::CREATED, Json(DocumentModel::from(head))).into_response();
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

async fn institution(api: &Api, ec: &str) -> Result<InstitutionFacts, Problem> {
    let ec = FiscalCode::new(ec).map_err(|_| Thing::Institution.missing())?;
    let census = api.store.census().await.map_err(failed)?;
    census.institutions.get(&ec).cloned().ok_or_else(|| Thing::Institution.missing())
}

/// The accounts that money may come to now.
async fn of_accounts(api: &Api, head: &DocumentHead) -> Result<Proposal, Problem> {
    let today = rome::day(head.published_at);
    let all = api.store.accounts_of(&head.ec, &AccountFilter::default()).await.map_err(failed)?;
    let open = all.iter().filter(|one| one.account.terms.usage.status(today) == AccountStatus::Active);
    let accounts: Vec<NamedAccount> =
        open.map(|one| NamedAccount { iban: one.account.iban.to_string(), seller: None }).collect();
    if accounts.is_empty() {
        return Err(MakeError::NoAccounts.into());
    }
    let document = AccountsDocument {
        flow: head.flow.clone(),
        ec: head.ec.clone(),
        name: head.name.clone(),
        published: head.published_at,
        valid_from: head.valid_from,
        accounts,
    };
    let body = write_accounts(&document).map_err(|_| MakeError::NoRoom)?;
    Ok(proposal(head, Wish::Create, Some(&String::from_utf8_lossy(&body))))
}

/// Who the institution is. Its services answer day and night: the gateway does.
fn of_counterpart(facts: &InstitutionFacts, head: &DocumentHead) -> Result<Proposal, Problem> {
    let clock = |at: Timestamp| rome::wall_clock(at);
    let document = CounterpartDocument {
        flow: head.flow.clone(),
        ec: head.ec.clone(),
        name: head.name.clone(),
        published: clock(head.published_at),
        valid_from: clock(head.valid_from),
        at_providers: facts.psp_payment,
        open: vec![Span {
            period: Some(Period::Daily),
            day: None,
            hours: vec![(Some(Time::midnight()), Some(Time::constant(23, 59, 59, 0)))],
        }],
        closed: Vec::new(),
    };
    let body = write_counterpart(&document).map_err(|_| MakeError::NoRoom)?;
    Ok(kept_counterpart(document, &String::from_utf8_lossy(&body)))
}

fn make_doc() -> Doc {
    const LOCATION: AnswerHeader = AnswerHeader {
        name: "Location",
        about: "Where the document is.",
        example: "/admin/v1/creditor-institutions/99000010019/documents/ICA/ICA-99000010019-20261122120000",
    };
    of_institution("makeDocument", "Make a document about an institution of what is registered")
        .about(
            "ICA: the accounts that money may come to now (informativa conto accredito). TDC: the institution as a \
             counterpart, whose services answer day and night (tabella delle controparti).",
        )
        .takes::<MakeRequest>(json!({ "kind": "ICA" }))
        .answers(StatusCode::CREATED, Answer::json::<DocumentModel>("It is kept.", example()).with(LOCATION))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([
            MakeError::Kind.into(),
            MakeError::NoAccounts.into(),
            MakeError::NoRoom.into(),
            conflict("document_exists", "There is something of that name already."),
        ])
}

/// The documents about an institution.
async fn list(State(api): State<Arc<Api>>, Named(ec): Named<String>) -> Result<Response, Problem> {
    let facts = institution(&api, &ec).await?;
    let mut documents = Vec::new();
    for kind in [DocumentKind::Accounts, DocumentKind::Counterpart] {
        let all = api.store.documents(kind).await.map_err(failed)?;
        documents.extend(all.iter().filter(|head| head.ec == facts.ec).map(DocumentModel::from));
    }
    Ok(unkept(Json(DocumentsModel { documents }).into_response()))
}

fn list_doc() -> Doc {
    let example: Value = json!({ "documents": [example()] });
    of_institution("getDocuments", "List the documents about an institution")
        .answers(StatusCode::OK, Answer::json::<DocumentsModel>("The documents.", example))
}

/// A document, as it was handed in or made.
async fn read(
    State(api): State<Arc<Api>>,
    Named((ec, kind, flow)): Named<(String, String, String)>,
) -> Result<Response, Problem> {
    let ec = FiscalCode::new(&ec).map_err(|_| Thing::Institution.missing())?;
    let kind = DocumentKind::from_word(&kind).ok_or_else(unknown)?;
    let flow: FlowId = Text::new(&flow).map_err(|_| unknown())?;
    kept::body(&api, kind, (&ec, &flow)).await
}

fn read_doc() -> Doc {
    let answer = Answer::empty("The document, as it was handed in or made.");
    of_institution("getDocument", "Read a document about an institution")
        .path("kind", form::words(["ICA", "TDC"], "The kind of document."), "Which kind.")
        .path("flow", form::example_text("ICA-99000010019-20261122120000"), "Name of the document.")
        .answers(StatusCode::OK, answer.or_text("application/xml", "<informativaContoAccredito/>"))
        .refuses([unknown()])
}

fn of_institution(id: &str, summary: &str) -> Doc {
    let about = "Fiscal code of the creditor institution.";
    Doc::new(id, summary).path("ec", form::institution(), about).refuses([Thing::Institution.missing()])
}
