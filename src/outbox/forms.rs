//! What is sent of an event: the event itself, or the receipt that it tells of.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use crate::domain::event::Feed;
use crate::domain::subscription::SubscriptionForm;
use crate::store::{ReceiptDetail, ReceiptShare, Store, StoreError};

const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

/// What an endpoint that takes the node's messages said, for who can read that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayAnswer {
    /// It has the receipt, now or from before.
    Taken,
    /// It refused it, or said something else.
    Refused,
}

type Judge = dyn Fn(&str, &[u8]) -> RelayAnswer + Send + Sync;

/// Reads what such an endpoint answered to the operation of that name. Cheap to clone.
#[derive(Clone)]
pub struct RelayJudge(Arc<Judge>);

impl RelayJudge {
    /// Judges by this function.
    pub fn new(judge: impl Fn(&str, &[u8]) -> RelayAnswer + Send + Sync + 'static) -> Self {
        RelayJudge(Arc::new(judge))
    }

    pub(super) fn judge(&self, operation: &str, answer: &[u8]) -> RelayAnswer {
        (self.0)(operation, answer)
    }
}

impl fmt::Debug for RelayJudge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayJudge")
    }
}

/// A body with what its kind asks for.
pub(super) struct Message {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The operation of the node whose answer is expected.
    pub(super) operation: Option<String>,
}

impl Message {
    /// An event as it stands.
    pub(super) fn event(body: String) -> Self {
        Message {
            headers: typed("application/cloudevents+json; charset=utf-8"),
            body: body.into(),
            operation: None,
        }
    }

    /// The receipt that an event tells of; none if it is gone.
    pub(super) async fn of_receipt(
        store: &Store,
        form: SubscriptionForm,
        (feed, key): (&str, &str),
    ) -> Result<Option<Self>, StoreError> {
        let Some(of) = Feed::new(feed) else { return Ok(None) };
        let Some(receipt) = store.receipt_of_event(&of, key).await? else { return Ok(None) };
        Ok(Some(match form {
            SubscriptionForm::ReceiptSoap => Self::soap(receipt),
            SubscriptionForm::ReceiptJson | SubscriptionForm::Event => Self::json(feed, &receipt)?,
        }))
    }

    fn soap(receipt: ReceiptDetail) -> Self {
        let mut headers = typed("text/xml; charset=utf-8");
        let action = HeaderValue::from_str(&format!("\"{}\"", receipt.row.primitive));
        headers.extend(action.ok().map(|action| (SOAP_ACTION, action)));
        Message { headers, body: receipt.row.raw.into(), operation: Some(receipt.row.primitive) }
    }

    fn json(feed: &str, receipt: &ReceiptDetail) -> Result<Self, StoreError> {
        let body = serde_json::to_vec(&ReceiptMessage::new(feed, receipt));
        let body = body.map_err(|_| StoreError::Corrupt { what: "receipt" })?;
        Ok(Message { headers: typed("application/json"), body: body.into(), operation: None })
    }
}

fn typed(kind: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))])
}

/// The facts of a receipt, under the names that the receipts of our API have.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptMessage<'a> {
    organization_fiscal_code: &'a str,
    receipt_id: &'a str,
    notice_number: &'a str,
    iuv: &'a str,
    issuer: &'a str,
    executed: bool,
    class: &'a str,
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    debtor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<&'a str>,
    psp: Psp<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method: Option<&'a str>,
    payment_date_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_date: Option<&'a str>,
    stand_in: bool,
    primitive: &'a str,
    received_at: String,
    transfers: Vec<Share<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Psp<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscal_code: Option<&'a str>,
    company_name: &'a str,
    channel: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Share<'a> {
    id_transfer: i64,
    amount: i64,
    organization_fiscal_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stamp: Option<String>,
    category: &'a str,
    remittance_information: &'a str,
}

impl<'a> ReceiptMessage<'a> {
    fn new(feed: &'a str, receipt: &'a ReceiptDetail) -> Self {
        let row = &receipt.row;
        ReceiptMessage {
            organization_fiscal_code: feed,
            receipt_id: &row.receipt_id,
            notice_number: &row.notice_number,
            iuv: &row.creditor_reference,
            issuer: &row.issuer,
            executed: row.executed,
            class: &row.class,
            amount: row.amount,
            fee: row.fee,
            description: row.description.as_deref(),
            company_name: row.company_name.as_deref(),
            debtor: row.debtor_id.as_deref(),
            payer: row.payer_id.as_deref(),
            psp: Psp {
                id: &row.psp,
                fiscal_code: row.psp_fiscal_code.as_deref(),
                company_name: &row.psp_name,
                channel: &row.channel,
            },
            payment_method: row.method.as_deref(),
            payment_date_time: receipt.paid_on.to_string(),
            application_date: row.application_date.as_deref(),
            transfer_date: row.transfer_date.as_deref(),
            stand_in: row.stand_in,
            primitive: &row.primitive,
            received_at: receipt.received_at.to_string(),
            transfers: receipt.transfers.iter().map(share).collect(),
        }
    }
}

fn share(share: &ReceiptShare) -> Share<'_> {
    Share {
        id_transfer: share.id_transfer,
        amount: share.amount,
        organization_fiscal_code: &share.beneficiary,
        iban: share.iban.as_deref(),
        stamp: share.stamp.as_ref().map(|stamp| STANDARD.encode(stamp)),
        category: &share.category,
        remittance_information: &share.remittance,
    }
}
