//! Whether a notice can be paid now, and if not, why: what verify and get answer.

use jiff::Timestamp;

use super::amount::Cents;
use super::fiscal_code::FiscalCode;
use super::position::{AfterDue, Debtor, Notice};
use super::text::Text;

/// A notice with what decides on its payment; what one indexed read of the store brings.
#[derive(Clone, Debug, PartialEq)]
pub struct PayableNotice {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// The creditor's name, as the notice shows it.
    pub company_name: Text<140>,
    /// The creditor's office, as the notice shows it.
    pub office_name: Option<Text<140>>,
    /// Who owes.
    pub debtor: Debtor,
    /// The notice itself.
    pub notice: Notice,
    /// What decides.
    pub facts: PayabilityFacts,
}

/// The facts that decide whether a notice can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayabilityFacts {
    /// What is due.
    pub amount: Cents,
    /// When the position was published.
    pub published_at: Option<Timestamp>,
    /// When the position was cancelled.
    pub invalidated_at: Option<Timestamp>,
    /// From when the option can be paid.
    pub valid_from: Option<Timestamp>,
    /// Until when the notice should be paid.
    pub due: Timestamp,
    /// What happens then.
    pub after_due: AfterDue,
    /// Whether this notice, or another way to pay the same debt, is already paid.
    pub settled: Settled,
}

/// Whether and how a debt has been paid, seen from one of its notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Neither this notice nor another option.
    No,
    /// This notice is paid.
    ByThisNotice,
    /// A notice of another option of the same position is paid.
    ByAnotherOption,
}

/// Why a notice cannot be paid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPayable {
    /// No such notice is managed here.
    #[error("no such notice")]
    Unknown,
    /// The position is still a draft.
    #[error("the position is not published")]
    NotPublished,
    /// The notice becomes payable later.
    #[error("the notice is not payable yet")]
    NotYetValid,
    /// The creditor cancelled the position.
    #[error("the creditor has cancelled the position")]
    Cancelled,
    /// The due date has passed and the creditor refuses late payment.
    #[error("the due date has passed and the creditor accepts no late payment")]
    Expired,
    /// The notice is paid.
    #[error("the notice is already paid")]
    Paid,
    /// Another way to pay the same debt was used.
    #[error("the debt is already paid through another option of the position")]
    PaidByAnotherOption,
}

/// Decides whether a notice can be paid now.
///
/// A payment is told before a cancellation, so that a citizen who paid is never told to worry.
pub fn check(facts: &PayabilityFacts, now: Timestamp) -> Result<(), NotPayable> {
    match facts.settled {
        Settled::ByThisNotice => return Err(NotPayable::Paid),
        Settled::ByAnotherOption => return Err(NotPayable::PaidByAnotherOption),
        Settled::No => {}
    }
    if facts.invalidated_at.is_some() {
        return Err(NotPayable::Cancelled);
    }
    if facts.published_at.is_none() {
        return Err(NotPayable::NotPublished);
    }
    if facts.valid_from.is_none_or(|from| from > now) {
        return Err(NotPayable::NotYetValid);
    }
    if facts.after_due == AfterDue::Expires && now > facts.due {
        return Err(NotPayable::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn payable() -> PayabilityFacts {
        PayabilityFacts {
            amount: Cents::new(1000).unwrap(),
            published_at: Some(at(10)),
            invalidated_at: None,
            valid_from: Some(at(20)),
            due: at(100),
            after_due: AfterDue::Expires,
            settled: Settled::No,
        }
    }

    #[test]
    fn a_notice_is_payable_from_its_validity_to_its_due_date() {
        assert_eq!(check(&payable(), at(19)), Err(NotPayable::NotYetValid));
        assert_eq!(check(&payable(), at(20)), Ok(()));
        assert_eq!(check(&payable(), at(100)), Ok(()));
        assert_eq!(check(&payable(), at(101)), Err(NotPayable::Expired));
        let lenient = PayabilityFacts { after_due: AfterDue::StaysPayable, ..payable() };
        assert_eq!(check(&lenient, at(101)), Ok(()));
    }

    #[test]
    fn drafts_and_cancelled_positions_are_not_payable() {
        let draft = PayabilityFacts { published_at: None, valid_from: None, ..payable() };
        assert_eq!(check(&draft, at(50)), Err(NotPayable::NotPublished));
        let cancelled = PayabilityFacts { invalidated_at: Some(at(40)), ..payable() };
        assert_eq!(check(&cancelled, at(50)), Err(NotPayable::Cancelled));
    }

    #[test]
    fn a_payment_is_told_before_all_else() {
        let facts =
            PayabilityFacts { invalidated_at: Some(at(40)), settled: Settled::ByThisNotice, ..payable() };
        assert_eq!(check(&facts, at(500)), Err(NotPayable::Paid));
        let facts = PayabilityFacts { settled: Settled::ByAnotherOption, ..payable() };
        assert_eq!(check(&facts, at(50)), Err(NotPayable::PaidByAnotherOption));
    }
}
