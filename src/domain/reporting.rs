//! Transfers accounted for by a flow of the payment service provider (FdR, SANP 3.10).

use jiff::Timestamp;

use super::lifecycle::touch;
use super::notice_number::NoticeNumber;
use super::position::Position;

/// Why a transfer cannot be accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReportable {
    /// It is no notice of the position.
    #[error("the position has no such notice")]
    UnknownNotice,
    /// The notice has no transfer of that id.
    #[error("the payment option has no such transfer")]
    UnknownTransfer,
    /// No money was received.
    #[error("the payment option is not paid")]
    Unpaid,
    /// It is accounted for already.
    #[error("the transfer is already reported")]
    Reported,
}

/// Notes that a flow accounts for a transfer of a paid notice.
pub fn report(
    position: &mut Position,
    number: &NoticeNumber,
    transfer: i64,
    now: Timestamp,
) -> Result<(), NotReportable> {
    let mut notices = position.options.iter_mut().flat_map(|option| &mut option.notices);
    let notice = notices.find(|notice| notice.number == *number).ok_or(NotReportable::UnknownNotice)?;
    let wanted = notice.transfers.iter_mut().find(|known| known.id == transfer);
    let wanted = wanted.ok_or(NotReportable::UnknownTransfer)?;
    if notice.payment.is_none() {
        return Err(NotReportable::Unpaid);
    }
    if wanted.reported_at.is_some() {
        return Err(NotReportable::Reported);
    }
    wanted.reported_at = Some(now);
    touch(position, now);
    Ok(())
}
