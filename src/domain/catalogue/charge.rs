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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::amount::MAX_CENTS;
    use crate::domain::iban::Iban;

    fn code(text: &str) -> FiscalCode {
        FiscalCode::new(text).unwrap()
    }

    fn share(beneficiary: &str, cents: i64) -> Share {
        let iban = Iban::new("IT60X0542811101000000123456").unwrap();
        Share {
            beneficiary: code(beneficiary),
            company_name: None,
            destination: Destination::Account { iban, postal: None },
            amount: Cents::new(cents).unwrap(),
            remittance: None,
            category: None,
        }
    }

    fn charge(cents: i64, shares: Vec<Share>) -> Result<Charge, ChargeError> {
        Charge::new(&code("77777777777"), Cents::new(cents).unwrap(), shares, Terms::default())
    }

    #[test]
    fn shares_of_the_institution_come_first_and_the_others_stay_in_order() {
        let shares = vec![
            share("00000000001", 1),
            share("77777777777", 2),
            share("00000000002", 3),
            share("77777777777", 4),
        ];
        let charge = charge(10, shares).unwrap();
        assert_eq!(charge.shares().iter().map(|share| share.amount.get()).collect::<Vec<_>>(), [2, 4, 1, 3]);
    }

    #[test]
    fn what_does_not_add_up_is_no_charge() {
        let own = |cents| share("77777777777", cents);
        assert_eq!(charge(0, vec![own(0)]), Err(ChargeError::Nothing));
        assert_eq!(charge(1, vec![own(1), own(0)]), Err(ChargeError::ShareOfNothing));
        assert_eq!(charge(2, vec![own(1)]), Err(Inconsistency::Sum.into()));
        assert_eq!(charge(2, vec![own(MAX_CENTS), own(2)]), Err(Inconsistency::Sum.into()));
        assert_eq!(charge(6, vec![own(1); 6]), Err(Inconsistency::TransferCount.into()));
        assert_eq!(charge(6, Vec::new()), Err(Inconsistency::TransferCount.into()));
    }

    proptest! {
        #[test]
        fn a_charge_is_the_sum_of_its_shares(cents in prop::collection::vec(0..=MAX_CENTS, 0..8), amount in 0..=MAX_CENTS) {
            let sum: i64 = cents.iter().sum();
            for amount in [amount, sum.min(MAX_CENTS)] {
                let shares: Vec<Share> = cents.iter().map(|cents| share("77777777777", *cents)).collect();
                let right = amount > 0 && sum == amount && (1..=5).contains(&cents.len()) && !cents.contains(&0);
                match charge(amount, shares) {
                    Ok(charge) => {
                        prop_assert!(right);
                        let of_shares = Cents::checked_sum(charge.shares().iter().map(|share| share.amount));
                        prop_assert_eq!(of_shares, Some(charge.amount()));
                    }
                    Err(_) => prop_assert!(!right),
                }
            }
        }
    }
}
