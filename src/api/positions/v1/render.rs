//! From a position to the answers of the first version: one flat list of rows.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::super::contract::Moment;
use super::super::model::PageInfo;
use super::super::render::{answer, debtor, entry, fee, notice_history, payment_date, transfer, unkept};
use super::model::{
    OptionModel, OptionResponse, PositionModel, PositionResponse, PositionsModel, PositionsPage,
};
use crate::domain::dates::write;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{AfterDue, Notice, OptionShape, PaymentOption, Position, StandIn};
use crate::domain::status::{notice_status, status};

/// What create, publish and invalidate answer: the position with its debtor.
pub fn with_debtor(code: StatusCode, position: &Position, now: Timestamp) -> Response {
    answer(code, position, &model(position, now))
}

/// What endpoints over many positions answer: each as its creation would.
pub fn many(code: StatusCode, positions: &[Position], now: Timestamp) -> Response {
    let payment_positions = positions.iter().map(|position| model(position, now)).collect();
    unkept((code, Json(PositionsModel { payment_positions })).into_response())
}

fn model(position: &Position, now: Timestamp) -> PositionModel<'_> {
    PositionModel {
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
    }
}

/// What reading answers: the position with its history, without personal data.
pub fn with_history(position: &Position, moment: Moment) -> Response {
    answer(StatusCode::OK, position, &history(position, moment))
}

/// What the list answers: a page of positions, each as reading answers it.
pub fn page(positions: &[Position], info: PageInfo, moment: Moment) -> Response {
    let payment_position_list = positions.iter().map(|position| history(position, moment)).collect();
    unkept(Json(PositionsPage { payment_position_list, page_info: info }).into_response())
}

/// What is answered to a change of one notice: the notice with its history.
pub fn notice(code: StatusCode, position: &Position, number: &NoticeNumber, moment: Moment) -> Response {
    let mut rows = rows(position).filter(|(_, notice)| notice.number == *number);
    let model = rows.next().map(|(option, notice)| row_with_history(position, option, notice, moment));
    unkept((code, Json(model)).into_response())
}

fn history(position: &Position, moment: Moment) -> PositionResponse<'_> {
    let now = moment.now;
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
            .map(|(option, notice)| row_with_history(position, option, notice, moment))
            .collect(),
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
        fee: fee(notice),
        notification_fee: notice.notification_fee.get(),
        payment_option_metadata: notice.metadata.iter().map(entry).collect(),
        transfer: notice.transfers.iter().map(|t| transfer(t, history)).collect(),
    }
}

fn row_with_history<'a>(
    position: &'a Position,
    option: &PaymentOption,
    notice: &'a Notice,
    moment: Moment,
) -> OptionResponse<'a> {
    OptionResponse {
        organization_fiscal_code: position.ec.as_str(),
        option: row(option, notice, Some(position)),
        inserted_date: write(position.history.created_at),
        status: notice_status(notice).word(),
        history: notice_history(position, notice, moment),
    }
}

fn rows(position: &Position) -> impl Iterator<Item = (&PaymentOption, &Notice)> {
    position.options.iter().flat_map(|option| option.notices.iter().map(move |notice| (option, notice)))
}
