//! One payable notice: a row of `paymentOption` in the first version, of `installments` in the third.

use jiff::Timestamp;

use super::super::field::Field;
use super::super::model::{MetadataRequest, TransferRequest};
use super::Context;
use super::metadata::{self, metadata};
use super::number::{self, Named};
use super::report::{Pointer, Report};
use super::transfer::{Payees, ReadTransfer, transfer};
use crate::domain::amount::Cents;
use crate::domain::dates::WholeDay;
use crate::domain::lifecycle::{
    Inconsistency, NoticeDates, PastDue, date_inconsistencies, share_inconsistencies,
};
use crate::domain::party::PrimitiveVersion;
use crate::domain::position::{AfterDue, Destination, Notice, Transfer};

/// The most transfers that the node's contract carries.
const TRANSFERS_MAX: usize = 5;

/// A notice as the caller writes it.
pub struct NoticeFields {
    /// `nav`.
    pub nav: Field<String>,
    /// `iuv`.
    pub iuv: Field<String>,
    /// `amount`.
    pub amount: Field<i64>,
    /// `description`.
    pub description: Field<String>,
    /// `dueDate`.
    pub due_date: Field<String>,
    /// `retentionDate`, where the contract has it on the notice.
    pub retention_date: Field<String>,
    /// `transfer`.
    pub transfer: Field<Vec<Field<TransferRequest>>>,
    /// The key-value pairs, and what the contract calls them.
    pub metadata: (&'static str, Field<Vec<Field<MetadataRequest>>>),
    /// `notificationFee`.
    pub notification_fee: Field<i64>,
}

/// What could be read of a notice.
pub struct ReadNotice {
    /// The due date, if rules may judge it: a notice that is paid cannot change, so its dates are not
    /// judged again.
    pub judged_due: Option<Timestamp>,
    /// All of it.
    pub notice: Option<Notice>,
}

/// What an option says of the dates of its notices.
#[derive(Clone, Copy)]
pub struct OptionDates {
    /// From when it can be paid.
    pub valid_from: Option<Timestamp>,
    /// What happens after the due date.
    pub after_due: AfterDue,
}

/// Reads a notice of an option of those dates.
pub fn notice(
    fields: NoticeFields,
    at: &Pointer,
    OptionDates { valid_from, after_due }: OptionDates,
    context: &Context<'_>,
    report: &mut Report,
) -> ReadNotice {
    let number = number::number(fields.nav, fields.iuv, (at, context), report);
    let served = number.as_ref().and_then(|named| number::served(named, context, report));
    let stored = number.as_ref().and_then(|named| context.stored?.notice(&named.number));
    let amount = report.amount(fields.amount, &at.field("amount"));
    let description = report.text(fields.description, &at.field("description"));
    let due = report.date(fields.due_date, &at.field("dueDate"));
    let retention =
        report.optional_date(fields.retention_date, &at.field("retentionDate"), WholeDay::UntilEnd);
    let (name, entries) = fields.metadata;
    let metadata = metadata(entries, &at.field(name), metadata::OF_NOTICES, report);
    let transfers = transfers(fields.transfer, at, &Payees { context, stored }, report);
    if let (Some(amount), Some(shares)) = (amount, &transfers.shares) {
        note(&share_inconsistencies(amount, shares), at, report);
    }
    let notification_fee = echoed_fee(fields.notification_fee, stored, at, report);
    let judged_due = due.filter(|_| stored.is_none_or(|stored| stored.payment.is_none()));
    if let Some(due) = judged_due {
        let due_already = context.offered().and(stored).map(|stored| stored.due);
        let past_due = match context.stored {
            Some(_) => PastDue::of_update(after_due, valid_from),
            None => PastDue::Refused,
        };
        let dates = NoticeDates { due, retention, valid_from, due_already, past_due };
        note(&date_inconsistencies(&dates, context.now), at, report);
    }
    if served == Some(PrimitiveVersion::V1) {
        refuse_stamps(&transfers.read, at, report);
    }
    let notice = || {
        let Named { number, iuv, .. } = number?;
        Some(Notice {
            number,
            iuv,
            amount: amount?,
            description: description?,
            due: due?,
            retention,
            metadata,
            transfers: transfers.read.into_iter().map(|(_, transfer)| transfer).collect(),
            notification_fee,
            activated_at: None,
            payment: None,
        })
    };
    ReadNotice { judged_due, notice: notice() }
}

#[derive(Default)]
struct Transfers {
    /// Each transfer that could be read, with its place in the list.
    read: Vec<(usize, Transfer)>,
    /// Ids and amounts, if those of all could be read.
    shares: Option<Vec<(i64, Cents)>>,
}

fn transfers(
    field: Field<Vec<Field<TransferRequest>>>,
    at: &Pointer,
    payees: &Payees<'_>,
    report: &mut Report,
) -> Transfers {
    let list_at = at.field("transfer");
    let Some(rows) = report.required(field, &list_at) else { return Transfers::default() };
    if rows.is_empty() || rows.len() > TRANSFERS_MAX {
        note(&[Inconsistency::TransferCount], at, report);
        return Transfers::default();
    }
    let mut transfers = Transfers { read: Vec::new(), shares: Some(Vec::new()) };
    for (index, row) in rows.into_iter().enumerate() {
        let at = list_at.item(index);
        let read = report.required(row, &at).map(|row| transfer(row, &at, payees, report));
        let ReadTransfer { share, transfer } = read.unwrap_or_default();
        transfers.shares = transfers.shares.zip(share).map(|(mut shares, share)| {
            shares.push(share);
            shares
        });
        transfers.read.extend(transfer.map(|transfer| (index, transfer)));
    }
    transfers
}

/// The first version of get cannot carry a digital stamp.
fn refuse_stamps(transfers: &[(usize, Transfer)], at: &Pointer, report: &mut Report) {
    for (index, transfer) in transfers {
        if matches!(transfer.destination, Destination::Stamp(_)) {
            let sentence = "needs a station that uses paGetPaymentV2, and none serves this notice";
            report.add(&at.field("transfer").item(*index).field("stamp"), "stamp_needs_v2", sentence);
        }
    }
}

/// The cost of notification that an update repeats as it was read, to say that its amounts include it. Where
/// there is none yet, the contract's read-only field means nothing.
fn echoed_fee(field: Field<i64>, stored: Option<&Notice>, at: &Pointer, report: &mut Report) -> Cents {
    let (Field::Given(echo), Some(stored)) = (field, stored) else { return Cents::ZERO };
    let known = stored.notification_fee;
    if echo != 0 && echo != known.get() {
        let sentence =
            "must be left out or be as it is read now: the amounts of the payment option depend on it";
        report.add(&at.field("notificationFee"), "notification_fee_differs", sentence);
    }
    if echo == 0 { Cents::ZERO } else { known }
}

fn note(found: &[Inconsistency], at: &Pointer, report: &mut Report) {
    for inconsistency in found {
        let field = match inconsistency {
            Inconsistency::Sum => "amount",
            Inconsistency::TransferIds | Inconsistency::TransferCount => "transfer",
            Inconsistency::DueDatePassed | Inconsistency::DueBeforeValidity => "dueDate",
            Inconsistency::RetentionBeforeDue => "retentionDate",
            Inconsistency::ValidityDatePassed => "validityDate",
        };
        report.add_error(&at.field(field), inconsistency);
    }
}
