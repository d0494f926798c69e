//! From the domain to the parts of the answers that all versions of the published contract share.
//!
//! Every status is derived here and now from the facts and the clock; none is stored.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::contract::Moment;
use super::if_match::entity_tag;
use super::model::{DebtorModel, MetadataModel, NoticeHistory, StampModel, TransferHistory, TransferModel};
use crate::domain::amount::Cents;
use crate::domain::dates::write;
use crate::domain::position::{Debtor, Destination, MapEntry, Notice, Position, Transfer};
use crate::domain::status::{NoticeStatus, Status, notice_status, status};

/// The answer that is one position. Its version is the entity tag, so that a caller can tell whether
/// somebody changed it.
pub fn answer(code: StatusCode, position: &Position, model: &impl Serialize) -> Response {
    let mut response = unkept((code, Json(model)).into_response());
    if let Ok(tag) = HeaderValue::try_from(entity_tag(position)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The status follows the clock without a change, and a debtor may be named: nothing may be kept by
/// caches on the way.
pub fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// When the position was wholly paid: the last payment that it took.
pub fn payment_date(position: &Position, now: Timestamp) -> Option<Timestamp> {
    match status(position, now) {
        Status::Paid | Status::Reported => {
            position.notices().filter_map(|notice| Some(notice.payment.as_ref()?.paid_at)).max()
        }
        Status::Draft
        | Status::Published
        | Status::Valid
        | Status::Invalid
        | Status::Expired
        | Status::PartiallyPaid => None,
    }
}

/// Who owes.
pub fn debtor(debtor: &Debtor) -> DebtorModel<'_> {
    let address = &debtor.address;
    DebtorModel {
        person_kind: debtor.id.kind().code(),
        fiscal_code: debtor.id.as_str(),
        full_name: debtor.full_name.as_str(),
        street_name: address.street.as_ref().map(|text| text.as_str()),
        civic_number: address.civic_number.as_ref().map(|text| text.as_str()),
        postal_code: address.postal_code.as_ref().map(|text| text.as_str()),
        city: address.city.as_ref().map(|text| text.as_str()),
        province: address.province.as_ref().map(|text| text.as_str()),
        region: address.region.as_ref().map(|text| text.as_str()),
        country: address.country.as_ref().map(|text| text.as_str()),
        email: address.email.as_ref().map(|text| text.as_str()),
        phone: address.phone.as_ref().map(|text| text.as_str()),
    }
}

/// What the payer paid on top of a notice, in cents.
pub fn fee(notice: &Notice) -> i64 {
    notice.payment.as_ref().and_then(|payment| payment.fee).map_or(0, Cents::get)
}

/// What has happened to a notice.
pub fn notice_history<'a>(position: &Position, notice: &'a Notice, moment: Moment) -> NoticeHistory<'a> {
    let payment = notice.payment.as_ref();
    let last_report = notice.transfers.iter().filter_map(|transfer| transfer.reported_at).max();
    let wholly = notice_status(notice) == NoticeStatus::Reported;
    NoticeHistory {
        payment_date: payment.map(|payment| write(payment.paid_at)),
        reporting_date: last_report.filter(|_| wholly).map(write),
        payment_method: payment.and_then(|payment| payment.method.as_deref()),
        psp_company: payment.and_then(|payment| payment.psp.as_deref()),
        id_receipt: payment.and_then(|payment| Some(payment.proof.receipt()?.as_str())),
        last_updated_date: write(position.history.updated_at),
        payment_in_progress_until: moment.hold.until(notice, moment.now).map(write),
    }
}

/// A transfer, with the history of its position when reading.
pub fn transfer<'a>(transfer: &'a Transfer, history: Option<&Position>) -> TransferModel<'a> {
    let (iban, postal_iban, stamp) = match &transfer.destination {
        Destination::Account { iban, postal } => {
            (Some(iban.as_str()), postal.as_ref().map(|postal| postal.as_str()), None)
        }
        Destination::Stamp(stamp) => (None, None, Some(stamp)),
    };
    TransferModel {
        organization_fiscal_code: transfer.beneficiary.as_str(),
        company_name: transfer.company_name.as_ref().map(|name| name.as_str()),
        id_transfer: transfer.id.to_string(),
        amount: transfer.amount.get(),
        remittance_information: transfer.remittance_information.as_str(),
        category: transfer.category.as_str(),
        iban,
        postal_iban,
        stamp: stamp.map(|stamp| StampModel {
            hash_document: stamp.document_hash.as_str(),
            stamp_type: stamp.kind.as_str(),
            provincial_residence: stamp.province.as_str(),
        }),
        transfer_metadata: transfer.metadata.iter().map(entry).collect(),
        history: history.map(|position| transfer_history(transfer, position)),
    }
}

fn transfer_history(transfer: &Transfer, position: &Position) -> TransferHistory {
    TransferHistory {
        inserted_date: write(position.history.created_at),
        status: if transfer.reported_at.is_some() { "T_REPORTED" } else { "T_UNREPORTED" },
        last_updated_date: write(transfer.reported_at.unwrap_or(position.history.created_at)),
    }
}

/// A key and its value.
pub fn entry(entry: &MapEntry) -> MetadataModel<'_> {
    MetadataModel { key: entry.key.as_str(), value: entry.value.as_str() }
}
