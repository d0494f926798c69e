//! What stands against a route or a partner: rules about dates, about who is served by whom, and about what is
//! there already.

use jiff::{SignedDuration, Timestamp};

use super::{Handler, Route, Speaks};
use crate::domain::access::Tenant;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::registry::LinkCode;

/// A beginning that lies so little behind means now: messages and people take their time.
pub const LATE: SignedDuration = SignedDuration::from_mins(5);

/// The longest that the way before works too.
pub const LONGEST_OVERLAP: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A route as somebody wishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedRoute {
    /// The institution.
    pub ec: FiscalCode,
    /// The station through which the notices come.
    pub station: StationCode,
    /// Which notices.
    pub code: LinkCode,
    /// Who answers.
    pub handler: Handler,
    /// From when on; from when it is carried out, if nothing is said.
    pub from: Option<Timestamp>,
    /// Until when the way before works too.
    pub overlap_until: Option<Timestamp>,
    /// The station through which the notices came before.
    pub moved_from: Option<StationCode>,
}

/// What is there beside a route that is wished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether the relation of the route has its code.
    pub served: bool,
    /// Whether the relation of the station that the notices leave has it, or had it until it was moved.
    pub left: bool,
    /// Whether the station that the notices leave is another one of the institution's.
    pub leaves_own_station: bool,
    /// The partner that it names, if there is one.
    pub partner: Option<NamedPartner>,
    /// When the other routes of the same notices begin.
    pub others: Vec<Timestamp>,
}

/// What a route must know of the partner that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPartner {
    /// Whose it is.
    pub owner: Tenant,
    /// Which language it speaks.
    pub speaks: Speaks,
    /// Whether its owner is a broker one of whose stations serves the institution.
    pub owner_serves: bool,
}

/// Why a route cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// It would change the past.
    #[error("must not lie in the past")]
    Past,
    /// The overlap would be over before it begins.
    #[error("must lie behind the beginning")]
    OverlapEndsFirst,
    /// The overlap is too long.
    #[error("must lie at most 90 days behind the beginning")]
    OverlapTooLong,
    /// Notices move without an overlap.
    #[error("goes with overlapUntil: without an overlap nothing comes through the station before")]
    MoveWithoutOverlap,
    /// Notices move to where they are.
    #[error("must be another station")]
    MovedNowhere,
    /// The station that they leave is not the institution's.
    #[error("must be a station that serves the institution")]
    MovedFromElsewhere,
    /// No relation has the code.
    #[error("no relation of the institution and the station has the code")]
    NotServed,
    /// There is no such partner, or it is none of the institution's business.
    #[error("no partner of that name is the institution's, or a broker's that serves it")]
    UnknownPartner,
    /// The partner speaks the other language.
    #[error("the partner speaks another language")]
    OtherLanguage,
    /// Another route of the same notices begins then.
    #[error("another route of the same notices begins at that instant")]
    SameInstant,
}

impl RouteError {
    /// Its word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            RouteError::Past => "past",
            RouteError::OverlapEndsFirst => "overlap_ends_first",
            RouteError::OverlapTooLong => "overlap_too_long",
            RouteError::MoveWithoutOverlap => "move_without_overlap",
            RouteError::MovedNowhere => "moved_nowhere",
            RouteError::MovedFromElsewhere => "moved_from_elsewhere",
            RouteError::NotServed => "code_not_served",
            RouteError::UnknownPartner => "unknown_partner",
            RouteError::OtherLanguage => "partner_speaks_otherwise",
            RouteError::SameInstant => "same_instant",
        }
    }
}

