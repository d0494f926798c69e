//! How this contract refuses: not by problem details, but in a shape and with codes of its own.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::openapi::form::Instant;
use crate::api::positions::render::unkept;

/// What the contract can answer instead of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// The request is not as the contract has it.
    Syntax,
    /// A failure of ours.
    System,
    /// No such creditor institution.
    Domain,
    /// No such notice, or one that payers must not know of yet.
    Unknown,
}

impl Code {
    const fn words(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Code::Syntax => {
                (StatusCode::BAD_REQUEST, "ODP-101", "PAA_SINTASSI Il numero avviso deve avere 18 cifre")
            }
            Code::System => {
                (StatusCode::INTERNAL_SERVER_ERROR, "ODP-103", "PAA_SYSTEM_ERROR Errore generico")
            }
            Code::Domain => (
                StatusCode::BAD_REQUEST,
                "ODP-104",
                "PAA_ID_DOMINIO_ERRATO L'ente creditore non è gestito da questo servizio",
            ),
            Code::Unknown => (
                StatusCode::NOT_FOUND,
                "ODP-107",
                "PAA_PAGAMENTO_SCONOSCIUTO L'avviso non è noto o non è ancora pagabile",
            ),
        }
    }
}

/// What the contract answers instead of options.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentOptionsFault)]
pub(super) struct Fault {
    /// The status of the answer.
    #[schema(value_type = i32)]
    http_status_code: u16,
    /// The status in words.
    #[schema(value_type = String)]
    http_status_description: &'static str,
    /// What is wrong, as the node names it, and a sentence in Italian.
    #[schema(value_type = String)]
    error_message: &'static str,
    /// What is wrong, for programs.
    #[schema(value_type = String)]
    app_error_code: &'static str,
    /// Seconds since 1970.
    timestamp: i64,
    /// The same instant in UTC.
    #[schema(value_type = Instant)]
    date_time: String,
}

/// The refusal, at this instant.
pub(super) fn refuse(code: Code, now: Timestamp) -> Response {
    let (status, fault) = fault(code, now);
    unkept((status, Json(fault)).into_response())
}

/// The refusal, to show what it looks like.
pub(super) fn example(code: Code) -> Value {
    serde_json::to_value(fault(code, Timestamp::UNIX_EPOCH).1).unwrap_or_default()
}

fn fault(code: Code, now: Timestamp) -> (StatusCode, Fault) {
    let (status, app_error_code, error_message) = code.words();
    let fault = Fault {
        http_status_code: status.as_u16(),
        http_status_description: status.canonical_reason().unwrap_or_default(),
        error_message,
        app_error_code,
        timestamp: now.as_second(),
        date_time: now.to_string(),
    };
    (status, fault)
}
