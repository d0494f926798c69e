//! The question behind verify and get: which notice is this, and can it be paid now?

use std::sync::Arc;

use tokio::time::timeout;

use crate::domain::payability::{NotPayable, PayableNotice, check};
use crate::wire::common::NoticeCode;

use super::Primitives;
use super::checks::Address;
use super::fault::{PaaCode, Refused};

/// Finds a notice that can be paid now, within the deadline.
pub async fn find(
    primitives: &Primitives,
    address: &Address<'_>,
    qr_code: &NoticeCode,
) -> Result<Arc<PayableNotice>, Refused> {
    let (known, notice) = address.notice(qr_code, &primitives.registry.current())?;
    let read = primitives.store.payable_notice(&known.ec, &notice);
    let found = match timeout(primitives.deadlines.question, read).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::error!(%error, "a notice could not be read");
            return Err(address.refused(PaaCode::SystemError, "the position could not be read"));
        }
        Err(_elapsed) => {
            return Err(address.refused(PaaCode::SystemError, "the position could not be read in time"));
        }
    };
    let checked = found.ok_or(NotPayable::Unknown);
    let checked = checked.and_then(|found| check(&found.facts, primitives.clock.now()).map(|()| found));
    checked.map_err(|reason| address.refused(reason.into(), &reason.to_string()))
}
