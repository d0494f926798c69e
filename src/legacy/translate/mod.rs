//! What the old primitives say, in the node's words, and back: pure functions from messages to messages.
//!
//! The tables that they follow are data ([`MAPPED`], [`LOSSES`]): which field becomes which, and what is dropped,
//! made up or shortened in each direction. Every function names its rows, and a test holds the tables against the
//! schemas: no field is forgotten in silence.

mod activate;
mod basket;
mod category;
mod demand;
mod fault;
mod losses;
mod mapped;
mod notice;
mod person;
mod position;
mod reason;
mod receipt;
mod refused;
mod request;
mod verify;

pub use activate::{Activated, Payment, activate_answer, activate_request};
pub use basket::{BASKET, BasketName};
pub use demand::{Demanded, demand_answer, demand_request};
pub use fault::{AMOUNT_REFUSED, fault, is_amount_refused, refused_amount, rt_refused};
pub use losses::{Direction, Fate, LOSSES, Loss};
pub use mapped::{MAPPED, Mapped};
pub use notice::{iuv, notice_number};
pub use position::{Loaded, position};
pub use receipt::{Attempt, Paid, Recipient, document, receipt_rts};
pub use refused::{NotPaid, negative_rt};
pub use request::{Requested, read_rpt, requested};
pub use verify::{Answering, verify_answer, verify_request};

use crate::domain::amount::Cents;
use crate::wire::FacetError;

/// Who asks, in the old messages: the node no longer tells the public body which provider serves the payer, so that
/// the names stand here that the node itself used where no provider was chosen yet.
pub mod caller {
    /// The provider.
    pub const PSP: &str = "AGID_01";
    /// Its broker: the tax code of the agency that ran the node.
    pub const BROKER: &str = "97735020584";
    /// Its channel.
    pub const CHANNEL: &str = "97735020584_02";
}

/// Why what an old system says is of no use: the node gets a refusal of ours instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// `esito` is something else.
    #[error("the outcome is neither OK nor KO")]
    Outcome,
    /// KO without `fault`, or with a fault without a code.
    #[error("KO without a fault")]
    NoFault,
    /// OK with `fault`.
    #[error("OK with a fault")]
    Fault,
    /// OK without `datiPagamentoPA`.
    #[error("OK without what is owed")]
    NoTerms,
    /// Nothing is owed.
    #[error("an amount of zero")]
    Zero,
    /// `enteBeneficiario` or the document's domain is another body than the one asked, or no public body.
    #[error("the beneficiary is another body than the one asked")]
    Beneficiary,
    /// OK without `numeroAvviso`.
    #[error("a new notice without its number")]
    NoNotice,
    /// The parts of `numeroAvviso` do not make 18 digits.
    #[error("the parts of the notice number do not make a notice number")]
    Notice,
    /// The RPT has another IUV or another CCP.
    #[error("the request for payment is about another debt or another attempt")]
    OtherDebt,
    /// The shares do not add up to the total.
    #[error("the shares do not add up to the total")]
    Sum,
    /// A share with neither an account nor a stamp.
    #[error("a share with neither an account nor a stamp")]
    NoAccount,
    /// More than five shares in a basket.
    #[error("more than five shares")]
    Shares,
    /// A stamp for the first version of the node's primitive, which has no place for it.
    #[error("a stamp, which the first version of the answer cannot carry")]
    Stamp,
    /// A basket that is not one debt with two beneficiaries.
    #[error("not a basket of one debt with two beneficiaries")]
    Basket,
    /// The document in the message cannot be read.
    #[error("the document cannot be read: {0}")]
    Document(String),
    /// A value that the node's contract refuses.
    #[error("a value that the contract refuses: {0}")]
    Value(#[from] FacetError),
}

/// What was made up in an answer, because the old system has no word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Invented {
    /// The due date: the old answers have none.
    DueDate,
    /// The debtor: known only from the RPT.
    Debtor,
    /// The category of the transfer: known only from the RPT.
    Category,
    /// The name of the public body: the answer had none, so that it is ours.
    CompanyName,
    /// The reason: the answer had an empty one.
    Reason,
}

impl Invented {
    /// All of them.
    pub const ALL: [Invented; 5] =
        [Self::DueDate, Self::Debtor, Self::Category, Self::CompanyName, Self::Reason];

    /// Its word, stored and told.
    pub const fn word(self) -> &'static str {
        match self {
            Invented::DueDate => "due_date",
            Invented::Debtor => "debtor",
            Invented::Category => "category",
            Invented::CompanyName => "company_name",
            Invented::Reason => "reason",
        }
    }

    /// The one of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// A sum that must not be zero.
fn positive(cents: Cents) -> Result<crate::wire::common::PositiveAmount, Unusable> {
    crate::wire::common::PositiveAmount::new(cents).map_err(|_| Unusable::Zero)
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