impl WantedRoute {
    /// The route, if its dates are right when it is carried out at that instant.
    pub fn dated(&self, at: Timestamp) -> Result<Route, RouteError> {
        let from = self.from.unwrap_or(at);
        if at.duration_since(from) > LATE {
            return Err(RouteError::Past);
        }
        // Never before it was carried out: what was answered until then stays explained.
        let from = from.max(at);
        if let Some(until) = self.overlap_until {
            if until <= from {
                return Err(RouteError::OverlapEndsFirst);
            }
            if until.duration_since(from) > LONGEST_OVERLAP {
                return Err(RouteError::OverlapTooLong);
            }
        }
        match &self.moved_from {
            Some(station) if *station == self.station => return Err(RouteError::MovedNowhere),
            Some(_) if self.overlap_until.is_none() => return Err(RouteError::MoveWithoutOverlap),
            _ => {}
        }
        Ok(Route {
            ec: self.ec.clone(),
            station: self.station.clone(),
            code: self.code,
            handler: self.handler.clone(),
            from,
            overlap_until: self.overlap_until,
            moved_from: self.moved_from.clone(),
        })
    }

    /// The route, if nothing that is there stands against it.
    pub fn judged(&self, beside: &Surroundings, at: Timestamp) -> Result<Route, RouteError> {
        let route = self.dated(at)?;
        if route.moved_from.is_some() && !beside.leaves_own_station {
            return Err(RouteError::MovedFromElsewhere);
        }
        // A move is written before the relations are, so that the notices come through one of both all the time;
        // and what no relation has any more can still be given back to us.
        let given_back = route.handler == Handler::Managed && !beside.others.is_empty();
        if !(beside.served || (route.moved_from.is_some() && beside.left) || given_back) {
            return Err(RouteError::NotServed);
        }
        fits(&route, beside.partner.as_ref())?;
        // As fine as instants are kept.
        let begins = |other: &Timestamp| other.as_microsecond() == route.from.as_microsecond();
        if beside.others.iter().any(begins) {
            return Err(RouteError::SameInstant);
        }
        Ok(route)
    }
}

