//! RPTs that nobody paid in time: their institutions are told so by a negative RT (spec §6.4).
//!
//! That an RPT has expired follows from its facts and the clock. What runs here only makes the RT and its letter,
//! both in one commit; several instances may do so at once, and one of them does.

use jiff::Timestamp;

use crate::domain::routing::attempt::{AttemptState, Ccp, RtOutcome};
use crate::legacy::translate::{self, NotPaid};
use crate::store::{NewRt, StoreError, StoredRpt};
use crate::wire::pagamenti::Rpt;
use crate::wire::{Bounds, read_document_leniently, write_document};

use super::Desk;

/// How many RPTs are looked at in one go.
const MOST: u32 = 200;

impl Desk {
    /// Makes the negative RTs that are due at this instant; how many.
    pub async fn expire(&self) -> Result<usize, StoreError> {
        let now = self.parts.clock.now();
        let by = now.checked_sub(self.parts.validity).unwrap_or(Timestamp::MIN);
        let (mut made, mut last) = (0, None);
        loop {
            let rpts = self.parts.store.open_rpts(by, last.as_ref(), MOST).await?;
            for rpt in &rpts {
                made += usize::from(self.expire_one(rpt, now).await?);
            }
            // Those that wait on, for whatever reason, keep none behind them from its end.
            last = rpts.into_iter().next_back();
            if last.is_none() {
                return Ok(made);
            }
        }
    }

    async fn expire_one(&self, rpt: &StoredRpt, now: Timestamp) -> Result<bool, StoreError> {
        let Some(attempt) = self.parts.store.attempt_of_rpt(&rpt.name).await? else { return Ok(false) };
        if attempt.facts.state(self.parts.validity, now) != AttemptState::Expired {
            return Ok(false);
        }
        let read = read_document_leniently::<Rpt>(&rpt.body, Bounds::default());
        let (Ok(read), Ok(ccp)) = (read, Ccp::new(&rpt.name.ccp)) else {
            tracing::error!(ec = %rpt.name.ec, "a kept RPT cannot be read again");
            return Ok(false);
        };
        // One message for each RPT, and none of a payment has its name.
        let id = format!("KO{}", read.identificativo_messaggio_richiesta.as_str());
        let body = match translate::negative_rt(&read, NotPaid::Expired, &id, now) {
            Ok(rt) => write_document(&rt),
            Err(unusable) => {
                tracing::error!(ec = %rpt.name.ec, %unusable, "no negative RT can be made of an RPT");
                return Ok(false);
            }
        };
        let rt = NewRt {
            name: rpt.name.clone(),
            rpt_ccp: ccp,
            attempt: rpt.attempt.clone(),
            partner: attempt.partner.clone(),
            outcome: RtOutcome::Expired,
            receipt: None,
            made_at: now,
            letter: Some(attempt.notice),
            body,
        };
        let kept = self.parts.store.keep_rts(&[rt]).await?;
        if kept {
            tracing::info!(partner = attempt.partner.as_str(), ec = %rpt.name.ec, "an RPT has expired");
        }
        Ok(kept)
    }
}
