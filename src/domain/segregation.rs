//! Which notices of a creditor institution a caller may work with: those of its segregation codes.
//!
//! The published service looks at the first notice of a position only, and lets a caller without codes
//! through. Here every notice counts, and a notice without a segregation code (aux digits 0, 1 and 2)
//! is only for callers who may work with all.

use std::collections::BTreeSet;

use super::access::TaxonomyDomain;
use super::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use super::party::{PrimitiveVersion, StationLink};
use super::position::{Position, Transfer};

/// The notices that a caller may work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segregation {
    /// All of the creditor institution.
    Every,
    /// Only those of these segregation codes.
    Only(BTreeSet<TwoDigits>),
    /// Only those of positions for some services.
    Within(Limits),
}

/// The positions of some services, and of all segregation codes or some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The codes; all if none are named.
    pub codes: Option<BTreeSet<TwoDigits>>,
    /// The parts of the taxonomy: every transfer of a position must be for one of them.
    pub domains: BTreeSet<TaxonomyDomain>,
}

/// A position has a notice that is not for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the position has a notice of a segregation code that the caller does not have")]
pub struct ForeignNotice;

impl Segregation {
    /// Those of these codes and services, each all if none are named.
    pub fn of(codes: Option<BTreeSet<TwoDigits>>, domains: Option<BTreeSet<TaxonomyDomain>>) -> Self {
        match (codes, domains) {
            (codes, Some(domains)) => Segregation::Within(Limits { codes, domains }),
            (Some(codes), None) => Segregation::Only(codes),
            (None, None) => Segregation::Every,
        }
    }

    /// The codes; none for all.
    pub fn codes(&self) -> Option<&BTreeSet<TwoDigits>> {
        match self {
            Segregation::Every => None,
            Segregation::Only(codes) => Some(codes),
            Segregation::Within(limits) => limits.codes.as_ref(),
        }
    }

    /// The parts of the taxonomy; none for all.
    pub fn domains(&self) -> Option<&BTreeSet<TaxonomyDomain>> {
        match self {
            Segregation::Every | Segregation::Only(_) => None,
            Segregation::Within(limits) => Some(&limits.domains),
        }
    }

    /// Whether a notice is for the caller, as far as its number tells.
    pub fn allows(&self, notice: &NoticeNumber) -> bool {
        match self.codes() {
            None => true,
            Some(codes) => {
                let three = notice.aux_digit() == Some(AuxDigit::Three);
                three && notice.code().is_some_and(|code| codes.contains(&code))
            }
        }
    }

    /// Whether a transfer of that category is for the caller.
    pub fn serves(&self, category: &str) -> bool {
        let Some(domains) = self.domains() else { return true };
        TaxonomyDomain::of_category(category).is_some_and(|part| domains.contains(&part))
    }

    /// Whether every notice of a position is for the caller.
    pub fn admits(&self, position: &Position) -> Result<(), ForeignNotice> {
        let served = |transfer: &Transfer| self.serves(transfer.category.as_str());
        let foreign = position
            .notices()
            .any(|notice| !self.allows(&notice.number) || !notice.transfers.iter().all(served));
        if foreign { Err(ForeignNotice) } else { Ok(()) }
    }

    /// The notices that are in both.
    pub fn narrowed(&self, other: &Segregation) -> Segregation {
        Segregation::of(common(self.codes(), other.codes()), common(self.domains(), other.domains()))
    }

    /// Whether all notices of another are among those of this one.
    pub fn covers(&self, other: &Segregation) -> bool {
        is_within(other.codes(), self.codes()) && is_within(other.domains(), self.domains())
    }

    fn allows_link(&self, link: &StationLink) -> bool {
        match (self.codes(), link.aux_digit, &link.code) {
            (None, AuxDigit::Zero | AuxDigit::Three, Some(_)) => true,
            (Some(codes), AuxDigit::Three, Some(code)) => codes.contains(code),
            _ => false,
        }
    }
}

/// What is in both sets, of which none means everything.
fn common<T: Copy + Ord>(own: Option<&BTreeSet<T>>, other: Option<&BTreeSet<T>>) -> Option<BTreeSet<T>> {
    match (own, other) {
        (None, some) | (some, None) => some.cloned(),
        (Some(own), Some(other)) => Some(own.intersection(other).copied().collect()),
    }
}

/// Whether one set is within another, of which none means everything.
fn is_within<T: Ord>(one: Option<&BTreeSet<T>>, other: Option<&BTreeSet<T>>) -> bool {
    match (one, other) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(one), Some(other)) => one.is_subset(other),
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
    fn limits_to_services_narrow_and_cover_as_codes_do() {
        let domains = |parts: &[&str]| -> Option<BTreeSet<TaxonomyDomain>> {
            Some(parts.iter().map(|part| TaxonomyDomain::new(part).unwrap()).collect())
        };
        let schools = Segregation::of(None, domains(&["0101", "0201"]));
        assert!(Segregation::Every.covers(&schools) && !schools.covers(&Segregation::Every));
        let narrowed = only(&["01"]).narrowed(&schools);
        assert_eq!((narrowed.codes(), narrowed.domains()), (only(&["01"]).codes(), schools.domains()));
        assert!(schools.covers(&narrowed) && !narrowed.covers(&schools));
        let both = schools.narrowed(&Segregation::of(None, domains(&["0201", "0301"])));
        assert_eq!(both, Segregation::of(None, domains(&["0201"])));
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
