//! Receipts as JSON. Names of the published contract where it has them; amounts are cents, instants UTC.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::status;
use crate::domain::fiscal_code::FiscalCode;
use crate::store::{ListedReceipt, ReceiptDetail, ReceiptShare};

/// A page: with numbers for who turns pages, with a cursor for who walks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReceiptsPage<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_page_number: Option<u32>,
    pub length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<u64>,
    pub results: Vec<ListedModel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A receipt in the list. The last four fields are ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedModel<'a> {
    organization_fiscal_code: &'a str,
    iuv: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    debtor: Option<&'a str>,
    payment_date_time: String,
    status: &'static str,
    receipt_id: &'a str,
    notice_number: &'a str,
    amount: i64,
    class: &'a str,
}

impl<'a> ListedModel<'a> {
    pub(super) fn new(ec: &'a FiscalCode, receipt: &'a ListedReceipt) -> Self {
        ListedModel {
            organization_fiscal_code: ec.as_str(),
            iuv: &receipt.iuv,
            debtor: receipt.debtor.as_deref(),
            payment_date_time: receipt.paid_on.to_string(),
            status: status(receipt.executed),
            receipt_id: &receipt.id,
            notice_number: &receipt.notice,
            amount: receipt.amount,
            class: &receipt.class,
        }
    }
}

/// All facts of a receipt.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReceiptModel<'a> {
    organization_fiscal_code: &'a str,
    receipt_id: &'a str,
    notice_number: &'a str,
    iuv: &'a str,
    /// Who issued the notice: another institution, on a copy for a secondary beneficiary.
    issuer: &'a str,
    status: &'static str,
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
    psp: PspModel<'a>,
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
    transfers: Vec<ShareModel<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PspModel<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fiscal_code: Option<&'a str>,
    company_name: &'a str,
    channel: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShareModel<'a> {
    id_transfer: i64,
    amount: i64,
    organization_fiscal_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<&'a str>,
    /// The digital stamp in base64, as the node's `MBDAttachment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stamp: Option<String>,
    category: &'a str,
    remittance_information: &'a str,
}

impl<'a> ReceiptModel<'a> {
    pub(super) fn new(ec: &'a FiscalCode, receipt: &'a ReceiptDetail) -> Self {
        let row = &receipt.row;
        ReceiptModel {
            organization_fiscal_code: ec.as_str(),
            receipt_id: &row.receipt_id,
            notice_number: &row.notice_number,
            iuv: &row.creditor_reference,
            issuer: &row.issuer,
            status: status(row.executed),
            class: &row.class,
            amount: row.amount,
            fee: row.fee,
            description: row.description.as_deref(),
            company_name: row.company_name.as_deref(),
            debtor: row.debtor_id.as_deref(),
            payer: row.payer_id.as_deref(),
            psp: PspModel {
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

fn share(share: &ReceiptShare) -> ShareModel<'_> {
    ShareModel {
        id_transfer: share.id_transfer,
        amount: share.amount,
        organization_fiscal_code: &share.beneficiary,
        iban: share.iban.as_deref(),
        stamp: share.stamp.as_ref().map(|stamp| STANDARD.encode(stamp)),
        category: &share.category,
        remittance_information: &share.remittance,
    }
}
