//! The question behind verify and get: which notice is this, and can it be paid now?

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::payability::{NotPayable, PayableNotice, check};
use crate::store::StoreError;
use crate::wire::common::NoticeCode;

use super::Primitives;
use super::checks::Address;
use super::fault::{PaaCode, Refused};

/// How long a get waits for its hold; the node counts answers after two seconds against us.
const HOLD_WAIT: Duration = Duration::from_secs(1);

/// Finds a notice that can be paid now, within the deadline.
pub async fn find(
    primitives: &Primitives,
    address: &Address<'_>,
    qr_code: &NoticeCode,
) -> Result<Arc<PayableNotice>, Refused> {
    let (known, notice) = address.notice(qr_code, &primitives.registry.current(), primitives.clock.now())?;
    find_known(primitives, address, &known.ec, &notice).await
}

async fn find_known(
    primitives: &Primitives,
    address: &Address<'_>,
    ec: &FiscalCode,
    notice: &NoticeNumber,
) -> Result<Arc<PayableNotice>, Refused> {
    let read = primitives.store.payable_notice(ec, notice);
    match timeout(primitives.deadlines.question, read).await {
        Ok(Ok(found)) => payable(primitives, address, found),
        Ok(Err(error)) => {
            tracing::error!(%error, "a notice could not be read");
            Err(address.refused(PaaCode::SystemError, "the position could not be read"))
        }
        Err(_elapsed) => Err(address.refused(PaaCode::SystemError, "the position could not be read in time")),
    }
}

fn payable(
    primitives: &Primitives,
    address: &Address<'_>,
    found: Option<Arc<PayableNotice>>,
) -> Result<Arc<PayableNotice>, Refused> {
    let checked = found.ok_or(NotPayable::Unknown);
    let checked = checked.and_then(|found| check(&found.facts, primitives.clock.now()).map(|()| found));
    checked.map_err(|reason| address.refused(reason.into(), reason.to_string()))
}

/// Tells what is needed to pay a notice, and holds its position from then on.
///
/// What is told is read after the hold was written: a change of the position is either told or refused.
/// Where the hold cannot be written in time the node is answered all the same.
pub async fn activate<T>(
    primitives: &Primitives,
    address: &Address<'_>,
    qr_code: &NoticeCode,
    tell: impl Fn(&PayableNotice) -> Result<T, Refused>,
) -> Result<T, Refused> {
    let (known, notice) = address.notice(qr_code, &primitives.registry.current(), primitives.clock.now())?;
    let found = find_known(primitives, address, &known.ec, &notice).await?;
    // What cannot be told is not held.
    let told = tell(&found)?;
    if primitives.hold.is_off() {
        return Ok(told);
    }
    let missed =
        match timeout(HOLD_WAIT.min(primitives.deadlines.question), held(primitives, &known.ec, &notice))
            .await
        {
            Ok(Ok(found)) => return tell(&*payable(primitives, address, found)?),
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => "not in time".to_owned(),
        };
    tracing::warn!(missed, "a payment was let through without a hold on its position");
    primitives.missed_holds.inc();
    Ok(told)
}

/// The notice as it is once it is held.
async fn held(
    primitives: &Primitives,
    ec: &FiscalCode,
    notice: &NoticeNumber,
) -> Result<Option<Arc<PayableNotice>>, StoreError> {
    primitives.store.activate_notice(ec, notice, primitives.clock.now()).await?;
    primitives.store.payable_notice(ec, notice).await
}
