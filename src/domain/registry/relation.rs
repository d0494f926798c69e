//! That a station serves an institution: for which notices, and with what allowed.
//!
//! The layout of a notice number (its aux digit) decides which codes a relation needs (SANP 3.10, "numero
//! avviso"): an application code for 0, none for 1 and 2, a segregation code for 3. A station may serve
//! notices of 0 and of 3 at once.

use std::collections::BTreeSet;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::party::StationLink;

/// A station serves an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The institution.
    pub ec: FiscalCode,
    /// The station.
    pub station: StationCode,
    /// For which notices.
    pub codes: Codes,
    /// What is allowed.
    pub flags: RelationFlags,
}

/// What is allowed between a station and an institution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelationFlags {
    /// Copies of receipts come here that are another station's.
    pub broadcast: bool,
    /// Spontaneous payments of the fourth model.
    pub mod4: bool,
    /// Spontaneous payments.
    pub spontaneous_payment: bool,
    /// Notices are put into the archive of notices.
    pub aca: bool,
    /// The node may answer in the station's place.
    pub stand_in: bool,
}

/// The notices of one layout and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkCode {
    /// Aux digit 0 with this application code.
    Application(TwoDigits),
    /// Aux digit 1.
    Free,
    /// Aux digit 2.
    Based,
    /// Aux digit 3 with this segregation code.
    Segregation(TwoDigits),
}

/// The notices that a station serves of one institution; at least one layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes(BTreeSet<LinkCode>);

/// Why codes do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodesError {
    /// Aux digit 0 without an application code.
    #[error("is needed with aux digit 0")]
    ApplicationMissing,
    /// Aux digit 3 without a segregation code.
    #[error("is needed with aux digit 3")]
    SegregationMissing,
    /// Neither aux digit nor code.
    #[error("is needed where no code says which notices are meant")]
    AuxDigitMissing,
    /// An application code with aux digit 1 or 2.
    #[error("must be left out with aux digits 1 and 2")]
    ApplicationNotAllowed,
    /// A segregation code with aux digit 1 or 2.
    #[error("must be left out with aux digits 1 and 2")]
    SegregationNotAllowed,
    /// A segregation code above the highest.
    #[error("must be a segregation code from 0 to {LAST_SEGREGATION}")]
    SegregationRange,
    /// The segregation code that is pagoPA's own.
    #[error("is kept for the receipts of the single patrimonial fee (CUP)")]
    SegregationReserved,
}

/// The highest segregation code that is given away.
pub const LAST_SEGREGATION: i64 = 49;
/// The segregation code under which pagoPA delivers receipts of the single patrimonial fee.
pub const RESERVED_SEGREGATION: i64 = 47;

impl LinkCode {
    /// The layout.
    pub const fn aux_digit(self) -> AuxDigit {
        match self {
            LinkCode::Application(_) => AuxDigit::Zero,
            LinkCode::Free => AuxDigit::One,
            LinkCode::Based => AuxDigit::Two,
            LinkCode::Segregation(_) => AuxDigit::Three,
        }
    }

    /// The code, if the layout has one.
    pub const fn code(self) -> Option<TwoDigits> {
        match self {
            LinkCode::Application(code) | LinkCode::Segregation(code) => Some(code),
            LinkCode::Free | LinkCode::Based => None,
        }
    }

    /// The notices of that layout and code; none if they do not go together.
    pub const fn new(aux_digit: AuxDigit, code: Option<TwoDigits>) -> Option<Self> {
        match (aux_digit, code) {
            (AuxDigit::Zero, Some(code)) => Some(LinkCode::Application(code)),
            (AuxDigit::One, None) => Some(LinkCode::Free),
            (AuxDigit::Two, None) => Some(LinkCode::Based),
            (AuxDigit::Three, Some(code)) => Some(LinkCode::Segregation(code)),
            _ => None,
        }
    }
}

