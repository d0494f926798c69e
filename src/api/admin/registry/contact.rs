//! `GET /admin/v1/creditor-institutions/{ec}/contact`: whom to call when payments do not work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc_of;
use crate::api::Api;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::registry::Contact;

/// Whom to call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Contact)]
pub(super) struct ContactModel {
    /// The institution.
    tax_code: String,
    /// The name of the desk or body.
    name: String,
    /// The person or office to ask for.
    referent: String,
    /// Where to write.
    email: String,
    /// Where to call.
    telephone: String,
}

impl From<&Contact> for ContactModel {
    fn from(contact: &Contact) -> Self {
        ContactModel {
            tax_code: contact.ec.to_string(),
            name: contact.name.to_string(),
            referent: contact.referent.to_string(),
            email: contact.email.as_str().to_owned(),
            telephone: contact.telephone.as_str().to_owned(),
        }
    }
}

/// Answers 200 with the contact, or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Named(code): Named<String>,
) -> Result<Response, Problem> {
    let missing = || Thing::Contact.missing();
    let ec = FiscalCode::new(&code).map_err(|_| missing())?;
    let contact = api.store.contact(&ec).await.map_err(failed)?.ok_or_else(missing)?;
    Ok(unkept(Json(ContactModel::from(&contact)).into_response()))
}

/// What a contact looks like.
pub(super) fn example() -> Value {
    json!({
        "taxCode": "99000010019", "name": "Tavolo operativo", "referent": "Ufficio pagamenti",
        "email": "pagamenti@comune.borgovarco.example.it", "telephone": "+390612345678",
    })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("readContact", "Read whom to call of a creditor institution")
        .answers(StatusCode::OK, Answer::json::<ContactModel>("The contact.", example()))
        .refuses([Thing::Contact.missing()])
}
