//! What it costs to notify a debtor (SEND), added to what is due.
//!
//! The cost is told as a whole each time (GPD, `notificationfee`). It goes on the amount of the notice and on
//! its primary transfer: the lowest of the creditor's own. So both hold it already wherever they are read.

use jiff::Timestamp;

use super::amount::Cents;
use super::fiscal_code::FiscalCode;
use super::lifecycle::touch;
use super::notice_number::NoticeNumber;
use super::position::{Notice, Position};

/// Why a notice cannot carry a cost of notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeeMisfit {
    /// Nobody but other beneficiaries gets a share.
    #[error("it has no transfer to the creditor institution itself")]
    NoOwnTransfer,
    /// The amount would not fit the node's contract.
    #[error("with the notification fee its amount would exceed 999999999.99 euro")]
    TooLarge,
    /// The primary transfer would be less than a cent.
    #[error("without the notification fee its own transfer would be less than a cent")]
    TooSmall,
}

/// Why the cost of a notification cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChargeable {
    /// It is no notice of the position.
    #[error("the position has no such notice")]
    Unknown,
    /// It is paid.
    #[error("the payment option is paid")]
    Paid,
    /// It cannot carry it.
    #[error("the payment option stays as it is: {0}")]
    Misfit(#[from] FeeMisfit),
}

/// Sets what the notification of an unpaid notice costs, in the place of what was known. The same cost again
/// changes nothing.
pub fn charge(
    position: &mut Position,
    number: &NoticeNumber,
    fee: Cents,
    now: Timestamp,
) -> Result<(), NotChargeable> {
    let ec = position.ec.clone();
    let mut notices = position.options.iter_mut().flat_map(|option| &mut option.notices);
    let notice = notices.find(|notice| notice.number == *number).ok_or(NotChargeable::Unknown)?;
    if notice.payment.is_some() {
        return Err(NotChargeable::Paid);
    }
    let known = notice.notification_fee;
    set(notice, &ec, fee)?;
    if fee != known {
        touch(position, now);
    }
    Ok(())
}

/// Sets the cost on a notice: amount and primary transfer change by the difference.
pub(super) fn set(notice: &mut Notice, ec: &FiscalCode, fee: Cents) -> Result<(), FeeMisfit> {
    let own = notice.transfers.iter_mut().filter(|transfer| transfer.beneficiary == *ec);
    let primary = own.min_by_key(|transfer| transfer.id).ok_or(FeeMisfit::NoOwnTransfer)?;
    let known = notice.notification_fee;
    let (amount, share) = (shifted(notice.amount, known, fee)?, shifted(primary.amount, known, fee)?);
    primary.amount = share;
    notice.amount = amount;
    notice.notification_fee = fee;
    Ok(())
}

fn shifted(amount: Cents, known: Cents, fee: Cents) -> Result<Cents, FeeMisfit> {
    let net = amount.get() - known.get();
    if net < 1 {
        return Err(FeeMisfit::TooSmall);
    }
    Cents::new(net + fee.get()).map_err(|_| FeeMisfit::TooLarge)
}