impl Codes {
    /// Reads what a caller says, or everything that is wrong with it. Without an aux digit the codes say
    /// which layouts are meant.
    pub fn read(
        aux_digit: Option<AuxDigit>,
        application: Option<TwoDigits>,
        segregation: Option<TwoDigits>,
    ) -> Result<Self, Vec<CodesError>> {
        let mut errors = Vec::new();
        match aux_digit {
            None if application.is_none() && segregation.is_none() => {
                errors.push(CodesError::AuxDigitMissing)
            }
            Some(AuxDigit::Zero) if application.is_none() => errors.push(CodesError::ApplicationMissing),
            Some(AuxDigit::Three) if segregation.is_none() => errors.push(CodesError::SegregationMissing),
            Some(AuxDigit::One | AuxDigit::Two) => {
                errors.extend(application.map(|_| CodesError::ApplicationNotAllowed));
                errors.extend(segregation.map(|_| CodesError::SegregationNotAllowed));
            }
            _ => {}
        }
        errors.extend(segregation.and_then(|code| assignable(code).err()));
        if !errors.is_empty() {
            return Err(errors);
        }
        let layout = match aux_digit {
            Some(AuxDigit::One) => Some(LinkCode::Free),
            Some(AuxDigit::Two) => Some(LinkCode::Based),
            Some(AuxDigit::Zero | AuxDigit::Three) | None => None,
        };
        let codes = [application.map(LinkCode::Application), segregation.map(LinkCode::Segregation), layout];
        Ok(Codes(codes.into_iter().flatten().collect()))
    }

    /// Codes as they are stored, whatever the rules for new ones are.
    pub fn of_links(links: impl IntoIterator<Item = LinkCode>) -> Self {
        Codes(links.into_iter().collect())
    }

    /// Each layout with its code.
    pub fn links(&self) -> impl Iterator<Item = LinkCode> {
        self.0.iter().copied()
    }

    /// The application code.
    pub fn application(&self) -> Option<TwoDigits> {
        self.first(AuxDigit::Zero)
    }

    /// The segregation code.
    pub fn segregation(&self) -> Option<TwoDigits> {
        self.first(AuxDigit::Three)
    }

    fn first(&self, aux_digit: AuxDigit) -> Option<TwoDigits> {
        self.links().filter(|link| link.aux_digit() == aux_digit).find_map(LinkCode::code)
    }

    /// The aux digit, if all notices have the same.
    pub fn aux_digit(&self) -> Option<AuxDigit> {
        let mut digits = self.links().map(LinkCode::aux_digit);
        let first = digits.next()?;
        digits.all(|digit| digit == first).then_some(first)
    }

    /// The aux digits as the back office writes them: `3`, or `0/3` where there are two.
    pub fn aux_digits(&self) -> String {
        let digits: BTreeSet<AuxDigit> = self.links().map(LinkCode::aux_digit).collect();
        digits.iter().map(|digit| digit.number().to_string()).collect::<Vec<_>>().join("/")
    }

    /// Whether the published contract, which knows one code of each kind, can say them.
    pub fn fit_the_contract(&self) -> bool {
        Codes::of_links(
            [
                self.application().map(LinkCode::Application),
                self.segregation().map(LinkCode::Segregation),
                self.0.get(&LinkCode::Free).copied(),
                self.0.get(&LinkCode::Based).copied(),
            ]
            .into_iter()
            .flatten(),
        ) == *self
    }
}

impl Relation {
    /// Its links, which the hot path goes by.
    pub fn links(&self) -> impl Iterator<Item = StationLink> {
        self.codes.links().map(|link| StationLink {
            ec: self.ec.clone(),
            station: self.station.clone(),
            aux_digit: link.aux_digit(),
            code: link.code(),
        })
    }
}

/// Whether a segregation code may be given to a station.
fn assignable(code: TwoDigits) -> Result<(), CodesError> {
    match code.number() {
        RESERVED_SEGREGATION => Err(CodesError::SegregationReserved),
        number if number > LAST_SEGREGATION => Err(CodesError::SegregationRange),
        _ => Ok(()),
    }
}

