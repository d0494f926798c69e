//! The inbox as JSON. Amounts are cents, instants UTC.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::{Fee, Instant, form, words};
use crate::api::receipts::model::{self as receipts, ListedModel, ReceiptModel};
use crate::domain::anomaly::{AnomalyKind, Resolution, Step};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::receipt::ReceiptClass;
use crate::domain::text::Text;
use crate::store::{Anomaly, AnomalyEntry, ListedReceipt};

/// What people write.
pub(super) type Text1000 = Text<1000>;

/// A page of receipts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InboxReceiptsPage<'a> {
    /// The receipts, the one that was paid first at the beginning.
    #[schema(value_type = Vec<InboxListedReceipt<'static>>)]
    pub receipts: Vec<InboxListedReceipt<'a>>,
    /// Where to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub next_cursor: Option<String>,
}

/// A receipt in the list, as the published list has it and with more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InboxListedReceipt)]
pub(super) struct InboxListedReceipt<'a> {
    /// As in the published list.
    #[serde(flatten)]
    #[schema(value_type = ListedModel<'static>)]
    receipt: ListedModel<'a>,
    /// Who issued the notice.
    #[schema(value_type = FiscalCode)]
    issuer: &'a str,
    /// Whether the notice is paid by it.
    settles: bool,
    /// Whether the node's archive answered in our place.
    stand_in: bool,
    /// When it came.
    #[schema(value_type = Instant)]
    received_at: String,
}

impl<'a> InboxListedReceipt<'a> {
    pub(super) fn new(ec: &'a FiscalCode, receipt: &'a ListedReceipt) -> Self {
        InboxListedReceipt {
            receipt: ListedModel::new(ec, receipt),
            issuer: &receipt.issuer,
            settles: receipt.settles,
            stand_in: receipt.stand_in,
            received_at: receipt.received_at.to_string(),
        }
    }
}

/// All facts of a receipt, and what had to be looked at.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InboxReceipt)]
pub(super) struct InboxReceipt<'a> {
    /// As the published service tells it.
    #[serde(flatten)]
    #[schema(value_type = ReceiptModel<'static>)]
    pub receipt: ReceiptModel<'a>,
    /// Whether the notice is paid by it.
    pub settles: bool,
    /// What a person had or has to look at.
    pub anomalies: Vec<AnomalyModel>,
}

/// A page of anomalies.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AnomaliesPage {
    /// The anomalies, the one that was opened first at the beginning.
    pub anomalies: Vec<AnomalyModel>,
    /// Where to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub next_cursor: Option<String>,
}

/// Something that did not fit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Anomaly)]
pub(super) struct AnomalyModel {
    /// Its name.
    anomaly_id: String,
    /// The class of the receipt, or `unbooked_message` for a message that was refused or that brings another
    /// payment under a known receipt id.
    #[schema(value_type = AnomalyWord)]
    kind: &'static str,
    /// Whether a person has to look.
    #[schema(value_type = AnomalyStateWord)]
    state: &'static str,
    /// Since when it waits: when the receipt or the message came, or became what it is.
    #[schema(value_type = Instant)]
    opened_at: String,
    /// When it was put to rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    resolved_at: Option<String>,
    /// How it was put to rest; `linked` if the notice appeared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ResolutionWord)]
    resolution: Option<String>,
    /// The receipt that it is about, or that the message names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    receipt_id: Option<String>,
    /// Number of the notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    notice_number: Option<String>,
    /// Who issued the notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FiscalCode)]
    issuer: Option<String>,
    /// What was paid, by the receipt of that notice that is booked under the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Fee)]
    amount: Option<i64>,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Instant)]
    payment_date_time: Option<String>,
    /// The message that was not booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = MessageModel)]
    message: Option<MessageModel>,
}

/// A message that was not booked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnomalyMessage)]
struct MessageModel {
    /// SHA-256 of the whole message, in hexadecimal.
    digest: String,
    /// The code of the fault that it was answered with, or `conflicting_receipt`.
    reason: String,
    /// The operation that brought it.
    primitive: String,
    /// When it came.
    #[schema(value_type = Instant)]
    received_at: String,
}

impl From<&Anomaly> for AnomalyModel {
    fn from(anomaly: &Anomaly) -> Self {
        let facts = &anomaly.facts;
        let digest = facts.message_digest.clone();
        let message = digest.zip(anomaly.message.as_ref()).map(|(digest, message)| MessageModel {
            digest,
            reason: message.reason.clone(),
            primitive: message.primitive.clone(),
            received_at: message.received_at.to_string(),
        });
        let resolved = anomaly.resolved.as_ref();
        AnomalyModel {
            anomaly_id: facts.id.clone(),
            kind: facts.kind.word(),
            state: if resolved.is_some() { "resolved" } else { "open" },
            opened_at: anomaly.opened_at.to_string(),
            resolved_at: resolved.map(|(at, _)| at.to_string()),
            resolution: resolved.map(|(_, how)| how.clone()),
            receipt_id: facts.receipt.clone(),
            notice_number: facts.notice.as_ref().map(|(_, number)| number.to_string()),
            issuer: facts.notice.as_ref().map(|(issuer, _)| issuer.to_string()),
            amount: anomaly.paid.map(|(cents, _)| cents),
            payment_date_time: anomaly.paid.map(|(_, at)| at.to_string()),
            message,
        }
    }
}

