//! Payments at partners that speak the old primitives: attempts, the RPTs that came for them, and the RTs that
//! were made of their receipts. Each row is a fact; how an attempt stands is for the domain to say.

mod attempt;
mod facts;
mod list;
mod rpt;
mod rt;

pub use attempt::{Answered, Asked, LegacyAttempt};
pub use list::{AttemptPage, AttemptPlace, AttemptQuery, Pending, PendingQuery};
pub use rpt::{BegunByPartner, KeptRpts, NewRpt, StoredRpt};
pub use rt::{NewRt, RtFate, StoredRt};

use crate::domain::fiscal_code::FiscalCode;

/// Which attempt is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptName {
    /// The creditor institution that issued the notice.
    pub ec: FiscalCode,
    /// Its reference of the payment.
    pub iuv: String,
    /// From 1.
    pub number: i64,
}

/// Whose RPT or RT is meant: the key of the old contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RptName {
    /// The creditor institution whose it is (`identificativoDominio`).
    pub ec: FiscalCode,
    /// `identificativoUnivocoVersamento`.
    pub iuv: String,
    /// `codiceContestoPagamento`.
    pub ccp: String,
}
