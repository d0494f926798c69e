//! `DELETE …/ibans/{ibanId}`: an account goes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{IBAN, carried, doc as doc_of, removal, waits};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::admin::accounts::terms::{MissingAccount, StillNamed, known_institution};
use crate::api::admin::accounts::{found, unnamed};
use crate::api::openapi::{Answer, Doc, form};
use crate::api::problem::Problem;

const GONE: &str = "The account is gone.";

/// Answers 200, 202 if the change waits for a second person; 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Path((code, iban)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let iban = found(&api, &ec, &iban).await?.account.iban;
    unnamed(&api, &access, (&ec, &iban)).await?;
    carried(&api, &access, removal(&ec, &iban), async |_| Ok(Json(GONE).into_response())).await
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    doc_of("deleteCreditorInstitutionsIban", "Take an account away")
        .path(IBAN, form::example_text("IT80Z0599903600000000001001"), "The account.")
        .about(
            "Neither the only account of a creditor institution goes nor one that notices name which can still \
             be paid: a citizen holds them in hand.",
        )
        .answers(StatusCode::OK, Answer::json::<String>("It is gone.", json!(GONE)))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([MissingAccount.into(), StillNamed.into()])
}
