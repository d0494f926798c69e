//! `POST …/offerings/{service}/calculator-secret`: the secret that signs what a calculator is asked, shown once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::doc_of_offering;
use super::offering::offered;
use super::refusal::{carried, failed, stale};
use crate::api::Api;
use crate::api::access::{Access, Written};
use crate::api::admin::accounts::terms::{UnknownInstitution, known_institution};
use crate::api::admin::keys::{self, RegenerateRequest};
use crate::api::apiconfig::names::Named;
use crate::api::body::OptionalJsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::render::unkept;
use crate::api::problem::{Problem, Violation};
use crate::catalogue::price::CalculatorSecrets;
use crate::domain::access::Tenant;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{offering_target, secret_form};

/// The secret of a calculator.
#[derive(Serialize, ToSchema)]
#[schema(as = CalculatorSecret)]
struct SecretModel {
    /// What signs, as Standard Webhooks has it.
    #[schema(min_length = 50, max_length = 50)]
    secret: String,
}

/// Why there is no secret.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum SecretError {
    /// The body is wrong.
    #[error("the body cannot be carried out")]
    Invalid(Vec<Violation>),
    /// There is nothing to derive it from.
    #[error("there is no master key")]
    NoMasterKey,
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "Bad Request",
                "invalid_overlap",
                "The request cannot be carried out, for the reasons that violations gives.",
            )
            .with_violations(violations),
            SecretError::NoMasterKey => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Service Unavailable",
                "no_master_key",
                "This installation asks no calculators: it lacks the setting vault.master_key.",
            ),
        }
    }
}

/// Answers 200 with the secret, or 202 with it if a second person is asked; 400, 404, 412 or 503.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named((code, name)): Named<(String, String)>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Response, Problem> {
    let ec = known_institution(&access, &code)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let service = offered(&catalogue, &ec, &name)?.offering.service.clone();
    let hours = keys::overlap(body).map_err(|wrong| SecretError::Invalid(wrong.into_violations()))?;
    let secrets = secrets(&api)?;
    let known = api.store.calculator_secret(&ec, &service).await.map_err(failed)?;
    let number = known.map_or(1, |known| known.current.saturating_add(1));
    let proposal = Proposal {
        kind: Kind::CalculatorSecret,
        tenant: Tenant::Institution(ec.clone()),
        target: offering_target(&ec, service.as_str()),
        wish: Wish::Put,
        wanted: Some(secret_form(number, hours)),
    };
    let status = match carried(&api, &access, &[proposal]).await? {
        Written::Done(_) => StatusCode::OK,
        Written::Waiting(_) => StatusCode::ACCEPTED,
    };
    let secret = secrets.shown((&ec, &service), number).expose_secret().to_owned();
    Ok(unkept((status, Json(SecretModel { secret })).into_response()))
}

fn secrets(api: &Api) -> Result<CalculatorSecrets, SecretError> {
    let vault = api.admin.vault.as_ref().ok_or(SecretError::NoMasterKey)?;
    let key = vault.derive(CalculatorSecrets::PURPOSE).map_err(|_| SecretError::NoMasterKey)?;
    Ok(CalculatorSecrets::under(key))
}

fn too_long() -> Violation {
    let message = "must lie between 0 and 168".to_owned();
    Violation { pointer: "/overlapHours".to_owned(), code: "overlap_out_of_range", message }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let example = json!({ "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=" });
    let answer = |about| Answer::json::<SecretModel>(about, example.clone());
    doc_of_offering("makeCalculatorSecret", "Give the calculator of an offering another secret")
        .about(
            "What the calculator is asked is signed as Standard Webhooks has it. The secret before signs too for \
             as many hours as are given, so that the calculator can change over.",
        )
        .may_take::<RegenerateRequest>(json!({ "overlapHours": 24 }))
        .answers(StatusCode::OK, answer("The secret, which is shown this once."))
        .answers(StatusCode::ACCEPTED, answer("The same: it signs when a second person has agreed."))
        .refuses([
            UnknownInstitution.into(),
            SecretError::Invalid(vec![too_long()]).into(),
            SecretError::NoMasterKey.into(),
            stale(),
        ])
}
