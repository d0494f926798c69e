//! The life of a delegation: offered by a creditor institution, answered by the broker, revoked by either.
//!
//! What was done is kept; where it stands follows from that and from the time.

use jiff::Timestamp;

use super::delegation::Delegation;
use super::product::Product;

/// A delegation with all that was done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// What is delegated, by whom, to whom and when.
    pub terms: Delegation,
    /// Who offered it, for the creditor institution.
    pub offered: Deed,
    /// Who accepted it, for the broker.
    pub accepted: Option<Deed>,
    /// Who refused it, for the broker.
    pub refused: Option<Deed>,
    /// Who revoked it, for either.
    pub revoked: Option<Deed>,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// By whom, as the audit knows them.
    pub by: String,
}

/// Where a delegation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MandateStatus {
    /// The broker has not answered yet.
    Offered,
    /// The broker does not want it.
    Refused,
    /// Accepted, and its time is still to come.
    NotYetBegun,
    /// It holds.
    InForce,
    /// Its time is over; an offer too comes to its end.
    Ended,
    /// One of the two has revoked it.
    Revoked,
}

/// Something that can be done about a delegation that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The broker accepts it.
    Accept,
    /// The broker refuses it.
    Refuse,
    /// One of the two takes it back.
    Revoke,
}

/// A delegation does not stand where that could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a delegation that is {} cannot be changed like that", .0.name())]
pub struct WrongStatus(pub MandateStatus);

impl MandateStatus {
    /// All.
    pub const ALL: [MandateStatus; 6] = [
        MandateStatus::Offered,
        MandateStatus::Refused,
        MandateStatus::NotYetBegun,
        MandateStatus::InForce,
        MandateStatus::Ended,
        MandateStatus::Revoked,
    ];

    /// Its name, told.
    pub const fn name(self) -> &'static str {
        match self {
            MandateStatus::Offered => "offered",
            MandateStatus::Refused => "refused",
            MandateStatus::NotYetBegun => "not_yet_begun",
            MandateStatus::InForce => "in_force",
            MandateStatus::Ended => "ended",
            MandateStatus::Revoked => "revoked",
        }
    }
}

impl Mandate {
    /// Where it stands.
    pub fn status(&self, now: Timestamp) -> MandateStatus {
        let ended = self.terms.until.is_some_and(|until| until <= now);
        match (&self.revoked, &self.refused, &self.accepted) {
            (Some(_), _, _) => MandateStatus::Revoked,
            (_, Some(_), _) => MandateStatus::Refused,
            _ if ended => MandateStatus::Ended,
            (_, _, None) => MandateStatus::Offered,
            _ if now < self.terms.from => MandateStatus::NotYetBegun,
            _ => MandateStatus::InForce,
        }
    }

    /// It, after something was done about it.
    pub fn after(&self, act: Act, deed: Deed) -> Result<Mandate, WrongStatus> {
        let status = self.status(deed.at);
        let mut next = self.clone();
        match (act, status) {
            (Act::Accept, MandateStatus::Offered) => next.accepted = Some(deed),
            (Act::Refuse, MandateStatus::Offered) => next.refused = Some(deed),
            (Act::Revoke, MandateStatus::Offered | MandateStatus::NotYetBegun | MandateStatus::InForce) => {
                next.revoked = Some(deed);
            }
            _ => return Err(WrongStatus(status)),
        }
        Ok(next)
    }

    /// Whether it is accepted and neither revoked nor over.
    pub fn is_live(&self, now: Timestamp) -> bool {
        matches!(self.status(now), MandateStatus::NotYetBegun | MandateStatus::InForce)
    }

    /// A product that both hand on to the same broker at the same time. Two that overlap would leave open which
    /// limits hold.
    pub fn overlaps(&self, other: &Delegation) -> Option<Product> {
        let own = &self.terms;
        let same = own.ec == other.ec && own.broker == other.broker && own.id != other.id;
        let begins_before =
            |one: &Delegation, two: &Delegation| two.until.is_none_or(|until| one.from < until);
        let together = same && begins_before(own, other) && begins_before(other, own);
        own.products.intersection(&other.products).next().copied().filter(|_| together)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::fiscal_code::FiscalCode;
    use crate::domain::ids::BrokerCode;
    use crate::domain::segregation::Segregation;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn deed(second: i64) -> Deed {
        Deed { at: at(second), by: "somebody".into() }
    }

    /// Offered at second 5, from second 10 to second 20.
    fn offer() -> Mandate {
        let terms = Delegation {
            id: "d".into(),
            ec: FiscalCode::new("77777777777").unwrap(),
            broker: BrokerCode::new("88888888888").unwrap(),
            products: BTreeSet::from([Product::Positions]),
            codes: Segregation::Every,
            domains: None,
            from: at(10),
            until: Some(at(20)),
        };
        Mandate { terms, offered: deed(5), accepted: None, refused: None, revoked: None }
    }

    #[test]
    fn where_it_stands_follows_from_what_was_done_and_from_the_time() {
        use MandateStatus::*;
        let accepted = offer().after(Act::Accept, deed(6)).unwrap();
        let refused = offer().after(Act::Refuse, deed(6)).unwrap();
        let revoked = accepted.after(Act::Revoke, deed(12)).unwrap();
        for (mandate, second, status) in [
            (offer(), 9, Offered),
            (offer(), 19, Offered),
            (offer(), 20, Ended),
            (accepted.clone(), 9, NotYetBegun),
            (accepted.clone(), 10, InForce),
            (accepted.clone(), 19, InForce),
            (accepted.clone(), 20, Ended),
            (refused, 25, Refused),
            (revoked, 25, Revoked),
        ] {
            assert_eq!(mandate.status(at(second)), status, "at {second}");
        }
        let mut for_ever = accepted;
        for_ever.terms.until = None;
        assert_eq!(for_ever.status(at(1_000_000)), InForce);
    }

    #[test]
    fn only_an_offer_is_answered_and_only_what_may_still_hold_is_revoked() {
        let accepted = offer().after(Act::Accept, deed(6)).unwrap();
        let refused = offer().after(Act::Refuse, deed(6)).unwrap();
        let withdrawn = offer().after(Act::Revoke, deed(6)).unwrap();
        for (mandate, second, act) in [
            (&accepted, 7, Act::Accept),
            (&accepted, 7, Act::Refuse),
            (&accepted, 20, Act::Revoke),
            (&refused, 7, Act::Accept),
            (&refused, 7, Act::Revoke),
            (&withdrawn, 7, Act::Accept),
            (&offer(), 20, Act::Accept),
        ] {
            let status = mandate.status(at(second));
            assert_eq!(mandate.after(act, deed(second)), Err(WrongStatus(status)), "{act:?} at {second}");
        }
        assert!(accepted.is_live(at(7)) && !withdrawn.is_live(at(7)) && !offer().is_live(at(7)));
    }

    #[test]
    fn two_of_the_same_product_do_not_hold_together() {
        let mut other = offer().terms;
        assert_eq!(offer().overlaps(&other), None, "it is the same");
        other.id = "e".into();
        assert_eq!(offer().overlaps(&other), Some(Product::Positions));
        (other.from, other.until) = (at(20), None);
        assert_eq!(offer().overlaps(&other), None, "one begins where the other ends");
        other.from = at(19);
        assert_eq!(offer().overlaps(&other), Some(Product::Positions));
        other.products = BTreeSet::from([Product::Receipts]);
        assert_eq!(offer().overlaps(&other), None);
    }
}
