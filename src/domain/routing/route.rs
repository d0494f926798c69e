//! Who answers for which notices, from when on.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::PartnerId;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::registry::LinkCode;

/// Who answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Handler {
    /// We, from the positions that we manage.
    #[default]
    Managed,
    /// A partner that speaks paForNode; messages are relayed.
    Forward(PartnerId),
    /// A partner that speaks the old primitives; messages are translated.
    Legacy(PartnerId),
}

impl Handler {
    /// Its word, stored and told.
    pub const fn word(&self) -> &'static str {
        match self {
            Handler::Managed => "managed",
            Handler::Forward(_) => "forward",
            Handler::Legacy(_) => "legacy",
        }
    }

    /// The partner, if one answers.
    pub const fn partner(&self) -> Option<&PartnerId> {
        match self {
            Handler::Managed => None,
            Handler::Forward(partner) | Handler::Legacy(partner) => Some(partner),
        }
    }

    /// What [`word`](Self::word) and [`partner`](Self::partner) say.
    pub fn read(word: &str, partner: Option<PartnerId>) -> Option<Self> {
        match (word, partner) {
            ("managed", None) => Some(Handler::Managed),
            ("forward", Some(partner)) => Some(Handler::Forward(partner)),
            ("legacy", Some(partner)) => Some(Handler::Legacy(partner)),
            _ => None,
        }
    }
}

/// That from an instant on somebody answers for the notices of one relation and one code. It is replaced by the
/// next of the same relation and code, and never changed once it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The institution.
    pub ec: FiscalCode,
    /// The station through which the notices come.
    pub station: StationCode,
    /// Which notices.
    pub code: LinkCode,
    /// Who answers.
    pub handler: Handler,
    /// From when on.
    pub from: Timestamp,
    /// Until when whoever answered before is asked too, for what the new one does not know.
    pub overlap_until: Option<Timestamp>,
    /// The station through which the notices came before, if they move: during the overlap they come through both.
    pub moved_from: Option<StationCode>,
}

impl Route {
    pub(super) fn overlaps(&self, now: Timestamp) -> bool {
        self.from <= now && self.overlap_until.is_some_and(|until| now < until)
    }
}

/// Who answers at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Who is asked first.
    pub handler: &'a Handler,
    /// Who is asked for what the first does not know, while an overlap lasts.
    pub also: Option<&'a Handler>,
}

impl Standing<'_> {
    /// We answer, and nobody else is asked.
    pub const MANAGED: Standing<'static> = Standing { handler: &Handler::Managed, also: None };
}

/// All routes of an institution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(BTreeMap<(StationCode, LinkCode), Vec<Route>>);

