//! How a position is written over: an update, a new account, a payment made elsewhere.
//!
//! The published contract (GPD v1) leaves a partly paid plan and a cancelled position without a way
//! out. Here the unpaid rest of a plan can be changed, added to or dropped, and a cancelled position
//! comes back while nothing is paid. What is paid or accounted for can never be written over, and nothing is
//! while somebody may be paying it.
//!
//! The creditor writes amounts without the cost of notification: what is known of it is added again.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::amount::Cents;
use super::fiscal_code::FiscalCode;
use super::hold::{HoldPolicy, PaymentInProgress};
use super::iban::Iban;
use super::lifecycle::touch;
use super::notice_number::NoticeNumber;
use super::notification_fee::{self, FeeMisfit};
use super::position::{Destination, Notice, Payment, PaymentOption, Position, Proof, Transfer};
use super::segregation::Segregation;
use super::status::{Status, status};

/// What an update does to the publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// What is on offer stays on offer; a draft stays a draft, and a cancelled position becomes one:
    /// nobody can pay again what was cancelled unless somebody says so.
    AsItIs,
    /// It is on offer from now on.
    Publish,
    /// It is a draft from now on.
    Withdraw,
}

/// Why a position cannot be updated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUpdatable {
    /// Nothing is left of it that could be changed.
    #[error("a position cannot be updated once it is wholly paid, and this one is {}", .0.word())]
    Settled(Status),
    /// Notices that are paid would change or disappear.
    #[error("a payment option that is paid must stay as it is")]
    PaidNotices(Vec<NoticeNumber>),
    /// Notices could not carry the cost of their notification any more.
    #[error("the known notification fee has no place in the new payment options")]
    Fees(Vec<(NoticeNumber, FeeMisfit)>),
    /// Somebody may be paying it.
    #[error(transparent)]
    InProgress(#[from] PaymentInProgress),
}

/// Why a notice cannot be marked as paid elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMarkable {
    /// It is not one of the position.
    #[error("the position has no such notice")]
    Unknown,
    /// It is paid.
    #[error("the payment option is already paid")]
    Paid,
    /// Another option of the position is paid.
    #[error("the debt is already paid through another payment option")]
    PaidByAnotherOption,
}

/// The position that `new` makes of `stored`: its contents, with the history and the payments that
/// have happened.
pub fn replace(
    stored: &Position,
    new: Position,
    publication: Publication,
    hold: HoldPolicy,
    now: Timestamp,
) -> Result<Position, NotUpdatable> {
    match status(stored, now) {
        Status::Draft
        | Status::Published
        | Status::Valid
        | Status::Invalid
        | Status::Expired
        | Status::PartiallyPaid => {}
        settled @ (Status::Paid | Status::Reported) => return Err(NotUpdatable::Settled(settled)),
    }
    hold.check(stored, now)?;
    let broken: Vec<NoticeNumber> = paid_notices(stored)
        .filter(|(option, paid)| !keeps(&new, stored, option, paid))
        .map(|(_, paid)| paid.number)
        .collect();
    if !broken.is_empty() {
        return Err(NotUpdatable::PaidNotices(broken));
    }
    let mut position = Position { history: stored.history, ..new };
    carry_over(&mut position, stored).map_err(NotUpdatable::Fees)?;
    offer(&mut position, stored, publication, now);
    touch(&mut position, now);
    Ok(position)
}

/// Gives each notice that was there before what has happened to it. The cost of its notification is added
/// unless the amounts include it already.
fn carry_over(position: &mut Position, stored: &Position) -> Result<(), Vec<(NoticeNumber, FeeMisfit)>> {
    let mut misfits = Vec::new();
    for notice in position.options.iter_mut().flat_map(|option| &mut option.notices) {
        let Some(before) = stored.notice(&notice.number) else { continue };
        if before.payment.is_some() {
            *notice = before.clone();
            continue;
        }
        notice.activated_at = before.activated_at;
        let fee = before.notification_fee;
        if fee > Cents::ZERO
            && let Err(misfit) = notification_fee::set(notice, &stored.ec, fee)
        {
            misfits.push((notice.number, misfit));
        }
    }
    if misfits.is_empty() { Ok(()) } else { Err(misfits) }
}

/// Sets who can see the position, and from when its options can be paid.
fn offer(position: &mut Position, stored: &Position, publication: Publication, now: Timestamp) {
    let offered = stored.is_on_offer();
    position.history.invalidated_at = None;
    position.history.published_at = match (publication, offered) {
        (Publication::AsItIs | Publication::Publish, true) => stored.history.published_at,
        (Publication::Publish, false) => Some(now),
        (Publication::AsItIs, false) | (Publication::Withdraw, _) => None,
    };
    if position.history.published_at.is_some() {
        let begun = stored.valid_from().filter(|from| offered && *from <= now);
        for option in &mut position.options {
            option.valid_from.get_or_insert(begun.unwrap_or(now));
        }
    }
}

fn paid_notices(position: &Position) -> impl Iterator<Item = (&PaymentOption, &Notice)> {
    with_option(position).filter(|(_, notice)| notice.payment.is_some())
}

