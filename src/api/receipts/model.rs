//! Receipts as JSON. Names of the published contract where it has them; amounts are cents, instants UTC.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::status;
use crate::api::openapi::form::{Fee, Instant, form, words};
use crate::domain::fiscal_code::FiscalCode;
use crate::store::{ListedReceipt, ReceiptDetail, ReceiptShare};

/// A page: with numbers for who turns pages, with a cursor for who walks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReceiptsPage)]
pub(in crate::api) struct ReceiptsPage<'a> {
    /// Which page it is, from 0; left out where a cursor led here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32)]
    pub current_page_number: Option<u32>,
    /// How many receipts it has.
    #[schema(value_type = u32)]
    pub length: usize,
    /// How many pages there are; left out where a cursor led here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64)]
    pub total_pages: Option<u64>,
    /// The receipts.
    #[schema(value_type = Vec<ListedModel<'static>>)]
    pub results: Vec<ListedModel<'a>>,
    /// Where to go on; left out at the end. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub next_cursor: Option<String>,
}

/// A receipt in the list. The last four fields are ours.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListedReceipt)]
pub(in crate::api) struct ListedModel<'a> {
    /// Whose copy it is.
    #[schema(value_type = FiscalCode)]
    organization_fiscal_code: &'a str,
    /// IUV of the notice.
    #[schema(value_type = String)]
    iuv: &'a str,
    /// Fiscal code of the debtor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    debtor: Option<&'a str>,
    /// When it was paid.
    #[schema(value_type = Instant)]
    payment_date_time: String,
    /// PAID, or CREATED if it says that nothing was paid.
    #[schema(value_type = ReceiptStatus)]
    status: &'static str,
    /// Its id. Ours.
    #[schema(value_type = String)]
    receipt_id: &'a str,
    /// Number of the notice. Ours.
    #[schema(value_type = String)]
    notice_number: &'a str,
    /// What was paid. Ours.
    #[schema(value_type = Fee)]
    amount: i64,
    /// What it is to the notice: whether it settles it, comes a second time and so on. Ours.
    #[schema(value_type = String)]
    class: &'a str,
}

impl<'a> ListedModel<'a> {
    pub(in crate::api) fn new(ec: &'a FiscalCode, receipt: &'a ListedReceipt) -> Self {
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
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Receipt)]
pub(in crate::api) struct ReceiptModel<'a> {
    /// Whose copy it is.
    #[schema(value_type = FiscalCode)]
    organization_fiscal_code: &'a str,
    /// Its id.
    #[schema(value_type = String)]
    receipt_id: &'a str,
    /// Number of the notice.
    #[schema(value_type = String)]
    notice_number: &'a str,
    /// IUV of the notice.
    #[schema(value_type = String)]
    iuv: &'a str,
    /// Who issued the notice: another institution, on a copy for a secondary beneficiary.
    #[schema(value_type = FiscalCode)]
    issuer: &'a str,
    /// PAID, or CREATED if it says that nothing was paid.
    #[schema(value_type = ReceiptStatus)]
    status: &'static str,
    /// What it is to the notice: whether it settles it, comes a second time and so on.
    #[schema(value_type = String)]
    class: &'a str,
    /// What was paid.
    #[schema(value_type = Fee)]
    amount: i64,
    /// What the payer gave the bank for its service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Fee)]
    fee: Option<i64>,
    /// What the payer read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    description: Option<&'a str>,
    /// Name of the institution that issued the notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    company_name: Option<&'a str>,
    /// Fiscal code of the debtor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    debtor: Option<&'a str>,
    /// Fiscal code of who paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    payer: Option<&'a str>,
    /// Who took the money.
    #[schema(value_type = PspModel<'static>)]
    psp: PspModel<'a>,
    /// How it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    payment_method: Option<&'a str>,
    /// When it was paid.
    #[schema(value_type = Instant)]
    payment_date_time: String,
    /// Day on which the money was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    application_date: Option<&'a str>,
    /// Day on which it is transferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    transfer_date: Option<&'a str>,
    /// Whether the node answered for us.
    #[schema(value_type = bool)]
    stand_in: bool,
    /// The message that brought it.
    #[schema(value_type = String)]
    primitive: &'a str,
    /// When it came.
    #[schema(value_type = Instant)]
    received_at: String,
    /// Who got the money.
    #[schema(value_type = Vec<ShareModel<'static>>)]
    transfers: Vec<ShareModel<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Psp)]
struct PspModel<'a> {
    /// Its id at the node.
    #[schema(value_type = String)]
    id: &'a str,
    /// Its fiscal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    fiscal_code: Option<&'a str>,
    /// Its name.
    #[schema(value_type = String)]
    company_name: &'a str,
    /// The channel that it used.
    #[schema(value_type = String)]
    channel: &'a str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReceiptShare)]
struct ShareModel<'a> {
    /// Its number within the receipt.
    #[schema(value_type = i64)]
    id_transfer: i64,
    /// How much it is.
    #[schema(value_type = Fee)]
    amount: i64,
    /// Who gets it.
    #[schema(value_type = FiscalCode)]
    organization_fiscal_code: &'a str,
    /// The account it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    iban: Option<&'a str>,
    /// The digital stamp in base64, as the node's `MBDAttachment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    stamp: Option<String>,
    /// What it is for.
    #[schema(value_type = String)]
    category: &'a str,
    /// What the beneficiary reads.
    #[schema(value_type = String)]
    remittance_information: &'a str,
}

impl<'a> ReceiptModel<'a> {
    pub(in crate::api) fn new(ec: &'a FiscalCode, receipt: &'a ReceiptDetail) -> Self {
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

/// The status of a receipt, in the documentation.
enum ReceiptStatus {}
form!(
    ReceiptStatus,
    "ReceiptStatus",
    words(["PAID", "CREATED"], "PAID, or CREATED if it says that nothing was paid.")
);

/// What is said of a receipt in the documentation.
pub(in crate::api) fn example() -> Value {
    json!({
        "organizationFiscalCode": "99000010019", "receiptId": "1f2e3d4c5b6a79880011223344556677",
        "noticeNumber": "302000000000100055", "iuv": "02000000000100055", "issuer": "99000010019",
        "status": "PAID", "class": "matched", "amount": 10_000, "fee": 100,
        "description": "Mensa scolastica, novembre", "companyName": "Comune di Borgo Varco",
        "debtor": "RSSMRA80A01H501U", "payer": "RSSMRA80A01H501U",
        "psp": {
            "id": "ABCITMM1", "fiscalCode": "99000090017", "companyName": "Banca di Prova", "channel": "99000090017_01",
        },
        "paymentMethod": "creditCard", "paymentDateTime": "2026-11-22T10:20:00Z",
        "applicationDate": "2026-11-22", "transferDate": "2026-11-23", "standIn": false,
        "primitive": "paSendRTV2", "receivedAt": "2026-11-22T10:20:03Z",
        "transfers": [{
            "idTransfer": 1, "amount": 10_000, "organizationFiscalCode": "99000010019",
            "iban": "IT80Z0599903600000000001001", "category": "9/0101002IM/",
            "remittanceInformation": "Mensa scolastica, novembre",
        }],
    })
}
