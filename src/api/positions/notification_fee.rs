//! `PUT …/paymentoptions/{nav}/notificationfee`: what it costs to notify the debtor (SEND).
//!
//! The cost is told as a whole, in cents: it takes the place of what was known, in the amount of the notice
//! and in the creditor's own transfer. 209 says that it was noted while a payment may be under way: that
//! payment is of the amount before.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ORGANIZATION;
use super::contract::Moment;
use super::examples::NAV;
use super::field::Field;
use super::if_match::{IfMatch, Stale};
use super::orders::NotificationFeeRequest;
use super::parse::report::{Pointer, Report};
use super::{NavPath, notice_name, unknown_notice, v1};
use crate::api::Api;
use crate::api::auth::Organization;
use crate::api::body::JsonBody;
use crate::api::openapi::{Answer, Doc, IF_MATCH, form};
use crate::api::problem::{Problem, Violation};
use crate::domain::amount::Cents;
use crate::domain::notification_fee::{FeeMisfit, NotChargeable, charge};
use crate::domain::segregation::ForeignNotice;
use crate::store::StoreError;

/// Why the cost of a notification cannot be noted.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotificationFeeError {
    #[error("no such notice")]
    Unknown,
    #[error("the cost cannot be read")]
    Invalid(Vec<Violation>),
    #[error(transparent)]
    Foreign(#[from] ForeignNotice),
    #[error(transparent)]
    Stale(#[from] Stale),
    #[error(transparent)]
    Refused(#[from] NotChargeable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers 200 with the payment option, or 209 with it while a payment may be under way; 400, 404 or 422.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    Organization(ec, scope): Organization,
    (Path(path), wanted): (Path<NavPath>, IfMatch),
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let moment = Moment { now: api.clock.now(), hold: api.hold };
    let name = notice_name(&path.nav).ok_or(NotificationFeeError::Unknown)?;
    let fee = fee(body).map_err(NotificationFeeError::Invalid)?;
    let charged = api.store.change_notice(&ec, &name, |position, number| {
        scope.admits(position)?;
        wanted.check(position)?;
        charge(position, number, fee, moment.now).map_err(NotificationFeeError::from)
    });
    let charged = charged.await.map_err(NotificationFeeError::from)?;
    let (position, number) = charged.ok_or(NotificationFeeError::Unknown)??;
    let held = position.notice(&number).and_then(|notice| moment.hold.until(notice, moment.now));
    let code = if held.is_some() { updated_while_paid() } else { StatusCode::OK };
    Ok(v1::notice(code, &position, &number, moment))
}

/// A status of the published service's own making.
fn updated_while_paid() -> StatusCode {
    StatusCode::from_u16(209).unwrap_or(StatusCode::OK)
}

fn fee(body: Value) -> Result<Cents, Vec<Violation>> {
    let mut report = Report::default();
    let (root, at) = (Pointer::root(), Pointer::root().field("notificationFee"));
    let field = Field::<NotificationFeeRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root);
    let fee = request.and_then(|request| report.required(request.notification_fee, &at));
    let fee = fee.and_then(|fee| report.read(&at, Cents::new(fee)));
    fee.ok_or_else(|| report.into_violations())
}

/// What is said of it; the name of the operation ends so.
pub(super) fn doc(suffix: &str) -> Doc {
    let violation =
        Violation { pointer: "/notificationFee".into(), code: "required", message: "is required".into() };
    let answer = |about| Answer::json::<v1::PaidNotice>(about, v1::unpaid_example());
    Doc::new(format!("setNotificationFee{suffix}"), "Set what the notification of a notice costs")
        .about("The whole cost, which takes the place of the one before in the amount of the notice.")
        .organization(ORGANIZATION)
        .path("nav", form::example_text(NAV), "Notice number or IUV of the payment option.")
        .header(IF_MATCH, form::entity_tags(), "The version of the position that is meant, as ETag gave it.")
        .takes::<NotificationFeeRequest>(json!({ "notificationFee": 200 }))
        .answers(StatusCode::OK, answer("The payment option with the cost."))
        .answers(
            updated_while_paid(),
            answer("The same, while a payment of the amount before may be under way."),
        )
        .refuses([
            NotificationFeeError::Unknown.into(),
            NotificationFeeError::Invalid(vec![violation]).into(),
            ForeignNotice.into(),
            Stale.into(),
            NotificationFeeError::Refused(NotChargeable::Paid).into(),
            NotificationFeeError::Refused(NotChargeable::Misfit(FeeMisfit::NoOwnTransfer)).into(),
        ])
}

impl From<NotificationFeeError> for Problem {
    fn from(error: NotificationFeeError) -> Self {
        let unprocessable =
            |title, code, detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, title, code, detail);
        match error {
            NotificationFeeError::Unknown | NotificationFeeError::Refused(NotChargeable::Unknown) => {
                unknown_notice()
            }
            NotificationFeeError::Invalid(violations) => Problem::new(
                StatusCode::BAD_REQUEST,
                "BAD REQUEST",
                "invalid_notification_fee",
                "The notification fee cannot be noted, for the reasons that violations gives.",
            )
            .with_violations(violations),
            NotificationFeeError::Refused(reason @ NotChargeable::Paid) => unprocessable(
                "The payment option is not unpaid",
                "payment_found",
                format!("The notification fee cannot change any more: {reason}."),
            ),
            NotificationFeeError::Refused(NotChargeable::Misfit(reason @ FeeMisfit::NoOwnTransfer)) => {
                unprocessable(
                    "No transfer found to which the notification fee could be added",
                    "notification_fee_misfit",
                    format!("The payment option stays as it is: {reason}."),
                )
            }
            NotificationFeeError::Refused(NotChargeable::Misfit(
                reason @ (FeeMisfit::TooLarge | FeeMisfit::TooSmall),
            )) => unprocessable(
                "The notification fee does not fit the payment option",
                "notification_fee_misfit",
                format!("The payment option stays as it is: {reason}."),
            ),
            NotificationFeeError::Foreign(foreign) => foreign.into(),
            NotificationFeeError::Stale(stale) => stale.into(),
            NotificationFeeError::Store(error) => {
                Problem::internal("The update of the notification fee is failed", &error)
            }
        }
    }
}