impl Routes {
    /// These routes, in whatever order they come.
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        let mut by_key: BTreeMap<_, Vec<Route>> = BTreeMap::new();
        for route in routes {
            by_key.entry((route.station.clone(), route.code)).or_default().push(route);
        }
        by_key.values_mut().for_each(|history| history.sort_by_key(|route| route.from));
        Routes(by_key)
    }

    /// Whether we answer for everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who answers for a notice that comes through a station.
    pub fn at(&self, station: &StationCode, notice: &NoticeNumber, now: Timestamp) -> Standing<'_> {
        let Some(code) = code_of(notice) else { return Standing::MANAGED };
        let here = self.standing((station, code), now);
        let Some(moved) = self.moved(station, code, now) else { return here };
        // The station that the notices leave works on as before, and what it does not know is asked of the new.
        let there = self.in_force((&moved.station, code), now);
        Standing { handler: here.handler, also: here.also.or_else(|| differing(there, here.handler)) }
    }

    /// Whether a partner answers for notices like this one, did so or will: then it counts who answered last.
    pub fn concern_partners(&self, notice: &NoticeNumber) -> bool {
        let Some(code) = code_of(notice) else { return false };
        let mut alike = self.0.iter().filter(|((_, of), _)| *of == code).flat_map(|(_, history)| history);
        alike.any(|route| route.handler.partner().is_some())
    }

    /// The station that serves a notice besides those that the registry says, while its move lasts.
    pub fn still_comes_through(&self, station: &StationCode, notice: &NoticeNumber, now: Timestamp) -> bool {
        code_of(notice).is_some_and(|code| self.moved(station, code, now).is_some())
    }

    /// Who answers for the codes of a relation, each once, in the order of the codes: for what names no notice.
    pub fn of_relation(&self, station: &StationCode, now: Timestamp) -> Vec<&Handler> {
        let mut handlers: Vec<&Handler> = Vec::new();
        for key in self.0.keys().filter(|(through, _)| through == station) {
            let handler = self.in_force((&key.0, key.1), now);
            if !handlers.contains(&handler) {
                handlers.push(handler);
            }
        }
        handlers
    }

    /// Who speaks for the codes of a relation: who answers for them, and while an overlap lasts who did before.
    pub fn speakers<'a>(
        &'a self,
        station: &'a StationCode,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Handler> {
        self.0.keys().filter(move |(through, _)| through == station).flat_map(move |(through, code)| {
            let standing = self.standing((through, *code), now);
            std::iter::once(standing.handler).chain(standing.also)
        })
    }

    /// Whom a receipt is handed on to that came through a station: who answers for its notice, or for a copy of
    /// another institution's notice whoever answers for the relation.
    pub fn of_receipt(
        &self,
        station: &StationCode,
        notice: Option<&NoticeNumber>,
        now: Timestamp,
    ) -> Option<&PartnerId> {
        match notice {
            Some(notice) => self.at(station, notice, now).handler.partner(),
            None => self.of_relation(station, now).into_iter().find_map(Handler::partner),
        }
    }

    fn standing(&self, key: (&StationCode, LinkCode), now: Timestamp) -> Standing<'_> {
        let (begun, _) = self.begun(key, now);
        let Some((route, earlier)) = begun.split_last() else { return Standing::MANAGED };
        let before = match &route.moved_from {
            Some(left) => self.in_force((left, key.1), now),
            None => earlier.last().map_or(&Handler::Managed, |route| &route.handler),
        };
        let also = if route.overlaps(now) { differing(before, &route.handler) } else { None };
        Standing { handler: &route.handler, also }
    }

    fn in_force(&self, key: (&StationCode, LinkCode), now: Timestamp) -> &Handler {
        self.begun(key, now).0.last().map_or(&Handler::Managed, |route| &route.handler)
    }

    /// The routes of a key that hold or held, and those that are planned.
    pub(super) fn begun(
        &self,
        (station, code): (&StationCode, LinkCode),
        now: Timestamp,
    ) -> (&[Route], &[Route]) {
        let history = self.0.get(&(station.clone(), code)).map_or(&[][..], Vec::as_slice);
        history.split_at_checked(history.partition_point(|route| route.from <= now)).unwrap_or((history, &[]))
    }

    /// The route by which notices of a code leave a station, while they come through both.
    fn moved(&self, station: &StationCode, code: LinkCode, now: Timestamp) -> Option<&Route> {
        let leaves = |route: &&Route| route.moved_from.as_ref() == Some(station) && route.overlaps(now);
        self.0.iter().filter(|((_, of), _)| *of == code).flat_map(|(_, history)| history).find(leaves)
    }
}

fn code_of(notice: &NoticeNumber) -> Option<LinkCode> {
    LinkCode::new(notice.aux_digit()?, notice.code())
}

