//! Why a partner gave no answer that can be told to the node.

use crate::guard::{Denied, NoAnswer, Stage};
use crate::soap::ResponseError;

/// Why there is no answer of a partner. The texts name no address, no person and nothing of a message: they go to
/// the log and, behind the name of the partner's kind, into the description of a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartnerFailure {
    /// It is not registered, or switched off.
    #[error("is switched off in this installation")]
    Off,
    /// There is nothing here that could ask it.
    #[error("speaks a language that this installation is not set up for")]
    NotSpoken,
    /// It failed lately and is left alone for a while.
    #[error("failed lately and is not asked for now")]
    Open,
    /// It has as many requests as it may have at once.
    #[error("has too many requests at once")]
    Busy,
    /// Its address is not one that may be reached.
    #[error("has an address that may not be reached")]
    Forbidden,
    /// No connection stood: nothing was sent.
    #[error("cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("did not answer in time")]
    Late,
    /// It broke off before the end of its answer.
    #[error("broke off before the end of its answer")]
    Broken,
    /// It answered with another status than 200.
    #[error("answered with HTTP status {0}")]
    Status(u16),
    /// What it answered is not XML by its own word.
    #[error("answered with something else than XML")]
    ContentType,
    /// Its answer is longer than any can be.
    #[error("answered with more than is read")]
    TooLong,
    /// Its answer is no SOAP message, or that of another operation.
    #[error("did not answer with the response of the operation")]
    NoResponse,
    /// Its answer breaks the schema.
    #[error("broke the schema of the response: {0}")]
    Schema(String),
    /// Its answer contradicts itself or the question.
    #[error("answered what cannot be true: {0}")]
    Untrue(Untrue),
    /// Its answer fits the contract that it speaks, and cannot be said in the node's words.
    #[error("answered what cannot be told: {0}")]
    Untold(String),
}

/// In what an answer that fits the schema cannot be true: the node would refuse it (SANP 3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrue {
    /// Outcome OK, with a fault.
    #[error("outcome OK comes with a fault")]
    OkWithFault,
    /// Outcome KO, without a fault.
    #[error("outcome KO comes without a fault")]
    KoWithoutFault,
    /// The code of the fault is empty.
    #[error("faultCode is empty")]
    EmptyFaultCode,
    /// Outcome OK, without something that belongs to it.
    #[error("outcome OK comes without {0}")]
    Without(&'static str),
    /// The institution is not the one that was asked for.
    #[error("{0} differs from idPA")]
    OtherInstitution(&'static str),
    /// The transfers do not sum to the amount.
    #[error("the transfers do not sum to paymentAmount")]
    Sum,
    /// Two transfers have one number.
    #[error("two transfers have the same idTransfer")]
    TransferTwice,
    /// An account that cannot be.
    #[error("an IBAN has wrong check digits")]
    Iban,
}

impl PartnerFailure {
    /// The word for it, for logs, events and metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            PartnerFailure::Off => "off",
            PartnerFailure::NotSpoken => "not_spoken",
            PartnerFailure::Open => "open",
            PartnerFailure::Busy => "busy",
            PartnerFailure::Forbidden => "forbidden",
            PartnerFailure::Unreachable => "unreachable",
            PartnerFailure::Late => "late",
            PartnerFailure::Broken => "broken",
            PartnerFailure::Status(_) => "status",
            PartnerFailure::ContentType => "content_type",
            PartnerFailure::TooLong => "too_long",
            PartnerFailure::NoResponse => "no_response",
            PartnerFailure::Schema(_) => "schema",
            PartnerFailure::Untrue(_) => "untrue",
            PartnerFailure::Untold(_) => "untold",
        }
    }
}

impl From<Denied> for PartnerFailure {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Open => PartnerFailure::Open,
            Denied::Busy => PartnerFailure::Busy,
        }
    }
}

impl From<&NoAnswer> for PartnerFailure {
    fn from(none: &NoAnswer) -> Self {
        match none.stage {
            Stage::Forbidden => PartnerFailure::Forbidden,
            Stage::NotConnected => PartnerFailure::Unreachable,
            Stage::Late => PartnerFailure::Late,
            Stage::Broken => PartnerFailure::Broken,
        }
    }
}

impl From<ResponseError> for PartnerFailure {
    fn from(error: ResponseError) -> Self {
        match error {
            ResponseError::Fault(_) => PartnerFailure::NoResponse,
            // The path and the rule, and nothing of a value.
            ResponseError::Syntax { violation, .. } => {
                let text = format!("/{}: {}", violation.path(), violation.rule());
                PartnerFailure::Schema(text.chars().take(200).collect())
            }
        }
    }
}