fn with_option(position: &Position) -> impl Iterator<Item = (&PaymentOption, &Notice)> {
    position.options.iter().flat_map(|option| option.notices.iter().map(move |notice| (option, notice)))
}

/// Whether the position has the notice as it is, with the debtor who paid it and beside the instalments
/// that were paid with it, apart from what only happens to it. Its amount may be written with the cost of
/// notification, as it is read, or without.
fn keeps(new: &Position, stored: &Position, option: &PaymentOption, paid: &Notice) -> bool {
    let mut net = paid.clone();
    let net = notification_fee::set(&mut net, &stored.ec, Cents::ZERO).map(|()| contents(&net)).ok();
    let gross = contents(paid);
    with_option(new).any(|(other, notice)| {
        other.shape == option.shape
            && other.debtor.id == option.debtor.id
            && other.debtor.full_name == option.debtor.full_name
            && paid_of(other, stored) == paid_of(option, stored)
            && [Some(&gross), net.as_ref()].contains(&Some(&contents(notice)))
    })
}

/// The notices of an option that are paid in the stored position. Apart from each other, two instalments of
/// one plan would be rival payments.
fn paid_of(option: &PaymentOption, stored: &Position) -> BTreeSet<NoticeNumber> {
    let is_paid =
        |number: &NoticeNumber| stored.notice(number).is_some_and(|notice| notice.payment.is_some());
    option.notices.iter().map(|notice| notice.number).filter(is_paid).collect()
}

fn contents(notice: &Notice) -> Notice {
    let mut transfers: Vec<Transfer> =
        notice.transfers.iter().map(|transfer| Transfer { reported_at: None, ..transfer.clone() }).collect();
    transfers.sort_by_key(|transfer| transfer.id);
    let notification_fee = Cents::ZERO;
    Notice { transfers, notification_fee, activated_at: None, payment: None, ..notice.clone() }
}

/// An account that replaces another.
#[derive(Clone, Copy, Debug)]
pub struct IbanChange<'a> {
    /// In at most how many transfers.
    pub limit: usize,
    /// What is held stays as it is.
    pub hold: HoldPolicy,
    /// The account that is given up.
    pub old: &'a Iban,
    /// The account that takes its place.
    pub new: &'a Iban,
    /// The notices that the caller may work with; a position with any other stays as it is.
    pub scope: &'a Segregation,
}

/// Whether the accounts of a position may change: while something of it can still be paid.
pub const fn accounts_may_change(status: Status) -> bool {
    match status {
        Status::Draft | Status::Published | Status::Valid | Status::PartiallyPaid => true,
        Status::Invalid | Status::Expired | Status::Paid | Status::Reported => false,
    }
}

/// Replaces an account of the creditor in transfers of unpaid notices that nobody may be paying; says in how
/// many. An account that takes its own place changes nothing.
pub fn replace_iban(position: &mut Position, change: IbanChange<'_>, now: Timestamp) -> usize {
    let admitted = accounts_may_change(status(position, now)) && change.scope.admits(position).is_ok();
    if !admitted || change.old == change.new {
        return 0;
    }
    let ec = position.ec.clone();
    let unpaid = position
        .options
        .iter_mut()
        .flat_map(|option| &mut option.notices)
        .filter(|notice| notice.payment.is_none() && change.hold.until(notice, now).is_none());
    let mut replaced = 0;
    for transfer in unpaid.flat_map(|notice| &mut notice.transfers) {
        if replaced < change.limit && replace_iban_of(transfer, &ec, change) {
            replaced += 1;
        }
    }
    if replaced > 0 {
        touch(position, now);
    }
    replaced
}

/// The share of another beneficiary stays: the new account is not its own.
fn replace_iban_of(transfer: &mut Transfer, ec: &FiscalCode, change: IbanChange<'_>) -> bool {
    match &mut transfer.destination {
        Destination::Account { iban, .. } if iban == change.old && transfer.beneficiary == *ec => {
            *iban = change.new.clone();
            true
        }
        Destination::Account { .. } | Destination::Stamp(_) => false,
    }
}

/// Takes the creditor's word that a notice was paid another way. It is a fact like a receipt, so it
/// counts whatever the status of the position.
pub fn mark_paid_elsewhere(
    position: &mut Position,
    number: &NoticeNumber,
    paid_at: Timestamp,
    now: Timestamp,
) -> Result<(), NotMarkable> {
    let has = |option: &PaymentOption| option.notices.iter().any(|notice| notice.number == *number);
    let is_paid = |option: &PaymentOption| option.notices.iter().any(|notice| notice.payment.is_some());
    let paid_by_another = position.options.iter().any(|option| !has(option) && is_paid(option));
    let mut notices = position.options.iter_mut().flat_map(|option| &mut option.notices);
    let notice = notices.find(|notice| notice.number == *number).ok_or(NotMarkable::Unknown)?;
    if notice.payment.is_some() {
        return Err(NotMarkable::Paid);
    }
    if paid_by_another {
        return Err(NotMarkable::PaidByAnotherOption);
    }
    let proof = Proof::Elsewhere;
    notice.payment = Some(Payment { paid_at, proof, fee: None, psp: None, method: None });
    touch(position, now);
    Ok(())
}
