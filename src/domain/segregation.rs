//! Which notices of a creditor institution a caller may work with: those of its segregation codes.
//!
//! The published service looks at the first notice of a position only, and lets a caller without codes
//! through. Here every notice counts, and a notice without a segregation code (aux digits 0, 1 and 2)
//! is only for callers who may work with all.

use std::collections::BTreeSet;

use super::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use super::party::{PrimitiveVersion, StationLink};
use super::position::Position;

/// The notices that a caller may work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segregation {
    /// All of the creditor institution.
    Every,
    /// Only those of these segregation codes.
    Only(BTreeSet<TwoDigits>),
}

/// A position has a notice that is not for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the position has a notice of a segregation code that the caller does not have")]
pub struct ForeignNotice;

impl Segregation {
    /// Whether a notice is for the caller.
    pub fn allows(&self, notice: &NoticeNumber) -> bool {
        match self {
            Segregation::Every => true,
            Segregation::Only(codes) => {
                let three = notice.aux_digit() == Some(AuxDigit::Three);
                three && notice.code().is_some_and(|code| codes.contains(&code))
            }
        }
    }

    /// Whether every notice of a position is for the caller.
    pub fn admits(&self, position: &Position) -> Result<(), ForeignNotice> {
        let foreign = position.notices().any(|notice| !self.allows(&notice.number));
        if foreign { Err(ForeignNotice) } else { Ok(()) }
    }

    /// The notices that are in both.
    pub fn narrowed(&self, other: &Segregation) -> Segregation {
        match (self, other) {
            (Segregation::Every, other) => other.clone(),
            (own, Segregation::Every) => own.clone(),
            (Segregation::Only(own), Segregation::Only(others)) => {
                Segregation::Only(own.intersection(others).copied().collect())
            }
        }
    }

    /// Whether all notices of another are among those of this one.
    pub fn covers(&self, other: &Segregation) -> bool {
        match (self, other) {
            (Segregation::Every, _) => true,
            (Segregation::Only(_), Segregation::Every) => false,
            (Segregation::Only(own), Segregation::Only(others)) => others.is_subset(own),
        }
    }

    fn allows_link(&self, link: &StationLink) -> bool {
        match (self, link.aux_digit, &link.code) {
            (Segregation::Every, AuxDigit::Zero | AuxDigit::Three, Some(_)) => true,
            (Segregation::Only(codes), AuxDigit::Three, Some(code)) => codes.contains(code),
            _ => false,
        }
    }
}

/// Under which aux digit and code a notice is issued whose number the creditor leaves to us.
///
/// Of the links that are the caller's: aux digit 3 before 0, because it is the layout of new creditors; a
/// station of the second version before one of the first, because it serves stamps too; then the lowest
/// code. None if the caller has no such link.
pub fn issuing_link<'a>(
    links: impl IntoIterator<Item = (&'a StationLink, PrimitiveVersion)>,
    scope: &Segregation,
) -> Option<&'a StationLink> {
    let own = links.into_iter().filter(|(link, _)| scope.allows_link(link));
    let rank = |link: &StationLink, version| {
        (link.aux_digit != AuxDigit::Three, version != PrimitiveVersion::V2, link.code)
    };
    own.min_by_key(|(link, version)| rank(link, *version)).map(|(link, _)| link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fiscal_code::FiscalCode;
    use crate::domain::ids::StationCode;

    fn code(text: &str) -> TwoDigits {
        TwoDigits::new(text).unwrap()
    }

    fn only(codes: &[&str]) -> Segregation {
        Segregation::Only(codes.iter().map(|text| code(text)).collect())
    }

    #[test]
    fn a_notice_is_for_the_caller_who_has_its_code() {
        let notice = |text| NoticeNumber::new(text).unwrap();
        let (segregated, application) = (notice("302000000000000184"), notice("002000000000000141"));
        assert!(Segregation::Every.allows(&segregated) && Segregation::Every.allows(&application));
        assert!(only(&["01", "02"]).allows(&segregated));
        assert!(!only(&["01"]).allows(&segregated));
        assert!(!only(&["02"]).allows(&application), "an application code is no segregation code");
        assert!(!only(&[]).allows(&segregated));
    }

    #[test]
    fn some_codes_cover_fewer_and_never_all() {
        assert!(Segregation::Every.covers(&Segregation::Every) && Segregation::Every.covers(&only(&["01"])));
        assert!(only(&["01", "02"]).covers(&only(&["02"])) && only(&["01"]).covers(&only(&[])));
        assert!(!only(&["01"]).covers(&only(&["01", "02"])) && !only(&["01"]).covers(&Segregation::Every));
    }

    #[test]
    fn a_number_is_issued_under_the_lowest_code_of_the_best_station() {
        use AuxDigit::{One, Three, Zero};
        use PrimitiveVersion::{V1, V2};
        let link = |aux_digit, text: &str| StationLink {
            ec: FiscalCode::new("77777777777").unwrap(),
            station: StationCode::new("88888888888_01").unwrap(),
            aux_digit,
            code: TwoDigits::new(text).ok(),
        };
        let links = [
            (link(Zero, "00"), V2),
            (link(One, ""), V2),
            (link(Three, "01"), V1),
            (link(Three, "07"), V2),
            (link(Three, "05"), V2),
        ];
        let under = |count: usize, scope: &Segregation| {
            let links = links.iter().take(count).map(|(link, version)| (link, *version));
            issuing_link(links, scope).map(|link| (link.aux_digit, link.code.unwrap().to_string()))
        };
        assert_eq!(under(5, &Segregation::Every), Some((Three, "05".into())));
        assert_eq!(under(5, &only(&["01", "07"])), Some((Three, "07".into())));
        assert_eq!(under(5, &only(&["01"])), Some((Three, "01".into())));
        assert_eq!(under(5, &only(&["00"])), None);
        assert_eq!(under(2, &Segregation::Every), Some((Zero, "00".into())));
        assert_eq!(under(2, &only(&["00"])), None);
        assert_eq!(under(0, &Segregation::Every), None);
    }
}
