//! Events as CloudEvents (version 1.0, JSON): rendered once, in the commit, and told as they stand.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::amount::Cents;
use crate::domain::anomaly::AnomalyFacts;
use crate::domain::event::{
    AnomalyChange, CertificateFacts, Event, NoticeFacts, OptionFacts, PartnerFacts, PositionFacts,
    ReceiptFacts, SubscriptionFacts, Told,
};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::receipt::ReceiptOutcome;

/// How many notices of a position are told with it; one that has more is read by who wants them.
const NOTICES: usize = 100;

#[derive(Serialize)]
struct CloudEvent<'a, D> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: &'static str,
    time: String,
    subject: String,
    datacontenttype: &'static str,
    /// Events of one source in their order, compared as text (CloudEvents extension).
    sequence: String,
    data: &'a D,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoticeData<'a> {
    notice_number: &'a str,
    iuv: &'a str,
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PositionData<'a> {
    iupd: &'a str,
    version: i64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_count: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<NoticeData<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionData<'a> {
    iupd: &'a str,
    version: i64,
    #[serde(flatten)]
    notice: NoticeData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_transfers: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptData<'a> {
    receipt_id: &'a str,
    notice_number: &'a str,
    iuv: &'a str,
    issuer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iupd: Option<&'a str>,
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<i64>,
    class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    class_before: Option<&'static str>,
    executed: bool,
    settles: bool,
    stand_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<String>,
    received_at: String,
    primitive: &'a str,
    message_digest: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AnomalyData<'a> {
    anomaly_id: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_digest: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionData<'a> {
    subscription_id: &'a str,
    owner_kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    owner: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateData<'a> {
    certificate_id: &'a str,
    role: &'static str,
    fingerprint: &'a str,
    not_after: String,
    days_left: i64,
    threshold: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartnerData<'a> {
    partner_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RestoredData {
    last_kept: i64,
    taken_at: String,
}

/// The id of an event. A number that comes again after a database was put back to an older state is then
/// of another instant, and so of another id.
pub(in crate::store) fn id(feed: &str, seq: i64, occurred_at: i64) -> String {
    format!("{feed}-{seq}-{occurred_at:x}")
}

/// The event of that number as it is told.
pub(super) fn render(event: &Event, seq: i64) -> Result<String, serde_json::Error> {
    match &event.told {
        Told::Position(_, position) => cloud_event(event, seq, &position_data(position)),
        Told::Option(_, option) => cloud_event(event, seq, &option_data(option)),
        Told::Receipt(_, receipt) => cloud_event(event, seq, &receipt_data(receipt)),
        Told::Anomaly(change, anomaly) => cloud_event(event, seq, &anomaly_data(*change, anomaly)),
        Told::Subscription(_, subscription) => cloud_event(event, seq, &subscription_data(subscription)),
        Told::CertificateExpiring(certificate) => cloud_event(event, seq, &certificate_data(certificate)),
        Told::Partner(_, partner) => cloud_event(event, seq, &partner_data(partner)),
        Told::Restored(restored) => {
            let data = RestoredData { last_kept: restored.last_kept, taken_at: time(restored.taken_at) };
            cloud_event(event, seq, &data)
        }
    }
}

fn cloud_event<D: Serialize>(event: &Event, seq: i64, data: &D) -> Result<String, serde_json::Error> {
    let feed = event.feed.as_str();
    serde_json::to_string(&CloudEvent {
        specversion: "1.0",
        id: id(feed, seq, event.at.as_microsecond()),
        source: format!("urn:varco:{feed}"),
        kind: event.told.kind(),
        time: time(event.at),
        subject: event.subject.to_string(),
        datacontenttype: "application/json",
        sequence: format!("{seq:020}"),
        data,
    })
}

fn time(instant: Timestamp) -> String {
    instant.to_string()
}

fn notice_data(notice: &NoticeFacts) -> NoticeData<'_> {
    NoticeData {
        notice_number: notice.number.as_str(),
        iuv: notice.iuv.as_str(),
        amount: notice.amount.get(),
        due_date: notice.due.map(time),
    }
}

fn position_data(position: &PositionFacts) -> PositionData<'_> {
    let count = position.notices.len();
    PositionData {
        iupd: position.iupd.as_str(),
        version: position.version,
        status: position.status.word(),
        notice_count: (count > NOTICES).then_some(count),
        notices: position.notices.iter().take(NOTICES).map(notice_data).collect(),
    }
}

fn option_data(option: &OptionFacts) -> OptionData<'_> {
    OptionData {
        iupd: option.iupd.as_str(),
        version: option.version,
        notice: notice_data(&option.notice),
        paid_at: option.paid_at.map(time),
        receipt_id: option.receipt.as_deref(),
        reported_transfers: (option.reported > 0).then_some(option.reported),
    }
}

fn subscription_data(subscription: &SubscriptionFacts) -> SubscriptionData<'_> {
    SubscriptionData {
        subscription_id: &subscription.id,
        owner_kind: subscription.owner_kind,
        owner: &subscription.owner,
        reason: subscription.reason,
    }
}

fn certificate_data(certificate: &CertificateFacts) -> CertificateData<'_> {
    CertificateData {
        certificate_id: &certificate.id,
        role: certificate.role,
        fingerprint: &certificate.fingerprint,
        not_after: time(certificate.not_after),
        days_left: certificate.days_left,
        threshold: certificate.threshold,
    }
}

fn partner_data(partner: &PartnerFacts) -> PartnerData<'_> {
    PartnerData {
        partner_id: &partner.partner,
        notice_number: partner.notice.as_ref().map(NoticeNumber::as_str),
        delivery_id: partner.delivery.as_deref(),
        reason: partner.reason.as_deref(),
    }
}

fn receipt_data(receipt: &ReceiptFacts) -> ReceiptData<'_> {
    ReceiptData {
        receipt_id: &receipt.id,
        notice_number: receipt.notice.as_str(),
        iuv: &receipt.creditor_reference,
        issuer: &receipt.issuer,
        iupd: receipt.iupd.as_ref().map(|iupd| iupd.as_str()),
        amount: receipt.amount.get(),
        fee: receipt.fee.map(Cents::get),
        class: receipt.class.word(),
        class_before: receipt.class_before.map(|class| class.word()),
        executed: receipt.outcome == ReceiptOutcome::Executed,
        settles: receipt.settles,
        stand_in: receipt.stand_in,
        paid_at: receipt.paid_at.map(time),
        received_at: time(receipt.received_at),
        primitive: &receipt.primitive,
        message_digest: &receipt.message_digest,
    }
}

fn anomaly_data(change: AnomalyChange, anomaly: &AnomalyFacts) -> AnomalyData<'_> {
    let resolution = match change {
        AnomalyChange::Opened => None,
        AnomalyChange::Step(step) => step.resolution(),
    };
    AnomalyData {
        anomaly_id: &anomaly.id,
        kind: anomaly.kind.word(),
        resolution: resolution.map(|resolution| resolution.word()),
        receipt_id: anomaly.receipt.as_deref(),
        notice_number: anomaly.notice.as_ref().map(|(_, number)| number.as_str()),
        issuer: anomaly.notice.as_ref().map(|(issuer, _)| issuer.as_str()),
        message_digest: anomaly.message_digest.as_deref(),
    }
}
