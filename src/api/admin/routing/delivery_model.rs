//! Receipts on their way to partners, as JSON. They name nobody.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::model::PARTNER;
use crate::api::openapi::form::{Instant, form, words};
use crate::domain::routing::LetterForm;
use crate::store::{LetterState, ListedLetter};

/// The name of a delivery, for the document.
pub(super) const DELIVERY: &str = "9f86d081884c7d659a2feaa0c55ad015";

/// What became of a delivery.
pub(super) enum DeliveryStateWord {}
form!(
    DeliveryStateWord,
    "PartnerDeliveryState",
    words(
        LetterState::ALL.map(LetterState::word),
        "pending: it is on its way; refused: the partner refused it last, and it is tried again; delivered: the partner has it.",
    )
);

/// In which form a partner gets a receipt.
pub(super) enum DeliveryFormWord {}
form!(
    DeliveryFormWord,
    "PartnerDeliveryForm",
    words(
        LetterForm::ALL.map(LetterForm::word),
        "pa_for_node: the node's message as it came; rt: an RT that is made of it.",
    )
);

/// A receipt on its way to a partner.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PartnerDelivery)]
pub(super) struct DeliveryModel {
    /// Its name.
    pub id: String,
    /// The institution whose receipt it is.
    ec: String,
    /// The node's name of the payment; left out of an RT that nobody paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<String>,
    /// The notice.
    notice_number: String,
    /// Whom it is for.
    partner: String,
    /// In which form.
    #[schema(value_type = DeliveryFormWord)]
    form: String,
    /// What became of it.
    #[schema(value_type = DeliveryStateWord)]
    state: &'static str,
    /// How often it was sent.
    attempts: i64,
    /// When the receipt was booked.
    #[schema(value_type = Instant)]
    made_at: Timestamp,
    /// When it is sent next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    next_at: Option<Timestamp>,
    /// When it was sent last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    last_at: Option<Timestamp>,
    /// Why it was not taken then.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// When the partner took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    delivered_at: Option<Timestamp>,
    /// When it was told that it does not arrive (varco.partner.undelivered).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    told_at: Option<Timestamp>,
    /// When the gateway last answered for the notice in the place of a partner.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    stood_in_at: Option<Timestamp>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PartnerDeliveries)]
pub(super) struct DeliveriesModel {
    /// The deliveries, the latest first.
    pub deliveries: Vec<DeliveryModel>,
    /// Where to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<ListedLetter> for DeliveryModel {
    fn from(letter: ListedLetter) -> Self {
        DeliveryModel {
            id: letter.id,
            ec: letter.ec,
            receipt_id: letter.receipt,
            notice_number: letter.notice,
            partner: letter.partner,
            form: letter.form,
            state: letter.state.word(),
            attempts: letter.attempts,
            made_at: letter.made_at,
            next_at: letter.next_at,
            last_at: letter.last_at,
            last_error: letter.last_error,
            delivered_at: letter.delivered_at,
            told_at: letter.told_at,
            stood_in_at: letter.stood_in_at,
        }
    }
}

/// One, to show what it looks like.
pub(super) fn example() -> Value {
    json!({
        "id": DELIVERY, "ec": "77777777777", "receiptId": "c110729d258c4ab1b765fe902aae41d6",
        "noticeNumber": "302000000000100055", "partner": PARTNER, "form": "pa_for_node", "state": "pending",
        "attempts": 3, "madeAt": "2026-11-22T10:00:00Z", "nextAt": "2026-11-22T10:00:11Z",
        "lastAt": "2026-11-22T10:00:07Z", "lastError": "the partner cannot be reached",
    })
}
