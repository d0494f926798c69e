//! `PUT /admin/v1/creditor-institutions/{ec}/contact`: whom to call from now on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::contact::{ContactModel, example};
use super::doc_of;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::apiconfig::refusal::{Thing, failed};
use crate::api::body::JsonBody;
use crate::api::openapi::form::{Email, Text140, form, text};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::Tenant;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::domain::registry::{Contact, EmailAddress, Telephone};
use crate::store::Wanted;

/// A telephone number.
pub(super) enum TelephoneForm {}
form!(
    TelephoneForm,
    "Telephone",
    text("^[+]?[0-9]{6,15}$", "6 to 15 digits, after a plus sign or without.", "+390612345678")
);

/// Whom to call, as callers write it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = ContactEdit)]
struct ContactRequest {
    /// The name of the desk or body.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    name: Field<String>,
    /// The person or office to ask for.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    referent: Field<String>,
    /// Where to write.
    #[serde(default)]
    #[schema(value_type = Email, required)]
    email: Field<String>,
    /// Where to call.
    #[serde(default)]
    #[schema(value_type = TelephoneForm, required)]
    telephone: Field<String>,
}

impl Shape for ContactRequest {
    const IS_OBJECT: bool = true;
}

fn read(body: Value, ec: &FiscalCode) -> Result<Contact, Invalid> {
    let (mut reading, request) = Reading::of::<ContactRequest>(body);
    let name = reading.text("name", request.name);
    let referent = reading.text("referent", request.referent);
    let email = reading.parsed("email", request.email, EmailAddress::new);
    let telephone = reading.parsed("telephone", request.telephone, Telephone::new);
    let contact = || {
        Some(Contact {
            ec: ec.clone(),
            name: name?,
            referent: referent?,
            email: email?,
            telephone: telephone?,
        })
    };
    let contact = contact();
    reading.end(contact)
}

/// Answers 200 with the contact, 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(code): Named<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let missing = || Thing::Institution.missing();
    let ec = FiscalCode::new(&code).map_err(|_| missing())?;
    let contact = read(body, &ec)?;
    api.store.registered_institution(&ec).await.map_err(failed)?.ok_or_else(missing)?;
    let proposals = [Proposal {
        kind: Kind::Contact,
        tenant: Tenant::Institution(ec.clone()),
        target: ec.to_string(),
        wish: Wish::Put,
        wanted: Some(contact.wanted()),
    }];
    let written = Thing::Contact.change(&api, &access, &proposals).await?;
    Ok(unkept(written.answer(|_| Json(ContactModel::from(&contact)).into_response())))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example_body = json!({
        "name": "Tavolo operativo", "referent": "Ufficio pagamenti",
        "email": "pagamenti@comune.borgovarco.example.it", "telephone": "+390612345678",
    });
    doc_of("putContact", "Say whom to call of a creditor institution")
        .takes::<ContactRequest>(example_body)
        .answers(StatusCode::OK, Answer::json::<ContactModel>("The contact.", example()))
        .answers(StatusCode::ACCEPTED, Answer::waiting())
        .refuses([Invalid::example("/email").into(), Thing::Institution.missing()])
}
