//! One payable notice: a row of `paymentOption` in the first version, of `installments` in the third.

use jiff::Timestamp;

use super::super::dates::WholeDay;
use super::super::field::Field;
use super::super::model::{MetadataRequest, TransferRequest};
use super::Context;
use super::metadata::{self, metadata};
use super::report::{Coded, Pointer, Report};
use super::transfer::{ReadTransfer, transfer};
use crate::domain::amount::Cents;
use crate::domain::lifecycle::{Inconsistency, NoticeDates, date_inconsistencies, share_inconsistencies};
use crate::domain::notice_number::{Iuv, NoticeNumber};
use crate::domain::party::{PrimitiveVersion, StationLink};
use crate::domain::position::{Destination, Notice, Transfer};

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
}

/// What could be read of a notice.
pub struct ReadNotice {
    /// The due date, if rules may judge it: a notice that is paid cannot change, so its dates are not
    /// judged again.
    pub judged_due: Option<Timestamp>,
    /// All of it.
    pub notice: Option<Notice>,
}

/// Reads a notice of an option that is valid from then.
pub fn notice(
    fields: NoticeFields,
    at: &Pointer,
    valid_from: Option<Timestamp>,
    context: &Context<'_>,
    report: &mut Report,
) -> ReadNotice {
    let number = number(fields.nav, fields.iuv, at, report);
    let served = number.as_ref().and_then(|(at, number, _)| served(at, number, context, report));
    let amount = report.amount(fields.amount, &at.field("amount"));
    let description = report.text(fields.description, &at.field("description"));
    let due = report.date(fields.due_date, &at.field("dueDate"));
    let retention =
        report.optional_date(fields.retention_date, &at.field("retentionDate"), WholeDay::UntilEnd);
    let (name, entries) = fields.metadata;
    let metadata = metadata(entries, &at.field(name), metadata::OF_NOTICES, report);
    let transfers = transfers(fields.transfer, at, context, report);
    if let (Some(amount), Some(shares)) = (amount, &transfers.shares) {
        note(&share_inconsistencies(amount, shares), at, report);
    }
    let stored = number.as_ref().and_then(|(_, number, _)| context.stored?.notice(number));
    let judged_due = due.filter(|_| stored.is_none_or(|stored| stored.payment.is_none()));
    if let Some(due) = judged_due {
        let due_already = context.offered().and(stored).map(|stored| stored.due);
        let dates = NoticeDates { due, retention, valid_from, due_already };
        note(&date_inconsistencies(&dates, context.now), at, report);
    }
    if served == Some(PrimitiveVersion::V1) {
        refuse_stamps(&transfers.read, at, report);
    }
    let notice = || {
        let (_, number, iuv) = number?;
        Some(Notice {
            number,
            iuv,
            amount: amount?,
            description: description?,
            due: due?,
            retention,
            metadata,
            transfers: transfers.read.into_iter().map(|(_, transfer)| transfer).collect(),
            notification_fee: Cents::ZERO,
            activated_at: None,
            payment: None,
        })
    };
    ReadNotice { judged_due, notice: notice() }
}

/// The number and the IUV inside it, with the field that decided on the number.
fn number(
    nav: Field<String>,
    iuv: Field<String>,
    at: &Pointer,
    report: &mut Report,
) -> Option<(Pointer, NoticeNumber, Iuv)> {
    let (nav_at, iuv_at) = (at.field("nav"), at.field("iuv"));
    let nav_is_wrong = matches!(nav, Field::WrongType);
    let iuv = report.required(iuv, &iuv_at).and_then(|text| report.read(&iuv_at, Iuv::new(&text)));
    let (at, number) = match report.optional_string(nav, &nav_at) {
        Some(text) => (nav_at.clone(), report.read(&nav_at, NoticeNumber::new(&text))?),
        None if nav_is_wrong => return None,
        None => (iuv_at.clone(), report.read(&iuv_at, NoticeNumber::of_iuv(iuv.as_ref()?))?),
    };
    match (number.verify_check_digits(), number.right_check_digits()) {
        (Ok(()), _) => {}
        (Err(error), Some(right)) => {
            report.add(&at, error.code(), format_args!("must end in the check digits {right}"));
        }
        // Whose layout is not known has neither a station nor an IUV.
        (Err(error), None) => {
            report.add_error(&at, &error);
            return None;
        }
    }
    let iuv = iuv?;
    if number.iuv() != iuv {
        report.add(&nav_at, "nav_not_of_iuv", "must contain the iuv of the same payment option");
    }
    Some((at, number, iuv))
}

/// The best version of the primitives among the stations that serve the notice. A notice that none
/// serves is refused, because nobody could pay it.
fn served(
    at: &Pointer,
    number: &NoticeNumber,
    context: &Context<'_>,
    report: &mut Report,
) -> Option<PrimitiveVersion> {
    let links = context.registry.links(context.ec).iter().filter(|link| link.serves(number));
    let version = |link: &StationLink| Some(context.registry.station(&link.station)?.primitives);
    let versions: Vec<PrimitiveVersion> = links.filter_map(version).collect();
    if versions.is_empty() {
        let sentence = "belongs to no station of the creditor institution: no station link has its first \
                        digit and segregation code";
        report.add(at, "notice_not_served", sentence);
        return None;
    }
    let second = versions.contains(&PrimitiveVersion::V2);
    Some(if second { PrimitiveVersion::V2 } else { PrimitiveVersion::V1 })
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
    context: &Context<'_>,
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
        let read = report.required(row, &at).map(|row| transfer(row, &at, context.ec, report));
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
