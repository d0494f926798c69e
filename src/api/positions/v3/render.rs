//! From a position to the answers of the third version: options with their debtors and instalments.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::super::contract::{Contract, Moment};
use super::super::model::PageInfo;
use super::super::render::{answer, debtor, entry, fee, notice_history, payment_date, transfer, unkept};
use super::V3;
use super::model::{InstalmentModel, OptionModel, PositionModel, PositionResponse, PositionsPage};
use crate::domain::dates::write;
use crate::domain::hold::HoldPolicy;
use crate::domain::position::{AfterDue, Notice, PaymentOption, Position, StandIn};
use crate::domain::status::{InstalmentStatus, instalment_status, status};

/// Whether an answer tells what has happened so far.
#[derive(Clone, Copy)]
enum History {
    /// With the hold of a payment under way.
    Told(HoldPolicy),
    LeftOut,
}

/// What create, update, publish and invalidate answer.
pub fn with_debtor(code: StatusCode, position: &Position, now: Timestamp) -> Response {
    let model = PositionModel {
        iupd: position.iupd.as_str(),
        pay_stand_in: position.stand_in == StandIn::Allowed,
        company_name: position.company_name.as_str(),
        office_name: position.office_name.as_ref().map(|name| name.as_str()),
        payment_date: payment_date(position, now).map(write),
        status: V3::status_word(status(position, now)),
        payment_option: options(position, History::LeftOut, now),
    };
    answer(code, position, &model)
}

/// What reading answers.
pub fn with_history(position: &Position, moment: Moment) -> Response {
    answer(StatusCode::OK, position, &history(position, moment))
}

/// What the list answers: a page of positions, each as reading answers it.
pub fn page(positions: &[Position], info: PageInfo, moment: Moment) -> Response {
    let payment_position_list = positions.iter().map(|position| history(position, moment)).collect();
    unkept(Json(PositionsPage { payment_position_list, page_info: info }).into_response())
}

fn history(position: &Position, moment: Moment) -> PositionResponse<'_> {
    let now = moment.now;
    PositionResponse {
        iupd: position.iupd.as_str(),
        organization_fiscal_code: position.ec.as_str(),
        company_name: position.company_name.as_str(),
        office_name: position.office_name.as_ref().map(|name| name.as_str()),
        inserted_date: write(position.history.created_at),
        publish_date: position.history.published_at.map(write),
        payment_date: payment_date(position, now).map(write),
        status: V3::status_word(status(position, now)),
        last_updated_date: write(position.history.updated_at),
        payment_option: options(position, History::Told(moment.hold), now),
    }
}

fn options(position: &Position, history: History, now: Timestamp) -> Vec<OptionModel<'_>> {
    let option = |option| option_model(position, option, history, now);
    position.options.iter().map(option).collect()
}

fn option_model<'a>(
    position: &'a Position,
    option: &'a PaymentOption,
    history: History,
    now: Timestamp,
) -> OptionModel<'a> {
    let told = match history {
        History::Told(hold) => Some((position, Moment { now, hold })),
        History::LeftOut => None,
    };
    let instalment = |notice| {
        let status = instalment_status(position, option, notice, now);
        instalment(notice, status, told)
    };
    OptionModel {
        validity_date: option.valid_from.map(write),
        retention_date: retention(option).map(write),
        switch_to_expired: option.after_due == AfterDue::Expires,
        inserted_date: told.map(|_| write(position.history.created_at)),
        debtor: debtor(&option.debtor),
        installments: option.notices.iter().map(instalment).collect(),
    }
}

fn instalment<'a>(
    notice: &'a Notice,
    status: InstalmentStatus,
    history: Option<(&'a Position, Moment)>,
) -> InstalmentModel<'a> {
    InstalmentModel {
        nav: notice.number.as_str(),
        iuv: notice.iuv.as_str(),
        amount: notice.amount.get(),
        description: notice.description.as_str(),
        due_date: write(notice.due),
        fee: fee(notice),
        notification_fee: notice.notification_fee.get(),
        status: status.word(),
        installment_metadata: notice.metadata.iter().map(entry).collect(),
        transfer: notice
            .transfers
            .iter()
            .map(|one| transfer(one, history.map(|(position, _)| position)))
            .collect(),
        organization_fiscal_code: history.map(|(position, _)| position.ec.as_str()),
        history: history.map(|(position, moment)| notice_history(position, notice, moment)),
    }
}

/// The retention date of the notices; one that was paid before it changed has kept its own.
fn retention(option: &PaymentOption) -> Option<Timestamp> {
    let open = option.notices.iter().find(|notice| notice.payment.is_none());
    open.or(option.notices.first())?.retention
}
