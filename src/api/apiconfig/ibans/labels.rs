//! `POST /creditorinstitutions/ibans/labels`: something that accounts can be chosen for, by all creditors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::model::{LabelModel, LabelRequest};
use super::{carried, waits};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::{Problem, Violation};
use crate::domain::access::Tenant;
use crate::domain::account::Purpose;
use crate::domain::governance::{Kind, Proposal, Wish};
use crate::store::{PurposeRow, purpose_form};

/// What is wrong with a label.
#[derive(Debug, thiserror::Error)]
#[error("the label cannot be as it is wanted")]
struct InvalidLabel(Vec<Violation>);

/// Answers 200 with the label, 202 if the change waits for a second person; 400.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let row = read(body)?;
    let proposal = Proposal {
        kind: Kind::IbanLabel,
        tenant: Tenant::Gateway,
        target: row.purpose.as_str().to_owned(),
        wish: Wish::Put,
        wanted: Some(purpose_form(&row)),
    };
    carried(&api, &access, proposal, async |_| Ok(Json(LabelModel::new(&row)).into_response())).await
}

fn read(body: Value) -> Result<PurposeRow, InvalidLabel> {
    let (mut report, root) = (Report::default(), Pointer::root());
    let field = Field::<LabelRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let at = root.field("name");
    let purpose = report.required(request.name, &at).and_then(|name| report.read(&at, Purpose::new(&name)));
    let description = report.text(request.description, &root.field("description"));
    match (purpose, description) {
        (Some(purpose), Some(description)) => Ok(PurposeRow { purpose, description }),
        _ => Err(InvalidLabel(report.into_violations())),
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let label = json!({ "name": "CUP", "description": "The account to use for CUP payments" });
    let wrong = Violation {
        pointer: "/name".into(),
        code: "iban_label_not_valid",
        message: "must have 1 to 50 visible ASCII characters".into(),
    };
    Doc::new("upsertIbanLabel", "Add or describe a label of accounts")
        .about("For all creditor institutions; each chooses one account for it.")
        .takes::<LabelRequest>(label.clone())
        .answers(StatusCode::OK, Answer::json::<LabelModel>("The label.", label))
        .answers(StatusCode::ACCEPTED, waits())
        .refuses([InvalidLabel(vec![wrong]).into()])
}

impl From<InvalidLabel> for Problem {
    fn from(invalid: InvalidLabel) -> Self {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "invalid_label",
            "The label cannot be as it is wanted, for the reasons that violations gives.",
        )
        .with_violations(invalid.0)
    }
}