/// The segregation codes that an institution can still give to a station.
pub fn free_segregation_codes(used: &BTreeSet<TwoDigits>) -> Vec<TwoDigits> {
    let codes = (0..=LAST_SEGREGATION).filter_map(TwoDigits::of_number);
    codes.filter(|code| assignable(*code).is_ok() && !used.contains(code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Aux digit and code of each link, and the aux digits in a word.
    type Layouts = (Vec<(i64, Option<String>)>, String);

    fn code(text: &str) -> Option<TwoDigits> {
        Some(TwoDigits::new(text).unwrap())
    }

    fn read(
        aux: Option<AuxDigit>,
        application: Option<TwoDigits>,
        segregation: Option<TwoDigits>,
    ) -> Result<Layouts, Vec<CodesError>> {
        let codes = Codes::read(aux, application, segregation)?;
        let link = |link: LinkCode| (link.aux_digit().number(), link.code().map(|code| code.to_string()));
        Ok((codes.links().map(link).collect(), codes.aux_digits()))
    }

    #[test]
    fn each_layout_has_its_codes() {
        let (app, seg) = ("01".to_owned(), "02".to_owned());
        let (a, s) = (code("01"), code("02"));
        assert_eq!(read(Some(AuxDigit::Zero), a, None), Ok((vec![(0, Some(app.clone()))], "0".into())));
        assert_eq!(read(Some(AuxDigit::One), None, None), Ok((vec![(1, None)], "1".into())));
        assert_eq!(read(Some(AuxDigit::Two), None, None), Ok((vec![(2, None)], "2".into())));
        assert_eq!(read(Some(AuxDigit::Three), None, s), Ok((vec![(3, Some(seg.clone()))], "3".into())));
        let both = Ok((vec![(0, Some(app)), (3, Some(seg))], "0/3".into()));
        for aux in [None, Some(AuxDigit::Zero), Some(AuxDigit::Three)] {
            assert_eq!(read(aux, a, s), both);
        }
    }

    #[test]
    fn what_a_layout_does_not_have_is_refused_all_at_once() {
        let (a, s) = (code("01"), code("02"));
        assert_eq!(read(None, None, None), Err(vec![CodesError::AuxDigitMissing]));
        assert_eq!(read(Some(AuxDigit::Zero), None, s), Err(vec![CodesError::ApplicationMissing]));
        assert_eq!(read(Some(AuxDigit::Three), a, None), Err(vec![CodesError::SegregationMissing]));
        let both = vec![CodesError::ApplicationNotAllowed, CodesError::SegregationNotAllowed];
        assert_eq!(read(Some(AuxDigit::One), a, s), Err(both));
        assert_eq!(read(Some(AuxDigit::Two), None, s), Err(vec![CodesError::SegregationNotAllowed]));
        let three = Some(AuxDigit::Three);
        assert_eq!(read(three, None, code("50")), Err(vec![CodesError::SegregationRange]));
        assert_eq!(read(three, None, code("47")), Err(vec![CodesError::SegregationReserved]));
        assert!(read(three, None, code("49")).is_ok());
    }

    #[test]
    fn more_codes_than_the_contract_can_say_are_noticed() {
        let segregation = |text| LinkCode::Segregation(code(text).unwrap());
        assert!(Codes::of_links([segregation("02"), LinkCode::Free]).fit_the_contract());
        assert!(!Codes::of_links([segregation("02"), segregation("03")]).fit_the_contract());
    }

    #[test]
    fn free_codes_are_those_that_nobody_uses_and_pagopa_does_not_keep() {
        let used = ["00", "02"].map(|text| code(text).unwrap()).into();
        let free = free_segregation_codes(&used);
        assert_eq!(free.len(), 50 - 2 - 1);
        assert_eq!(free.first().map(ToString::to_string).as_deref(), Some("01"));
        assert!(!free.contains(&code("47").unwrap()) && !free.contains(&code("50").unwrap()));
    }
}