/// Whether the partner that a route names can answer for its notices.
fn fits(route: &Route, partner: Option<&NamedPartner>) -> Result<(), RouteError> {
    let speaks = match &route.handler {
        Handler::Managed => return Ok(()),
        Handler::Forward(_) => Speaks::PaForNode,
        Handler::Legacy(_) => Speaks::Legacy,
    };
    let partner = partner.ok_or(RouteError::UnknownPartner)?;
    let own = match &partner.owner {
        Tenant::Institution(ec) => *ec == route.ec,
        Tenant::Broker(_) => partner.owner_serves,
        Tenant::Gateway => false,
    };
    if !own {
        return Err(RouteError::UnknownPartner);
    }
    if partner.speaks == speaks { Ok(()) } else { Err(RouteError::OtherLanguage) }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::domain::ids::BrokerCode;
    use crate::domain::notice_number::TwoDigits;
    use crate::domain::routing::PartnerId;

    const EC: &str = "77777777777";

    fn now() -> Timestamp {
        Timestamp::from_second(1_790_000_000).unwrap()
    }

    fn days(days: i64) -> Timestamp {
        now() + (days * 24).hours()
    }

    fn station(number: u8) -> StationCode {
        StationCode::new(&format!("88888888888_{number:02}")).unwrap()
    }

    fn wanted(handler: Handler) -> WantedRoute {
        WantedRoute {
            ec: FiscalCode::new(EC).unwrap(),
            station: station(1),
            code: LinkCode::Segregation(TwoDigits::new("02").unwrap()),
            handler,
            from: Some(days(1)),
            overlap_until: None,
            moved_from: None,
        }
    }

    fn old() -> Handler {
        Handler::Legacy(PartnerId::new("old").unwrap())
    }

    fn partner(owner: Tenant, speaks: Speaks) -> NamedPartner {
        NamedPartner { owner, speaks, owner_serves: true }
    }

    fn served() -> Surroundings {
        Surroundings { served: true, ..Surroundings::default() }
    }

    #[test]
    fn a_route_begins_now_or_later_and_little_behind_means_now() {
        let from =
            |from| WantedRoute { from, ..wanted(Handler::Managed) }.dated(now()).map(|route| route.from);
        assert_eq!(from(None), Ok(now()));
        assert_eq!(from(Some(days(400))), Ok(days(400)));
        assert_eq!(from(Some(now() - 5.minutes())), Ok(now()));
        assert_eq!(from(Some(now() - 5.minutes() - 1.second())), Err(RouteError::Past));
    }

    #[test]
    fn an_overlap_ends_behind_the_beginning_and_soon_enough() {
        let until =
            |until| WantedRoute { overlap_until: Some(until), ..wanted(old()) }.dated(now()).map(drop);
        assert_eq!(until(days(1)), Err(RouteError::OverlapEndsFirst));
        assert_eq!(until(days(1) + 1.second()), Ok(()));
        assert_eq!(until(days(91)), Ok(()));
        assert_eq!(until(days(91) + 1.second()), Err(RouteError::OverlapTooLong));
    }

    #[test]
    fn notices_move_from_another_station_of_the_institution_and_with_an_overlap() {
        let moved = |from, until, beside: Surroundings| {
            let moved_from = Some(station(from));
            WantedRoute { moved_from, overlap_until: until, ..wanted(Handler::Managed) }
                .judged(&beside, now())
                .map(drop)
        };
        let own = || Surroundings { leaves_own_station: true, left: true, ..Surroundings::default() };
        assert_eq!(moved(2, Some(days(2)), own()), Ok(()), "before the relation has the code");
        assert_eq!(moved(1, Some(days(2)), own()), Err(RouteError::MovedNowhere));
        assert_eq!(moved(2, None, own()), Err(RouteError::MoveWithoutOverlap));
        assert_eq!(moved(2, Some(days(2)), served()), Err(RouteError::MovedFromElsewhere));
        let nobodys = Surroundings { left: false, ..own() };
        assert_eq!(moved(2, Some(days(2)), nobodys), Err(RouteError::NotServed));
    }

    #[test]
    fn a_route_is_of_notices_that_come_or_gives_back_those_that_came() {
        let judged = |handler, beside: &Surroundings| wanted(handler).judged(beside, now()).map(drop);
        let gone = Surroundings { others: vec![days(-3)], ..Surroundings::default() };
        assert_eq!(judged(Handler::Managed, &served()), Ok(()));
        assert_eq!(judged(Handler::Managed, &Surroundings::default()), Err(RouteError::NotServed));
        assert_eq!(judged(Handler::Managed, &gone), Ok(()));
        assert_eq!(judged(old(), &gone), Err(RouteError::NotServed));
    }

    #[test]
    fn a_partner_answers_for_its_owner_or_for_whom_its_broker_serves_in_its_language() {
        let ec = |code| Tenant::Institution(FiscalCode::new(code).unwrap());
        let broker = Tenant::Broker(BrokerCode::new("88888888888").unwrap());
        let judged = |handler: Handler, partner| {
            wanted(handler).judged(&Surroundings { partner, ..served() }, now()).map(drop)
        };
        let new = Handler::Forward(PartnerId::new("new").unwrap());
        assert_eq!(judged(old(), Some(partner(ec(EC), Speaks::Legacy))), Ok(()));
        assert_eq!(judged(old(), Some(partner(broker.clone(), Speaks::Legacy))), Ok(()));
        assert_eq!(judged(new.clone(), Some(partner(ec(EC), Speaks::PaForNode))), Ok(()));
        let far = NamedPartner { owner_serves: false, ..partner(broker, Speaks::Legacy) };
        for none in [None, Some(far), Some(partner(ec("66666666666"), Speaks::Legacy))] {
            assert_eq!(judged(old(), none), Err(RouteError::UnknownPartner));
        }
        let other = Err(RouteError::OtherLanguage);
        assert_eq!(judged(old(), Some(partner(ec(EC), Speaks::PaForNode))), other);
        assert_eq!(judged(new, Some(partner(ec(EC), Speaks::Legacy))), other);
    }

    #[test]
    fn two_routes_of_the_same_notices_do_not_begin_together() {
        let beside = Surroundings { others: vec![days(1)], ..served() };
        assert_eq!(wanted(Handler::Managed).judged(&beside, now()), Err(RouteError::SameInstant));
        let later = WantedRoute { from: Some(days(2)), ..wanted(Handler::Managed) };
        assert!(later.judged(&beside, now()).is_ok());
    }
}
