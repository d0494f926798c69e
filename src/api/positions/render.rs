//! From a position of the domain to the answers of the published contract.
//!
//! Every status is derived here and now from the facts and the clock; none is stored.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::dates::write;
use super::if_match::entity_tag;
use super::model::{
    DebtorModel, MetadataModel, OptionModel, OptionResponse, PageInfo, PositionModel, PositionResponse,
    PositionsPage, StampModel, TransferHistory, TransferModel,
};
use crate::domain::amount::Cents;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{
    AfterDue, Debtor, Destination, MapEntry, Notice, OptionShape, PaymentOption, Position, StandIn, Transfer,
};
use crate::domain::status::{NoticeStatus, Status, notice_status, status};

/// What create, publish and invalidate answer: the position with its debtor.
pub fn with_debtor(code: StatusCode, position: &Position, now: Timestamp) -> Response {
    let model = PositionModel {
        iupd: position.iupd.as_str(),
        debtor: position.options.first().map(|option| debtor(&option.debtor)),
        pay_stand_in: position.stand_in == StandIn::Allowed,
        switch_to_expired: position.options.iter().any(|option| option.after_due == AfterDue::Expires),
        company_name: position.company_name.as_str(),
        office_name: position.office_name.as_ref().map(|name| name.as_str()),
        validity_date: position.valid_from().map(write),
        payment_date: payment_date(position, now).map(write),
        status: status(position, now).word(),
        payment_option: rows(position).map(|(option, notice)| row(option, notice, None)).collect(),
    };
    answer(code, position, &model)
}

/// What reading answers: the position with its history, without personal data.
pub fn with_history(position: &Position, now: Timestamp) -> Response {
    answer(StatusCode::OK, position, &history(position, now))
}

/// What the list answers: a page of positions, each as reading answers it.
pub fn page(positions: &[Position], info: PageInfo, now: Timestamp) -> Response {
    let payment_position_list = positions.iter().map(|position| history(position, now)).collect();
    unkept(Json(PositionsPage { payment_position_list, page_info: info }).into_response())
}

/// What marking a notice as paid answers: the notice with its history.
pub fn notice(position: &Position, number: &NoticeNumber) -> Response {
    let mut rows = rows(position).filter(|(_, notice)| notice.number == *number);
    let model = rows.next().map(|(option, notice)| row_with_history(position, option, notice));
    unkept(Json(model).into_response())
}

fn history(position: &Position, now: Timestamp) -> PositionResponse<'_> {
    PositionResponse {
        iupd: position.iupd.as_str(),
        organization_fiscal_code: position.ec.as_str(),
        person_kind: position.options.first().map(|option| option.debtor.id.kind().code()),
        company_name: position.company_name.as_str(),
        office_name: position.office_name.as_ref().map(|name| name.as_str()),
        inserted_date: write(position.history.created_at),
        publish_date: position.history.published_at.map(write),
        validity_date: position.valid_from().map(write),
        payment_date: payment_date(position, now).map(write),
        status: status(position, now).word(),
        last_updated_date: write(position.history.updated_at),
        payment_option: rows(position)
            .map(|(option, notice)| row_with_history(position, option, notice))
            .collect(),
    }
}

/// The version of the position is its entity tag, so that a caller can tell whether somebody changed it.
fn answer(code: StatusCode, position: &Position, model: &impl Serialize) -> Response {
    let mut response = unkept((code, Json(model)).into_response());
    if let Ok(tag) = HeaderValue::try_from(entity_tag(position)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The status follows the clock without a change, and a debtor may be named: nothing may be kept by
/// caches on the way.
fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn rows(position: &Position) -> impl Iterator<Item = (&PaymentOption, &Notice)> {
    position.options.iter().flat_map(|option| option.notices.iter().map(move |notice| (option, notice)))
}

/// When the position was wholly paid: the last payment that it took.
fn payment_date(position: &Position, now: Timestamp) -> Option<Timestamp> {
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

fn debtor(debtor: &Debtor) -> DebtorModel<'_> {
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

fn row<'a>(option: &PaymentOption, notice: &'a Notice, history: Option<&Position>) -> OptionModel<'a> {
    OptionModel {
        nav: notice.number.as_str(),
        iuv: notice.iuv.as_str(),
        amount: notice.amount.get(),
        description: notice.description.as_str(),
        is_partial_payment: option.shape == OptionShape::Plan,
        due_date: write(notice.due),
        retention_date: notice.retention.map(write),
        fee: notice.payment.as_ref().and_then(|payment| payment.fee).map_or(0, Cents::get),
        notification_fee: notice.notification_fee.get(),
        payment_option_metadata: notice.metadata.iter().map(entry).collect(),
        transfer: notice.transfers.iter().map(|t| transfer(t, history)).collect(),
    }
}

fn row_with_history<'a>(
    position: &'a Position,
    option: &PaymentOption,
    notice: &'a Notice,
) -> OptionResponse<'a> {
    let payment = notice.payment.as_ref();
    let status = notice_status(notice);
    let last_report = notice.transfers.iter().filter_map(|transfer| transfer.reported_at).max();
    OptionResponse {
        organization_fiscal_code: position.ec.as_str(),
        option: row(option, notice, Some(position)),
        payment_date: payment.map(|payment| write(payment.paid_at)),
        reporting_date: last_report.filter(|_| status == NoticeStatus::Reported).map(write),
        inserted_date: write(position.history.created_at),
        payment_method: payment.and_then(|payment| payment.method.as_deref()),
        psp_company: payment.and_then(|payment| payment.psp.as_deref()),
        id_receipt: payment.and_then(|payment| Some(payment.proof.receipt()?.as_str())),
        status: status.word(),
        last_updated_date: write(position.history.updated_at),
    }
}

fn transfer<'a>(transfer: &'a Transfer, history: Option<&Position>) -> TransferModel<'a> {
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

fn entry(entry: &MapEntry) -> MetadataModel<'_> {
    MetadataModel { key: entry.key.as_str(), value: entry.value.as_str() }
}
