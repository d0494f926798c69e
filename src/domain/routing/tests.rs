//! What holds of routes at every instant.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::registry::LinkCode;

/// Routes of the same notices: when each begins and how long its overlap lasts, in hours, and who answers.
type Plan = Vec<(i64, i64, usize)>;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap() + SignedDuration::from_hours(hours)
}

fn station() -> StationCode {
    StationCode::new("88888888888_01").unwrap()
}

fn notice() -> NoticeNumber {
    NoticeNumber::new("302000000000000184").unwrap()
}

fn handler(number: usize) -> Handler {
    let partner = || PartnerId::new(&format!("p{number}")).unwrap();
    match number {
        0 => Handler::Managed,
        1 => Handler::Forward(partner()),
        _ => Handler::Legacy(partner()),
    }
}

fn routes(plan: &Plan) -> Vec<Route> {
    let code = LinkCode::new(notice().aux_digit().unwrap(), notice().code()).unwrap();
    let route = |(from, overlap, number): &(i64, i64, usize)| Route {
        ec: FiscalCode::new("77777777777").unwrap(),
        station: station(),
        code,
        handler: handler(*number),
        from: at(*from),
        overlap_until: (*overlap > 0).then(|| at(from + overlap)),
        moved_from: None,
    };
    plan.iter().map(route).collect()
}

/// No two begin together; they come in no order.
fn plans() -> impl Strategy<Value = Plan> {
    prop::collection::btree_map(0..100_i64, (0..30_i64, 0..4_usize), 0..6)
        .prop_map(|plan| {
            plan.into_iter().map(|(from, (overlap, who))| (from, overlap, who)).collect::<Plan>()
        })
        .prop_shuffle()
}

proptest! {
    #[test]
    fn at_every_instant_one_answers_and_in_an_overlap_the_one_before_it_is_asked_too(
        plan in plans(),
        hours in -5..140_i64,
    ) {
        let all = routes(&plan);
        let known = Routes::new(all.clone());
        let mut begun: Vec<&(i64, i64, usize)> = plan.iter().filter(|(from, ..)| *from <= hours).collect();
        begun.sort_unstable();
        let standing = known.at(&station(), &notice(), at(hours));
        let before = begun.iter().rev().nth(1).map_or(Handler::Managed, |(.., who)| handler(*who));
        let (holds, overlaps) = match begun.last() {
            None => (Handler::Managed, false),
            Some((from, overlap, who)) => (handler(*who), hours < from + overlap),
        };
        prop_assert_eq!(standing.handler, &holds);
        let also = (overlaps && before != holds).then_some(&before);
        prop_assert_eq!(standing.also, also);

        let states: Vec<RouteState> = all.iter().map(|route| known.state(route, at(hours))).collect();
        let count = |state| states.iter().filter(|one| **one == state).count();
        prop_assert_eq!(count(RouteState::Planned), plan.len() - begun.len());
        prop_assert_eq!(count(RouteState::Past), begun.len().saturating_sub(1));
        prop_assert_eq!(count(RouteState::Overlap), usize::from(overlaps));
        prop_assert_eq!(count(RouteState::InForce), usize::from(!begun.is_empty() && !overlaps));
    }

    #[test]
    fn what_was_carried_out_never_changes_who_answered_before(
        plan in plans(),
        (from, overlap, who) in (0..100_i64, 0..30_i64, 0..4_usize),
        now in 0..140_i64,
        hours in -5..140_i64,
    ) {
        let before = routes(&plan);
        let wish = routes(&vec![(from, overlap, who)]).remove(0);
        let wanted = WantedRoute {
            ec: wish.ec, station: wish.station, code: wish.code, handler: wish.handler, from: Some(wish.from),
            overlap_until: wish.overlap_until, moved_from: None,
        };
        let partner = wanted.handler.partner().map(|_| NamedPartner {
            owner: crate::domain::access::Tenant::Institution(wanted.ec.clone()),
            speaks: if who == 1 { Speaks::PaForNode } else { Speaks::Legacy },
            owner_serves: false,
        });
        let others = before.iter().map(|route| route.from).collect();
        let beside = Surroundings { served: true, partner, others, ..Surroundings::default() };
        if let Ok(new) = wanted.judged(&beside, at(now)) {
            prop_assert!(new.from >= at(now));
            let all = Routes::new(before.iter().cloned().chain([new]));
            let earlier = Routes::new(before);
            if hours < now {
                prop_assert_eq!(
                    all.at(&station(), &notice(), at(hours)),
                    earlier.at(&station(), &notice(), at(hours))
                );
            }
        }
    }
}

#[test]
fn states_are_read_as_they_are_told() {
    for state in RouteState::ALL {
        assert_eq!(RouteState::from_word(state.word()), Some(state));
    }
    assert_eq!(RouteState::from_word("other"), None);
}
