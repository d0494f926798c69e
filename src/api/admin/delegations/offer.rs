//! `POST /creditor-institutions/{ec}/delegations`: an institution offers to hand something to a broker.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::body::{self, Invalid, OfferRequest};
use super::model::{self, DelegationModel};
use super::{DelegationError, Side, doc_of, held};
use crate::admin::NoRandomness;
use crate::api::Api;
use crate::api::access::{Access, Written, carry_out};
use crate::api::auth::AuthError;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{Deed, Mandate, Tenant};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{StoreError, delegation_json};

/// Why nothing is offered.
#[derive(Debug, thiserror::Error)]
pub(super) enum OfferError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("the institution is not registered")]
    UnknownInstitution,
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Answers 201 with the offer, or 202 if a second person is asked; 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path(code): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ec = FiscalCode::new(&code).ok().filter(|ec| access.registry.institution(ec).is_some());
    let ec = ec.ok_or(OfferError::UnknownInstitution)?;
    let id = api.admin.secrets.id().map_err(OfferError::from)?;
    let terms = body::offer(body, (id.clone(), ec.clone()), &access).map_err(OfferError::from)?;
    let offered = Deed { at: access.now, by: access.actor.id.clone() };
    let mandate = Mandate { terms, offered, accepted: None, refused: None, revoked: None };
    let wanted = Some(delegation_json(&mandate).map_err(DelegationError::from)?);
    let (tenant, target) = (Tenant::Institution(ec), id.clone());
    let proposal = Proposal { kind: Kind::Delegation, tenant, target, wish: Wish::Create, wanted };
    let written = carry_out(&api, &access, &[proposal]).await?;
    if matches!(written, Written::Waiting(_)) {
        return Ok(written.answer(|_| StatusCode::CREATED.into_response()));
    }
    let made = held(&api.store, Side::Institution, (&code, &id)).await?;
    let place = format!("/admin/v1/creditor-institutions/{code}/delegations/{id}");
    let place = HeaderValue::try_from(place).unwrap_or_else(|_| HeaderValue::from_static("/admin/v1"));
    let model = Json(DelegationModel::new(&made, access.now));
    Ok(unkept((StatusCode::CREATED, [(header::LOCATION, place)], model).into_response()))
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let body = json!({
        "broker": "99000040017", "products": ["positions", "receipts"], "segregationCodes": ["02"],
        "validUntil": "2031-12-31T23:00:00Z",
    });
    let answer = Answer::json::<DelegationModel<'static>>("The offer.", model::example());
    doc_of(Side::Institution, ("offerDelegation", "Offer a delegation"))
        .about(
            "The broker accepts or refuses it. Of one product there is at any time one delegation at most to a \
             broker.",
        )
        .takes::<OfferRequest>(body)
        .answers(StatusCode::CREATED, answer)
        .answers(StatusCode::ACCEPTED, Answer::empty("It waits for a second person."))
        .refuses([
            Invalid::example().into(),
            OfferError::UnknownInstitution.into(),
            Problem::new(
                StatusCode::CONFLICT,
                "Conflict",
                "delegation_overlaps",
                "Another delegation hands positions to the broker at the same time; revoke that one first.",
            ),
        ])
}

impl From<OfferError> for Problem {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::Invalid(invalid) => invalid.into(),
            OfferError::UnknownInstitution => AuthError::UnknownOrganization.into(),
            OfferError::NoRandomness(_) => Problem::internal("Internal Server Error", &StoreError::Closed),
        }
    }
}