fn differing<'a>(one: &'a Handler, other: &Handler) -> Option<&'a Handler> {
    (one != other).then_some(one)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const NOTICE: &str = "302000000000000184";

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000).unwrap() + SignedDuration::from_hours(hours)
    }

    fn station(number: u8) -> StationCode {
        StationCode::new(&format!("88888888888_{number:02}")).unwrap()
    }

    fn notice() -> NoticeNumber {
        NoticeNumber::new(NOTICE).unwrap()
    }

    fn legacy(name: &str) -> Handler {
        Handler::Legacy(PartnerId::new(name).unwrap())
    }

    fn forward(name: &str) -> Handler {
        Handler::Forward(PartnerId::new(name).unwrap())
    }

    fn route(number: u8, handler: Handler, from: i64) -> Route {
        Route {
            ec: FiscalCode::new("77777777777").unwrap(),
            station: station(number),
            code: code_of(&notice()).unwrap(),
            handler,
            from: at(from),
            overlap_until: None,
            moved_from: None,
        }
    }

    fn told(routes: &Routes, number: u8, hours: i64) -> (Handler, Option<Handler>) {
        let standing = routes.at(&station(number), &notice(), at(hours));
        (standing.handler.clone(), standing.also.cloned())
    }

    #[test]
    fn a_route_holds_from_its_instant_until_the_next() {
        let routes = Routes::new([route(1, Handler::Managed, 20), route(1, legacy("old"), 10)]);
        assert_eq!(told(&routes, 1, 9), (Handler::Managed, None));
        assert_eq!(told(&routes, 1, 10), (legacy("old"), None));
        assert_eq!(told(&routes, 1, 19), (legacy("old"), None));
        assert_eq!(told(&routes, 1, 20), (Handler::Managed, None));
        assert_eq!(told(&routes, 2, 15), (Handler::Managed, None), "another station");
        let other = NoticeNumber::new("303000000000000177").unwrap();
        assert_eq!(routes.at(&station(1), &other, at(15)), Standing::MANAGED, "another code");
    }

    #[test]
    fn in_an_overlap_whoever_answered_before_is_asked_too() {
        let second = Route { overlap_until: Some(at(30)), ..route(1, forward("new"), 20) };
        let routes = Routes::new([route(1, legacy("old"), 10), second]);
        assert_eq!(told(&routes, 1, 19), (legacy("old"), None));
        assert_eq!(told(&routes, 1, 29), (forward("new"), Some(legacy("old"))));
        assert_eq!(told(&routes, 1, 30), (forward("new"), None));
        let first = Route { overlap_until: Some(at(30)), ..route(1, forward("new"), 20) };
        assert_eq!(told(&Routes::new([first]), 1, 25), (forward("new"), Some(Handler::Managed)));
    }

    #[test]
    fn notices_that_move_come_through_both_stations_for_a_while() {
        let moving = Route {
            overlap_until: Some(at(30)),
            moved_from: Some(station(1)),
            ..route(2, Handler::Managed, 20)
        };
        let routes = Routes::new([route(1, legacy("old"), 10), moving]);
        for (hours, through) in [(19, false), (20, true), (29, true), (30, false)] {
            assert_eq!(routes.still_comes_through(&station(1), &notice(), at(hours)), through, "{hours}");
        }
        assert_eq!(told(&routes, 1, 25), (legacy("old"), Some(Handler::Managed)));
        assert_eq!(told(&routes, 2, 25), (Handler::Managed, Some(legacy("old"))));
        assert_eq!(told(&routes, 2, 31), (Handler::Managed, None));
    }

    #[test]
    fn notices_that_move_there_and_back_end_somewhere() {
        let there = Route {
            overlap_until: Some(at(30)),
            moved_from: Some(station(1)),
            ..route(2, Handler::Managed, 10)
        };
        let back = Route {
            overlap_until: Some(at(40)),
            moved_from: Some(station(2)),
            ..route(1, legacy("old"), 20)
        };
        let routes = Routes::new([there, back]);
        assert_eq!(told(&routes, 1, 25), (legacy("old"), Some(Handler::Managed)));
        assert_eq!(told(&routes, 2, 25), (Handler::Managed, Some(legacy("old"))));
    }

    #[test]
    fn receipts_go_to_who_answers_and_copies_to_who_answers_for_the_relation() {
        let routes = Routes::new([route(1, legacy("old"), 10)]);
        let old = PartnerId::new("old").unwrap();
        let to = |notice: Option<&NoticeNumber>, hours| routes.of_receipt(&station(1), notice, at(hours));
        assert_eq!(to(Some(&notice()), 10), Some(&old));
        assert_eq!(to(Some(&notice()), 9), None);
        assert_eq!(to(None, 10), Some(&old));
        assert_eq!(to(Some(&NoticeNumber::new("303000000000000177").unwrap()), 10), None);
    }

    #[test]
    fn handlers_are_read_as_they_are_written() {
        for handler in [Handler::Managed, legacy("a"), forward("b")] {
            assert_eq!(Handler::read(handler.word(), handler.partner().cloned()), Some(handler));
        }
        assert_eq!(Handler::read("managed", PartnerId::new("a").ok()), None);
        assert_eq!(Handler::read("legacy", None), None);
    }
}
