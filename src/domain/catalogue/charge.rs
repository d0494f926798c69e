//! What a price rule says: an amount, and how it is shared out.

use jiff::civil::Date;

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::lifecycle::{Inconsistency, share_inconsistencies};
use crate::domain::position::Destination;
use crate::domain::text::Text;

/// What somebody has to pay, shared out to those who get it. The shares are one to five, each above zero, and
/// together the amount; those of the creditor institution come first.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    amount: Cents,
    description: Option<Text<140>>,
    due: Option<Date>,
    shares: Vec<Share>,
}

/// What one beneficiary gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Whose money it is.
    pub beneficiary: FiscalCode,
    /// The beneficiary's name.
    pub company_name: Option<Text<140>>,
    /// An account, or a digital stamp to be bought.
    pub destination: Destination,
    /// The share.
    pub amount: Cents,
    /// What the bank statement says; none: what the offering says.
    pub remittance: Option<Text<140>>,
    /// Taxonomy code; none: that of the service.
    pub category: Option<Text<140>>,
}

/// What a charge says besides its amount and shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// What the payer reads about it; none: what the offering says.
    pub description: Option<Text<140>>,
    /// Until when it is to be paid, a day in Italy; none: as long as the offering gives.
    pub due: Option<Date>,
}

/// Why shares are no charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChargeError {
    /// Nothing is to be paid.
    #[error("the amount must be above zero")]
    Nothing,
    /// A share is zero.
    #[error("each transfer must be above zero")]
    ShareOfNothing,
    /// They do not add up, or are none or too many.
    #[error(transparent)]
    Shares(#[from] Inconsistency),
}

impl Charge {
    /// A charge of a creditor institution.
    pub fn new(
        ec: &FiscalCode,
        amount: Cents,
        mut shares: Vec<Share>,
        terms: Terms,
    ) -> Result<Self, ChargeError> {
        if amount == Cents::ZERO {
            return Err(ChargeError::Nothing);
        }
        if shares.iter().any(|share| share.amount == Cents::ZERO) {
            return Err(ChargeError::ShareOfNothing);
        }
        let numbered: Vec<(i64, Cents)> = (1..).zip(&shares).map(|(id, share)| (id, share.amount)).collect();
        if let Some(wrong) = share_inconsistencies(amount, &numbered).into_iter().next() {
            return Err(wrong.into());
        }
        shares.sort_by_key(|share| share.beneficiary != *ec);
        Ok(Charge { amount, description: terms.description, due: terms.due, shares })
    }

    /// What is to be paid.
    pub fn amount(&self) -> Cents {
        self.amount
    }

    /// What the payer reads about it; none: what the offering says.
    pub fn description(&self) -> Option<&Text<140>> {
        self.description.as_ref()
    }

    /// Until when it is to be paid, a day in Italy; none: as long as the offering gives.
    pub fn due(&self) -> Option<Date> {
        self.due
    }

    /// Who gets it, one to five; those of the creditor institution first.
    pub fn shares(&self) -> &[Share] {
        &self.shares
    }
}
