//! `/revocation-lists`: what authorities took back, the latest list of each.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::held::{conflict, desk, failed, invalid, unreadable};
use crate::api::Api;
use crate::api::access::{Access, carry_out};
use crate::api::body::JsonBody;
use crate::api::openapi::form::{HexSha256, Instant};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{RevocationList, revocation_list_form};

/// What an authority took back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RevocationList)]
pub(super) struct ListModel {
    /// The SHA-256 of the name of the authority, which names the list.
    #[schema(value_type = HexSha256)]
    authority: String,
    /// The name of the authority.
    issuer: String,
    /// When it was made.
    #[schema(value_type = Instant)]
    this_update: String,
    /// By when a newer one is to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    next_update: Option<String>,
    /// Whether a newer one should be here by now.
    outdated: bool,
    /// When it was brought.
    #[schema(value_type = Instant)]
    uploaded_at: String,
}

/// The lists.
#[derive(Serialize, ToSchema)]
#[schema(as = RevocationLists)]
pub(super) struct ListsModel {
    /// By the names of the authorities.
    lists: Vec<ListModel>,
}

/// A list as it is brought.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = BroughtRevocationList)]
pub(super) struct ListRequest {
    /// The list in PEM form, or of DER form in Base64.
    #[serde(default)]
    #[schema(value_type = String, required)]
    list: Field<String>,
}

impl Shape for ListRequest {
    const IS_OBJECT: bool = true;
}

impl ListModel {
    fn new(one: &RevocationList, now: Timestamp) -> Self {
        ListModel {
            authority: one.authority.as_str().to_owned(),
            issuer: one.issuer.clone(),
            this_update: one.this_update.to_string(),
            next_update: one.next_update.map(|at| at.to_string()),
            outdated: one.next_update.is_some_and(|at| at < now),
            uploaded_at: one.uploaded_at.to_string(),
        }
    }
}

/// Answers 200 with all lists.
pub(super) async fn list(State(api): State<Arc<Api>>, access: Access) -> Result<Response, Problem> {
    let lists = api.store.revocation_lists().await.map_err(failed)?;
    let lists = lists.iter().map(|one| ListModel::new(one, access.now)).collect();
    Ok(unkept(Json(ListsModel { lists }).into_response()))
}

/// Answers 200 with the list; 202, 400 or 409.
pub(super) async fn bring(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let desk = desk(&api)?;
    let bytes = read(body)?;
    let brought = desk.revocation_list(&bytes, access.now);
    let one = brought.map_err(|why| invalid(vec![unreadable(why)]))?;
    let proposal = proposal(one.authority.as_str(), Wish::Put, Some(revocation_list_form(&one)));
    let written = carry_out(&api, &access, &[proposal]).await?;
    desk.apply().await;
    Ok(written.answer(|_| unkept(Json(ListModel::new(&one, access.now)).into_response())))
}

/// Answers 204; 202 or 404.
pub(super) async fn remove(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(authority): Path<String>,
) -> Result<Response, Problem> {
    let desk = desk(&api)?;
    let written = carry_out(&api, &access, &[proposal(&authority, Wish::Remove, None)]).await?;
    desk.apply().await;
    Ok(written.answer(|_| StatusCode::NO_CONTENT.into_response()))
}

fn proposal(authority: &str, wish: Wish, wanted: Option<String>) -> Proposal {
    let (kind, tenant) = (Kind::RevocationList, Tenant::Gateway);
    Proposal { kind, tenant, target: authority.to_owned(), wish, wanted }
}

fn read(body: Value) -> Result<Vec<u8>, Problem> {
    let mut report = Report::default();
    let (root, at) = (Pointer::root(), Pointer::root().field("list"));
    let field = Field::<ListRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let text = report.required(request.list, &at).unwrap_or_default();
    if !report.is_clean() {
        return Err(invalid(report.into_violations()));
    }
    let packed = text.split_whitespace().collect::<String>();
    Ok(STANDARD.decode(packed).unwrap_or_else(|_| text.into_bytes()))
}

fn example() -> Value {
    json!({
        "authority": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "issuer": "C=IT, O=Autorità di prova, CN=CA", "thisUpdate": "2026-11-20T00:00:00Z",
        "nextUpdate": "2026-11-27T00:00:00Z", "outdated": false, "uploadedAt": "2026-11-20T08:00:00Z",
    })
}

/// What is said of listing.
pub(super) fn doc_of_list() -> Doc {
    let answer = Answer::json::<ListsModel>("The lists.", json!({ "lists": [example()] }));
    Doc::new("listRevocationLists", "List revocation lists").answers(StatusCode::OK, answer)
}

/// What is said of bringing.
pub(super) fn doc_of_bring() -> Doc {
    Doc::new("bringRevocationList", "Bring a revocation list")
        .about(
            "It takes the place of an older one of the same authority, and who is on it is let in no more. An \
             outdated list goes on counting, or lets nobody of its authority in, as \
             certificates.refuse_on_outdated_list says.",
        )
        .takes::<ListRequest>(json!({ "list": "-----BEGIN X509 CRL-----\n…" }))
        .answers(StatusCode::OK, Answer::json::<ListModel>("The list.", example()))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([
            invalid(Vec::new()),
            conflict("older_list", "A newer list of the same authority is here already."),
        ])
}

/// What is said of removing.
pub(super) fn doc_of_remove() -> Doc {
    let unknown = Problem::new(
        StatusCode::NOT_FOUND,
        "Not Found",
        "unknown_target",
        "There is no such thing, or no longer.",
    );
    Doc::new("removeRevocationList", "Take a revocation list away")
        .path(
            "authority",
            form::text(
                "^[0-9a-f]{64}$",
                "The SHA-256 of a name.",
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            ),
            "The authority of the list.",
        )
        .answers(StatusCode::NO_CONTENT, Answer::empty("It is gone."))
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([unknown])
}