/// Something that did not fit, with all that was said of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnomalyWithHistory)]
pub(super) struct AnomalyDetail {
    /// The anomaly as it stands.
    #[serde(flatten)]
    anomaly: AnomalyModel,
    /// What was said of it, oldest first.
    history: Vec<EntryModel>,
}

/// An entry of the history.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnomalyEntry)]
struct EntryModel {
    /// When it was written.
    #[schema(value_type = Instant)]
    at: String,
    /// What happened; `closed` is what happened by itself.
    #[schema(value_type = AnomalyStep)]
    what: String,
    /// The id of the API key that it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    caller: Option<String>,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    person: Option<String>,
    /// How it was put to rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ResolutionWord)]
    resolution: Option<String>,
    /// What the person wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    text: Option<String>,
}

impl AnomalyDetail {
    pub(super) fn new(anomaly: &Anomaly, history: Vec<AnomalyEntry>) -> Self {
        let entry = |entry: AnomalyEntry| EntryModel {
            at: entry.at.to_string(),
            what: entry.what,
            caller: entry.caller,
            person: entry.person,
            resolution: entry.resolution,
            text: entry.note,
        };
        AnomalyDetail { anomaly: anomaly.into(), history: history.into_iter().map(entry).collect() }
    }
}

/// The class of a receipt, in the documentation.
pub(super) enum ClassWord {}
form!(
    ClassWord,
    "ReceiptClass",
    words(ReceiptClass::ALL.map(ReceiptClass::word), "How a receipt fits our data.")
);

/// The kind of an anomaly, in the documentation.
pub(super) enum AnomalyWord {}
form!(
    AnomalyWord,
    "AnomalyKind",
    words(AnomalyKind::ALL.map(AnomalyKind::word), "Why a person has to look.")
);

enum AnomalyStateWord {}
form!(AnomalyStateWord, "AnomalyState", words(["open", "resolved"], "Whether a person has to look."));

enum AnomalyStep {}
form!(
    AnomalyStep,
    "AnomalyStep",
    words(
        [Step::Noted, Step::Resolved(Resolution::NoAction), Step::Reopened, Step::Closed(Resolution::Linked)]
            .map(Step::word),
        "What happened."
    )
);

enum ResolutionWord {}
form!(
    ResolutionWord,
    "Resolution",
    words(
        Resolution::BY_HAND.into_iter().chain([Resolution::Linked]).map(Resolution::word),
        "How it was put to rest."
    )
);

/// How a person puts it to rest, in the documentation.
pub(super) enum ResolutionByHand {}
form!(
    ResolutionByHand,
    "ResolutionByHand",
    words(Resolution::BY_HAND.map(Resolution::word), "How a person puts it to rest.")
);

/// An example with more fields, or other values of some.
fn with(mut example: Value, fields: Value) -> Value {
    if let (Some(example), Value::Object(fields)) = (example.as_object_mut(), fields) {
        example.extend(fields);
    }
    example
}

/// What is said of a receipt in the documentation.
pub(super) fn receipt_example() -> Value {
    let anomalies = [anomaly_example()];
    with(receipts::example(), json!({ "settles": false, "class": "over_payment", "anomalies": anomalies }))
}

/// What is said of an anomaly in the documentation.
pub(super) fn anomaly_example() -> Value {
    json!({
        "anomalyId": "5f0c1a6e2b7d4c3f8a9b0c1d2e3f4a5b", "kind": "over_payment", "state": "open",
        "openedAt": "2026-11-22T10:20:03Z", "receiptId": "1f2e3d4c5b6a79880011223344556677",
        "noticeNumber": "302000000000100055", "issuer": "99000010019", "amount": 10_000,
        "paymentDateTime": "2026-11-22T10:20:00Z",
    })
}

/// The same with its history.
pub(super) fn detail_example() -> Value {
    let entry = json!({
        "at": "2026-11-23T08:00:00Z", "what": "resolved", "caller": "ragioneria", "person": "Anna Verdi",
        "resolution": "refund_due", "text": "Pagato due volte, rimborso chiesto",
    });
    with(
        anomaly_example(),
        json!({
            "state": "resolved", "resolvedAt": "2026-11-23T08:00:00Z", "resolution": "refund_due",
            "history": [entry],
        }),
    )
}
