//! From a body of the third version to a position: options, each with its debtor, dates and instalments.
//!
//! The contract lets the value of an instalment's metadata be left out, but the node's contract has no
//! pair without one: such a notice could not be paid, so it is refused here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::super::field::Field;
use super::super::parse::notice::{self, NoticeFields, OptionDates, ReadNotice};
use super::super::parse::report::{Pointer, Report};
use super::super::parse::{self, Context, HeadFields, NewPosition, Places};
use super::model::{InstalmentRequest, OptionRequest, PositionRequest};
use crate::api::problem::Violation;
use crate::domain::dates::WholeDay;
use crate::domain::lifecycle::{Inconsistency, check_validity_date};
use crate::domain::notice_number::Iuv;
use crate::domain::position::{AfterDue, Notice, OptionShape, PaymentOption};

/// An IUV that is there twice: this version of the contract calls it a wrong request, not a conflict.
const DUPLICATE_IUV: &str = "duplicate_iuv";

/// Reads a body; on failure says everything that is wrong with it.
pub fn new_position(body: Value, context: &Context<'_>) -> Result<NewPosition, Vec<Violation>> {
    parse::body(body, |request, report| position(request, context, report))
}

fn position(request: PositionRequest, context: &Context<'_>, report: &mut Report) -> Option<NewPosition> {
    let head = HeadFields {
        iupd: request.iupd,
        company_name: request.company_name,
        office_name: request.office_name,
        pay_stand_in: request.pay_stand_in,
    };
    let head = parse::head(head, context, report);
    let mut reader = Reader { context, report, places: Places::default(), seen: BTreeSet::new() };
    let options = reader.options(request.payment_option);
    let places = reader.places;
    Some(NewPosition { position: head.draft(options, context)?, places })
}

/// What is read so far of the options.
struct Reader<'a> {
    context: &'a Context<'a>,
    report: &'a mut Report,
    places: Places,
    seen: BTreeSet<Iuv>,
}

impl Reader<'_> {
    fn options(&mut self, field: Field<Vec<Field<OptionRequest>>>) -> Vec<PaymentOption> {
        let list_at = Pointer::root().field("paymentOption");
        let Some(requests) = self.report.required(field, &list_at) else { return Vec::new() };
        if requests.is_empty() {
            let sentence = "must have at least one payment option: nothing else can be paid";
            self.report.add(&list_at, "required", sentence);
        }
        let mut options = Vec::new();
        for ((index, number), request) in (0..).zip(1..).zip(requests) {
            let at = list_at.item(index);
            let Some(request) = self.report.required(request, &at) else { continue };
            options.extend(self.option(number, request, &at));
        }
        options
    }

    fn option(&mut self, number: i64, request: OptionRequest, at: &Pointer) -> Option<PaymentOption> {
        let report = &mut *self.report;
        let description = report.optional_text(request.description, &at.field("description"));
        let validity_at = at.field("validityDate");
        let valid_from = report.optional_date(request.validity_date, &validity_at, WholeDay::FromStart);
        let retention_at = at.field("retentionDate");
        let retention = report.optional_date(request.retention_date, &retention_at, WholeDay::UntilEnd);
        let after_due = match report.required(request.switch_to_expired, &at.field("switchToExpired")) {
            Some(true) => AfterDue::Expires,
            Some(false) | None => AfterDue::StaysPayable,
        };
        let debtor_at = at.field("debtor");
        let debtor = report.required(request.debtor, &debtor_at);
        let debtor = debtor.and_then(|request| parse::debtor::debtor(request, &debtor_at, report));
        let read = self.instalments(request.installments, at, OptionDates { valid_from, after_due });
        let due = read.iter().filter_map(|one| one.judged_due).max();
        if retention.zip(due).is_some_and(|(retention, due)| retention < due) {
            self.report.add_error(&retention_at, &Inconsistency::RetentionBeforeDue);
        }
        let mut notices: Vec<Notice> = read.into_iter().filter_map(|one| one.notice).collect();
        let before = self.context.stored_option(&notices);
        if self.context.stored.is_none() {
            self.report.read(&validity_at, check_validity_date(valid_from, self.context.now));
        }
        for notice in &mut notices {
            notice.retention = self.retention(notice, retention);
        }
        // The last instalment of a plan, the others being dropped, is still one.
        let was_plan = before.is_some_and(|before| before.shape == OptionShape::Plan);
        let shape = if notices.len() > 1 || was_plan { OptionShape::Plan } else { OptionShape::Single };
        Some(PaymentOption { number, shape, description, valid_from, after_due, debtor: debtor?, notices })
    }

    /// A paid notice keeps its retention date, because nothing about it may change.
    fn retention(&self, notice: &Notice, asked: Option<Timestamp>) -> Option<Timestamp> {
        let stored = self.context.stored.and_then(|stored| stored.notice(&notice.number));
        match stored.filter(|stored| stored.payment.is_some()) {
            Some(paid) => paid.retention,
            None => asked,
        }
    }

    fn instalments(
        &mut self,
        field: Field<Vec<Field<InstalmentRequest>>>,
        at: &Pointer,
        dates: OptionDates,
    ) -> Vec<ReadNotice> {
        let list_at = at.field("installments");
        let Some(requests) = self.report.required(field, &list_at) else { return Vec::new() };
        if requests.is_empty() {
            self.report.add(&list_at, "required", "must have at least one instalment: it is what is paid");
        }
        let mut read = Vec::new();
        for (index, request) in requests.into_iter().enumerate() {
            let at = list_at.item(index);
            let Some(request) = self.report.required(request, &at) else { continue };
            let one = notice::notice(fields(request), &at, dates, self.context, self.report);
            if let Some(notice) = &one.notice {
                if !self.seen.insert(notice.iuv.clone()) {
                    self.report.add(&at.field("iuv"), DUPLICATE_IUV, "is there twice in the position");
                }
                self.places.note(notice.number, at);
            }
            read.push(one);
        }
        read
    }
}

fn fields(request: InstalmentRequest) -> NoticeFields {
    NoticeFields {
        nav: request.nav,
        iuv: request.iuv,
        amount: request.amount,
        description: request.description,
        due_date: request.due_date,
        retention_date: Field::Absent,
        transfer: request.transfer,
        metadata: ("installmentMetadata", request.installment_metadata),
        notification_fee: request.notification_fee,
    }
}
